import { spawn } from 'node:child_process'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Obstacle } from '@contract/worktree.ts'
import { inspectRemoval } from '../../main/worktree/inspect.ts'
import { parseLsof } from '../../main/worktree/processes.ts'
import { moveToTrash } from '../../main/worktree/trash.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'

let repository: TestRepository
let path: string
beforeEach(async () => {
  repository = await makeRepository({ files: { 'a.txt': 'one\ntwo\nthree\n', '.gitignore': 'ignored/\n' } })
  path = repository.beside('work 树\nline')
  await repository.git('worktree', 'add', '-q', '-b', 'work', path)
})
afterEach(() => repository.remove())

const git = (...args: string[]): Promise<string> => gitIn(path, args)
const write = async (file: string, content: string): Promise<void> => {
  await mkdir(join(path, file, '..'), { recursive: true })
  await writeFile(join(path, file), content)
}
async function commit(file: string, content: string, message: string): Promise<string> {
  await write(file, content)
  await git('add', '-A')
  await git('commit', '-qm', message)
  return git('rev-parse', '--short', 'HEAD')
}
async function inspect(more: Partial<Parameters<typeof inspectRemoval>[0]> = {}): Promise<Obstacle[]> {
  const found = await inspectRemoval({ repositoryPath: repository.path, path, base: 'refs/heads/main', ...more })
  if (!found.ok) throw new Error(found.error.message)
  return found.value
}
const codes = async (): Promise<string[]> => (await inspect()).map((each) => each.code)

test('a clean worktree whose commits are elsewhere has nothing against it, ignored files or not', async () => {
  await write('ignored/cache', 'x')
  expect(await inspect()).toEqual([])
})

test('staged, unstaged and deleted files are named as uncommitted, untracked ones one by one', async () => {
  await write('a.txt', 'changed\n')
  await write('new dir/一.txt', 'x')
  await write('new dir/-dash', 'x')
  await write('staged.txt', 'x')
  await git('add', 'staged.txt')
  await git('config', 'status.showUntrackedFiles', 'no')
  const [uncommitted, untracked, ...rest] = await inspect()
  expect(uncommitted).toMatchObject({ code: 'uncommitted', items: ['a.txt', 'staged.txt'], count: 2 })
  expect(untracked).toMatchObject({ code: 'untracked', items: ['new dir/-dash', 'new dir/一.txt'], count: 2 })
  expect(rest).toEqual([])
})

test('a change hidden by assume-unchanged or skip-worktree is found', async () => {
  await commit('b.txt', 'b\n', 'b')
  await repository.git('merge', '-q', 'work')
  await git('update-index', '--assume-unchanged', 'a.txt')
  await git('update-index', '--skip-worktree', 'b.txt')
  expect(await inspect()).toEqual([])
  await write('a.txt', 'hidden\n')
  await write('b.txt', 'hidden too\n')
  expect(await git('status', '--porcelain')).toBe('')
  expect(await inspect()).toMatchObject([{ code: 'uncommitted', items: ['a.txt', 'b.txt'] }])
  expect(await git('ls-files', '-v')).toContain('h a.txt')
})

test('more than 200 files are counted in full and named in part', async () => {
  for (let n = 0; n < 250; n++) await write(`many/${n}`, 'x')
  const [untracked] = await inspect()
  expect(untracked?.count).toBe(250)
  expect(untracked?.items).toHaveLength(200)
})

test('commits that are in no other branch are named', async () => {
  const id = await commit('b.txt', 'b\n', 'subject with 中文 and "quotes"')
  expect(await inspect()).toMatchObject([
    { code: 'unpushed', items: [`${id} subject with 中文 and "quotes"`], count: 1 },
  ])
  expect(await inspect({ deleteBranch: false })).toEqual([])
  await repository.git('branch', 'copy', 'work')
  expect(await inspect()).toEqual([])
})

test('a remote branch or a tag keeps commits; a hidden ref does not', async () => {
  await commit('b.txt', 'b\n', 'b')
  await repository.git('update-ref', 'refs/quarterdeck/trash/x', 'work')
  await repository.git('update-ref', 'refs/stash', 'work')
  expect(await codes()).toEqual(['unpushed'])
  await repository.git('update-ref', 'refs/remotes/origin/work', 'work')
  expect(await inspect()).toEqual([])
  await repository.git('update-ref', '-d', 'refs/remotes/origin/work')
  await repository.git('tag', '-am', 'v1', 'v1', 'work')
  expect(await inspect()).toEqual([])
})

test('commits on a detached HEAD are named though a branch of their old name exists', async () => {
  await git('checkout', '-q', '--detach')
  await commit('b.txt', 'b\n', 'loose')
  expect(await inspect()).toMatchObject([{ code: 'unpushed', count: 1 }])
})

test('a squash merge of the branch counts as merged, also after the base went on over the same lines', async () => {
  await commit('a.txt', 'one\nTWO\nthree\n', 'first')
  await commit('b.txt', 'b\n', 'second')
  expect(await codes()).toEqual(['unpushed'])
  await repository.git('merge', '-q', '--squash', 'work')
  await repository.commit('squashed')
  expect(await inspect()).toEqual([])
  await repository.write('a.txt', 'one\nTwo again\nthree\n')
  await repository.commit('went on')
  expect(await inspect()).toEqual([])
})

