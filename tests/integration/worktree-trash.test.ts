import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sessionId } from '@contract/ids.ts'
import type { TrashEntry } from '@contract/worktree.ts'
import {
  bringBack,
  emptyTrash,
  listTrash,
  measureTrash,
  moveToTrash,
  purgeExpired,
  repairTrash,
} from '../../main/worktree/trash.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'

let repository: TestRepository
let path: string
let trashFolder: string
beforeEach(async () => {
  repository = await makeRepository({
    files: { 'a.txt': 'a\n', 'b.txt': 'b\n', 'run.sh': '#!/bin/sh\n', '.gitignore': 'ignored/\n.env\n' },
  })
  path = repository.beside('work 树\nline')
  trashFolder = repository.beside('data/trash')
  await repository.git('worktree', 'add', '-q', '-b', 'feature/工作', path)
})
afterEach(() => repository.remove())

const git = (...args: string[]): Promise<string> => gitIn(path, args)
async function write(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(path, file, '..'), { recursive: true })
  await writeFile(join(path, file), content)
}

/** A worktree with work of every kind in it. */
async function makeMess(): Promise<void> {
  await write('committed.txt', 'committed\n')
  await git('add', '-A')
  await git('commit', '-qm', 'only here')
  await write('a.txt', 'staged\n')
  await git('add', 'a.txt')
  await write('a.txt', 'staged and then changed\n')
  await write('new staged.txt', 'x')
  await git('add', 'new staged.txt')
  await rm(join(path, 'b.txt'))
  await chmod(join(path, 'run.sh'), 0o755)
  await write('untracked 一/deep/-file', new Uint8Array([0, 255, 13, 10]))
  await write('untracked.sh', '#!/bin/sh\n')
  await chmod(join(path, 'untracked.sh'), 0o750)
  await symlink('../nowhere', join(path, 'dangling'))
  await write('ignored/cache/big', 'cache')
  await write('.env', 'SECRET=1\n')
  await mkdir(join(path, 'empty folder'))
}

/** Every file below a folder with type, mode, time and content, git's own link aside. */
async function picture(top: string): Promise<Record<string, string>> {
  const seen: Record<string, string> = {}
  for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
    const whole = join(entry.parentPath, entry.name)
    const stat = await lstat(whole)
    const content = entry.isSymbolicLink()
      ? await readlink(whole)
      : entry.isFile()
        ? (await readFile(whole)).toString('base64')
        : 'folder'
    const name = relative(top, whole)
    seen[name] = `${stat.mode.toString(8)} ${name === '.git' || entry.isDirectory() ? '' : stat.mtimeMs} ${content}`
  }
  return seen
}
const stateOf = async (worktree: string): Promise<string[]> => [
  await gitIn(worktree, ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=all', '--ignored']),
  await gitIn(worktree, ['diff', '--cached', '--binary']),
  await gitIn(worktree, ['diff', '--binary']),
  await gitIn(worktree, ['ls-files', '--stage', '-z']),
  await gitIn(worktree, ['log', '--format=%H %s']),
]

async function move(more: Partial<Parameters<typeof moveToTrash>[0]> = {}): Promise<TrashEntry> {
  const moved = await moveToTrash({
    repositoryPath: repository.path,
    path,
    trashFolder,
    title: 'A title 标题',
    session: sessionId.parse('s1'),
    keepDays: 14,
    deleteBranch: true,
    ...more,
  })
  if (!moved.ok) throw new Error(`${moved.error.code} ${moved.error.message} ${moved.error.detail}`)
  return moved.value
}
async function back(entry: TrashEntry): Promise<{ path: string; branch: string | null }> {
  const done = await bringBack({ trashFolder, id: entry.id })
  if (!done.ok) throw new Error(`${done.error.code} ${done.error.message} ${done.error.detail}`)
  return done.value
}
const refs = (): Promise<string> => repository.git('for-each-ref', 'refs/quarterdeck')
const worktreeCount = async (): Promise<number> =>
  (await repository.git('worktree', 'list', '--porcelain', '-z'))
    .split('\0')
    .filter((line) => line.startsWith('worktree ')).length

test('what was removed comes back whole: staged, unstaged, untracked, ignored, modes, times, branch', async () => {
  await makeMess()
  await repository.git('config', 'branch.feature/工作.remote', 'origin')
  const [before, state] = [await picture(path), await stateOf(path)]
  const log = await git('reflog', 'show', '--format=%H %gs', 'feature/工作')

  const entry = await move()
  expect(entry).toMatchObject({
    repositoryPath: repository.path,
    path,
    branch: 'feature/工作',
    title: 'A title 标题',
    session: 's1',
    uncommitted: 4,
    untracked: 3,
    sizeBytes: null,
  })
  await expect(lstat(path)).rejects.toThrow('ENOENT')
  expect(await worktreeCount()).toBe(1)
  expect(await repository.git('branch', '--list', 'feature/*')).toBe('')
  expect(await repository.git('config', '--get-regexp', '^branch').catch(() => 'none')).toBe('none')
  expect((await listTrash(trashFolder)).entries).toEqual([entry])
  expect(await repository.git('status', '--porcelain')).toBe('')

  expect(await back(entry)).toEqual({ path, branch: 'feature/工作' })
  expect(await picture(path)).toEqual(before)
  expect(await stateOf(path)).toEqual(state)
  expect(await git('reflog', 'show', '--format=%H %gs', 'feature/工作')).toBe(log)
  expect(await repository.git('config', 'branch.feature/工作.remote')).toBe('origin')
  expect(await refs()).toBe('')
  expect(await listTrash(trashFolder)).toEqual({ entries: [], unreadable: [] })
  expect(await readdir(trashFolder)).toEqual([])
  expect(await readdir(join(repository.path, '.git'))).not.toContain('quarterdeck-trash')
})

test('garbage collection meanwhile takes nothing away', async () => {
  await makeMess()
  const state = await stateOf(path)
  const entry = await move()
  await repository.git('reflog', 'expire', '--expire=now', '--all')
  await repository.git('gc', '--prune=now', '--quiet')
  await repository.git('worktree', 'prune')
  await back(entry)
  expect(await stateOf(path)).toEqual(state)
})

test('even a lost folder comes back: commits, staged, unstaged and untracked files', async () => {
  await makeMess()
  const state = (await stateOf(path)).slice(1)
  const untracked = await git('ls-files', '--others', '--exclude-standard')
  const entry = await move()
  await rm(join(trashFolder, entry.id, 'tree'), { recursive: true })
  await repository.git('gc', '--prune=now', '--quiet')
  await back(entry)
  expect((await stateOf(path)).slice(1)).toEqual(state)
  expect(await git('ls-files', '--others', '--exclude-standard')).toBe(untracked)
})

test('even without folder and without git\u2019s entry it comes back', async () => {
  await makeMess()
  const state = (await stateOf(path)).slice(1)
  const entry = await move()
  await rm(join(trashFolder, entry.id, 'tree'), { recursive: true })
  await rm(join(repository.path, '.git/quarterdeck-trash'), { recursive: true })
  expect(await back(entry)).toEqual({ path, branch: 'feature/工作' })
  expect((await stateOf(path)).slice(1)).toEqual(state)
})

test('with folder and branch name taken it comes back under others', async () => {
  await makeMess()
  const before = await stateOf(path)
  const entry = await move()
  await mkdir(path)
  await writeFile(join(path, 'mine'), 'mine')
  await repository.git('branch', 'feature/工作', 'main')
  await repository.git('worktree', 'add', '-q', repository.beside('work 树\nline/sub'), '-b', 'other')
  const returned = await back(entry)
  expect(returned).toEqual({ path: `${path}-2`, branch: 'feature/工作-2' })
  expect(await readFile(join(path, 'mine'), 'utf8')).toBe('mine')
  expect((await stateOf(returned.path)).slice(1)).toEqual(before.slice(1))
  expect(await gitIn(returned.path, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/feature/工作-2')
  expect(await repository.git('rev-parse', 'feature/工作')).toBe(await repository.git('rev-parse', 'main'))
  expect(await worktreeCount()).toBe(3)
})

test('a kept branch that moved on is not dragged back', async () => {
  const head = await git('rev-parse', 'HEAD')
  const entry = await move({ deleteBranch: false })
  expect(await repository.git('rev-parse', 'feature/工作')).toBe(head)
  await repository.write('x', 'x')
  const moved = await repository.commit('on main')
  await repository.git('update-ref', 'refs/heads/feature/工作', moved)
  expect(await back(entry)).toEqual({ path, branch: 'feature/工作-2' })
  expect(await repository.git('rev-parse', 'feature/工作')).toBe(moved)
  expect(await git('status', '--porcelain')).toBe('')
})

test('a detached worktree comes back detached', async () => {
  await git('checkout', '-q', '--detach')
  await git('commit', '-q', '--allow-empty', '-m', 'loose')
  const head = await git('rev-parse', 'HEAD')
  const entry = await move()
  await repository.git('reflog', 'expire', '--expire=now', '--all')
  await repository.git('gc', '--prune=now', '--quiet')
  expect(await back(entry)).toEqual({ path, branch: null })
  expect(await git('rev-parse', 'HEAD')).toBe(head)
})

test('the worktrees of others are not touched, missing ones neither', async () => {
  const other = repository.beside('other')
  const missing = repository.beside('missing')
  await repository.git('worktree', 'add', '-q', '-b', 'other', other)
  await repository.git('worktree', 'add', '-q', '-b', 'missing', missing)
  await writeFile(join(other, 'a.txt'), 'dirty')
  await rename(missing, repository.beside('on a stick'))
  const before = [await picture(other), await picture(join(repository.path, '.git/worktrees'))] as const
  const entry = await move()
  expect(await picture(other)).toEqual(before[0])
  await rename(repository.beside('on a stick'), missing)
  expect(await gitIn(missing, ['--no-optional-locks', 'status', '--porcelain'])).toBe('')
  await back(entry)
  expect(await picture(join(repository.path, '.git/worktrees'))).toEqual(before[1])
})

test('a conflict in the middle of a merge comes back as it was', async () => {
  await write('a.txt', 'theirs\n')
  await git('commit', '-qam', 'theirs')
  await repository.write('a.txt', 'ours\n')
  await repository.commit('ours')
  await git('merge', 'main').catch(() => {})
  const state = await stateOf(path)
  expect(state[3]).toContain(' 2\t')
  const entry = await move()
  await back(entry)
  expect(await stateOf(path)).toEqual(state)
  expect(await git('rev-parse', 'MERGE_HEAD')).toBe(await repository.git('rev-parse', 'main'))
})

test('a worktree with submodules goes and comes back, also to another place', async () => {
  const inner = await makeRepository({ files: { 'inner.txt': 'inner\n' } })
  await git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path, 'lib/inner')
  await git('commit', '-qm', 'submodule')
  await write('lib/inner/inner.txt', 'changed inside\n')
  await gitIn(join(path, 'lib/inner'), ['commit', '-qam', 'inside'])
  await inner.remove()
  const first = await move()
  await back(first)
  expect(await gitIn(join(path, 'lib/inner'), ['log', '--format=%s'])).toBe('inside\nfirst')
  const second = await move()
  await mkdir(path)
  const returned = await back(second)
  expect(returned.path).toBe(`${path}-2`)
  const inside = join(returned.path, 'lib/inner')
  expect(await gitIn(inside, ['log', '--format=%s'])).toBe('inside\nfirst')
  expect(await gitIn(inside, ['status', '--porcelain'])).toBe('')
  expect(await gitIn(returned.path, ['submodule', 'status'])).toContain('lib/inner')
})

test('a locked worktree, one in use, the main checkout and an unknown folder are refused', async () => {
  const refuse = async (more: Partial<Parameters<typeof moveToTrash>[0]> = {}): Promise<string> => {
    const base = { repositoryPath: repository.path, path, trashFolder, title: '', session: null, keepDays: 1 }
    const moved = await moveToTrash({ ...base, deleteBranch: true, ...more })
    return moved.ok ? 'moved' : moved.error.code
  }
  expect(await refuse({ path: repository.path })).toBe('main-worktree')
  expect(await refuse({ path: repository.beside('none') })).toBe('not-found')
  await repository.git('worktree', 'lock', path)
  expect(await refuse()).toBe('locked')
  await repository.git('worktree', 'unlock', path)
  const child = spawn('sleep', ['600'], { cwd: path })
  await once(child, 'spawn')
  expect(await refuse()).toBe('in-use')
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(await worktreeCount()).toBe(2)
  expect(await listTrash(trashFolder)).toEqual({ entries: [], unreadable: [] })
  expect(await refs()).toBe('')
})

test('a trash that cannot be written to leaves the worktree where it is', async () => {
  await mkdir(repository.beside('data'))
  await writeFile(trashFolder, 'a file in the way')
  const moved = await moveToTrash({
    repositoryPath: repository.path,
    path,
    trashFolder,
    title: '',
    session: null,
    keepDays: 1,
    deleteBranch: true,
  })
  expect(moved.ok).toBe(false)
  expect(await git('status', '--porcelain')).toBe('')
  expect(await repository.git('branch', '--list', 'feature/*')).not.toBe('')
})

test('where the trash is on another file system the folder waits beside its old place', async () => {
  const shm = await lstat('/dev/shm').catch(() => null)
  if (shm === null || shm.dev === (await lstat(path)).dev) return
  const far = join('/dev/shm', `quarterdeck-trash-${process.pid}`)
  try {
    await makeMess()
    const before = await picture(path)
    const moved = await moveToTrash({
      repositoryPath: repository.path,
      path,
      trashFolder: far,
      title: '',
      session: null,
      keepDays: 1,
      deleteBranch: true,
    })
    if (!moved.ok) throw new Error(moved.error.message)
    await expect(lstat(path)).rejects.toThrow('ENOENT')
    expect(await readdir(join(path, '../.quarterdeck-trash', moved.value.id))).toEqual(['tree'])
    expect(await bringBack({ trashFolder: far, id: moved.value.id })).toMatchObject({ ok: true, value: { path } })
    expect(await picture(path)).toEqual(before)
    await expect(lstat(join(path, '../.quarterdeck-trash'))).rejects.toThrow('ENOENT')
  } finally {
    await rm(far, { recursive: true, force: true })
  }
})

test('a worktree whose folder is gone leaves git\u2019s list, and its commits come back', async () => {
  await write('committed.txt', 'x')
  await git('add', '-A')
  await git('commit', '-qm', 'only here')
  const head = await git('rev-parse', 'HEAD')
  await rm(path, { recursive: true })
  const entry = await move()
  expect(await worktreeCount()).toBe(1)
  await repository.git('reflog', 'expire', '--expire=now', '--all')
  await repository.git('gc', '--prune=now', '--quiet')
  await back(entry)
  expect(await git('rev-parse', 'HEAD')).toBe(head)
  expect(await git('status', '--porcelain')).toBe('')
})

test('a repository that is gone is told, with the place of the files', async () => {
  const entry = await move()
  await rename(repository.path, repository.beside('moved repository'))
  const done = await bringBack({ trashFolder, id: entry.id })
  expect(done).toMatchObject({ ok: false, error: { code: 'git-failed', paths: [join(trashFolder, entry.id, 'tree')] } })
  await rename(repository.beside('moved repository'), repository.path)
  expect(await back(entry)).toMatchObject({ path })
})

test('emptying deletes it for good, write-protected folders too, and nothing else', async () => {
  await write('ignored/protected/file', 'x')
  await chmod(join(path, 'ignored/protected'), 0o555)
  const entry = await move()
  expect(await measureTrash({ trashFolder, id: entry.id })).toBeGreaterThan(0)
  expect((await listTrash(trashFolder)).entries[0]?.sizeBytes).toBeGreaterThan(0)
  expect(await emptyTrash({ trashFolder, id: entry.id })).toEqual({ ok: true, value: null })
  expect(await readdir(trashFolder)).toEqual([])
  expect(await refs()).toBe('')
  expect(await emptyTrash({ trashFolder, id: entry.id })).toMatchObject({ ok: false, error: { code: 'not-found' } })
  expect(await repository.git('fsck', '--no-dangling')).toBe('')
})

test('only what was kept long enough is purged', async () => {
  const entry = await move({ keepDays: 2, now: new Date('2026-01-01T00:00:00Z') })
  expect(entry.keptUntil).toBe('2026-01-03T00:00:00.000Z')
  expect(await purgeExpired(trashFolder, new Date('2026-01-02T23:59:59Z'))).toEqual([])
  expect(await purgeExpired(trashFolder, new Date('2026-01-03T00:00:01Z'))).toEqual([entry.id])
  expect(await listTrash(trashFolder)).toEqual({ entries: [], unreadable: [] })
})

test('an entry that cannot be read is named and left alone', async () => {
  const entry = await move()
  const record = join(trashFolder, entry.id, 'entry.json')
  await writeFile(record, '{ broken')
  expect(await listTrash(trashFolder)).toEqual({ entries: [], unreadable: [join(trashFolder, entry.id)] })
  expect(await purgeExpired(trashFolder, new Date('2099-01-01'))).toEqual([])
  expect(await repairTrash(trashFolder)).toEqual([expect.stringContaining(join(trashFolder, entry.id))])
  expect(await emptyTrash({ trashFolder, id: entry.id })).toMatchObject({ ok: false })
  expect(await readFile(join(trashFolder, entry.id, 'tree/a.txt'), 'utf8')).toBe('a\n')
})

/** Sets a kept entry back to what a crash in the middle of the move would have left. */
async function undoSteps(entry: TrashEntry, steps: { branch?: true; gitEntry?: true; folder?: true }): Promise<void> {
  const file = join(trashFolder, entry.id, 'entry.json')
  const record = JSON.parse(await readFile(file, 'utf8')) as { entryName: string; dotGit: string; state: string }
  if (steps.branch) await repository.git('update-ref', 'refs/heads/feature/工作', entry.head)
  if (steps.gitEntry) {
    await mkdir(join(repository.path, '.git/worktrees'), { recursive: true })
    const kept = join(repository.path, '.git/quarterdeck-trash', entry.id)
    await rename(kept, join(repository.path, '.git/worktrees', record.entryName))
    await writeFile(join(trashFolder, entry.id, 'tree/.git'), record.dotGit)
  }
  if (steps.folder) await rename(join(trashFolder, entry.id, 'tree'), path)
  await writeFile(file, JSON.stringify({ ...record, state: 'moving' }))
}

test('a move cut short after the folder was renamed is finished at the next start', async () => {
  for (const steps of [{}, { branch: true }, { branch: true, gitEntry: true }] as const) {
    await makeMess()
    const state = await stateOf(path)
    const entry = await move()
    await undoSteps(entry, steps)
    expect(await repairTrash(trashFolder)).toEqual([])
    expect(await worktreeCount()).toBe(1)
    expect(await repository.git('branch', '--list', 'feature/*')).toBe('')
    await back(entry)
    expect(await stateOf(path)).toEqual(state)
    await git('reset', '-q', '--hard', 'main')
    await git('clean', '-qfdx')
  }
})

test('a move cut short before the folder was renamed is undone at the next start', async () => {
  await makeMess()
  const [before, state] = [await picture(path), await stateOf(path)]
  const entry = await move()
  await undoSteps(entry, { branch: true, gitEntry: true, folder: true })
  expect(await repairTrash(trashFolder)).toEqual([])
  expect(await picture(path)).toEqual(before)
  expect(await stateOf(path)).toEqual(state)
  expect(await refs()).toBe('')
  expect(await readdir(trashFolder)).toEqual([])
})

test('a return or an emptying cut short is finished at the next start', async () => {
  await makeMess()
  const state = await stateOf(path)
  const entry = await move()
  await undoSteps(entry, { branch: true, gitEntry: true })
  const file = join(trashFolder, entry.id, 'entry.json')
  const record = JSON.parse(await readFile(file, 'utf8')) as { entryName: string }
  const returnTo = { path, entryName: record.entryName, branch: 'feature/工作' }
  await writeFile(file, JSON.stringify({ ...record, state: 'returning', returnTo }))
  expect(await repairTrash(trashFolder)).toEqual([])
  expect(await stateOf(path)).toEqual(state)
  expect(await readdir(trashFolder)).toEqual([])

  const second = await move()
  await rm(join(trashFolder, second.id, 'tree/a.txt'))
  const secondFile = join(trashFolder, second.id, 'entry.json')
  const kept = JSON.parse(await readFile(secondFile, 'utf8')) as object
  await writeFile(secondFile, JSON.stringify({ ...kept, state: 'emptying' }))
  expect((await listTrash(trashFolder)).entries).toEqual([])
  expect(await repairTrash(trashFolder)).toEqual([])
  expect(await readdir(trashFolder)).toEqual([])
})

test('many removed at once all go in, and all come back', async () => {
  const paths = Array.from({ length: 5 }, (_, n) => repository.beside(`many ${n}`))
  for (const [n, each] of paths.entries()) await repository.git('worktree', 'add', '-q', '-b', `many-${n}`, each)
  const entries = await Promise.all(paths.map((each) => move({ path: each })))
  expect(await worktreeCount()).toBe(2)
  expect(new Set(entries.map((entry) => entry.id)).size).toBe(5)
  await Promise.all(entries.map(back))
  expect(await worktreeCount()).toBe(7)
})