test('a squash merge that only the remote base has counts as merged', async () => {
  await commit('b.txt', 'b\n', 'b')
  const tree = await git('rev-parse', 'HEAD^{tree}')
  const squash = await repository.git('commit-tree', tree, '-p', 'main', '-m', 'squashed on the server')
  await repository.git('update-ref', 'refs/remotes/origin/main', squash)
  await repository.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main')
  expect(await inspect()).toEqual([])
})

test('commits that were cherry-picked are not named, the others are', async () => {
  await commit('b.txt', 'b\n', 'picked')
  const picked = await git('rev-parse', 'HEAD')
  await commit('c.txt', 'c\n', 'left behind')
  await repository.write('else.txt', 'x')
  await repository.commit('base goes on')
  await repository.git('cherry-pick', picked)
  expect(await inspect()).toMatchObject([
    { code: 'unpushed', count: 1, items: [expect.stringContaining('left behind')] },
  ])
})

test('work that was taken back in a later commit still counts as unsaved', async () => {
  await commit('b.txt', 'b\n', 'precious experiment')
  await git('revert', '--no-edit', 'HEAD')
  expect(await inspect()).toMatchObject([{ code: 'unpushed', count: 2 }])
})

test('a lock is told with its reason', async () => {
  await repository.git('worktree', 'lock', '--reason', 'on a stick', path)
  expect(await inspect()).toMatchObject([{ code: 'locked', items: ['on a stick'] }])
})

test('a process that stands in a folder of it is named, and may be ignored by its id', async () => {
  await mkdir(join(path, 'ignored/deep'), { recursive: true })
  const child = spawn('sleep', ['600'], { cwd: join(path, 'ignored/deep') })
  await once(child, 'spawn')
  expect(await inspect()).toMatchObject([{ code: 'in-use', items: [`${child.pid} sleep`] }])
  expect(await inspect({ ignorePids: [child.pid ?? 0] })).toEqual([])
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(await inspect()).toEqual([])
})

test('another worktree inside it is named: it would be torn from git', async () => {
  const inside = join(path, 'ignored/inner worktree')
  await repository.git('worktree', 'add', '-q', '-b', 'inner', inside)
  expect(await inspect()).toMatchObject([{ code: 'in-use', items: [inside] }])
  const moved = await moveToTrash({
    repositoryPath: repository.path,
    path,
    trashFolder: repository.beside('trash'),
    title: '',
    session: null,
    keepDays: 1,
    deleteBranch: true,
  })
  expect(moved).toMatchObject({ ok: false, error: { code: 'in-use', paths: [inside] } })
  expect(await gitIn(inside, ['status', '--porcelain'])).toBe('')
})

test('an operation in progress is named', async () => {
  await commit('a.txt', 'theirs\n', 'theirs')
  await repository.write('a.txt', 'ours\n')
  await repository.commit('ours')
  await git('merge', 'main').catch(() => {})
  expect(await inspect()).toMatchObject([
    { code: 'operation-in-progress', items: ['merge'] },
    { code: 'uncommitted', items: ['a.txt'] },
    { code: 'unpushed', count: 1 },
  ])
})

test('the main checkout is never removed, and a folder that is no worktree is not found', async () => {
  expect(await inspect({ path: repository.path })).toMatchObject([{ code: 'main-worktree' }])
  const other = await inspectRemoval({ repositoryPath: repository.path, path: repository.beside('none'), base: null })
  expect(other).toMatchObject({ ok: false, error: { code: 'not-found' } })
})

test('stashes do not stand against it: they stay in the repository', async () => {
  await write('a.txt', 'stashed\n')
  await git('stash')
  expect(await inspect()).toEqual([])
})

test('of a worktree whose folder is gone the commits are still looked at', async () => {
  await commit('b.txt', 'b\n', 'b')
  await rename(path, repository.beside('moved away'))
  expect(await codes()).toEqual(['unpushed'])
  await rm(repository.beside('moved away'), { recursive: true })
})

test('a dirty submodule and commits made in it are named', async () => {
  const inner = await makeRepository({ files: { 'inner.txt': 'inner\n' } })
  await git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path, 'lib')
  await git('commit', '-qm', 'with submodule')
  await repository.git('merge', '-q', 'work')
  expect(await inspect()).toEqual([])
  await write('lib/inner.txt', 'dirty\n')
  expect(await inspect()).toMatchObject([{ code: 'uncommitted', items: ['lib'] }])
  await gitIn(join(path, 'lib'), ['commit', '-qam', 'inside'])
  expect((await inspect()).map((each) => each.code)).toEqual(['uncommitted', 'unpushed'])
  expect((await inspect())[1]?.items[0]).toMatch(/^lib: [0-9a-f]+ inside$/)
  await inner.remove()
})

test('what lsof says on macOS is read', () => {
  expect(parseLsof('p12\nR1\ncbash\nn/Users/a/wt\np13\nczsh\nfcwd\nn/Users/a/my dir\n')).toEqual([
    { pid: 12, parent: 1, name: 'bash', cwd: '/Users/a/wt' },
    { pid: 13, parent: 0, name: 'zsh', cwd: '/Users/a/my dir' },
  ])
})
