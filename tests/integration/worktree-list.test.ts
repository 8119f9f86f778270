import { link, mkdir, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Worktree } from '@contract/worktree.ts'
import { createWorktree } from '../../main/worktree/create.ts'
import { listWorktrees } from '../../main/worktree/list.ts'
import { parseWorktreeList } from '../../main/worktree/porcelain.ts'
import { measureSize } from '../../main/worktree/size.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'

let repository: TestRepository
beforeEach(async () => {
  repository = await makeRepository()
})
afterEach(() => repository.remove())

async function list(base: string | null = 'refs/heads/main', path = repository.path): Promise<Worktree[]> {
  const listed = await listWorktrees({ repositoryPath: path, base })
  if (!listed.ok) throw new Error(listed.error.message)
  return listed.value
}

test('ours and others are listed with branch, distance from the base, and counted changes', async () => {
  const ours = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('ours 我们\nline'),
    start: { kind: 'new-branch', branch: '功能', at: 'main' },
  })
  if (!ours.ok) throw new Error(ours.error.message)
  const others = repository.beside('-others')
  await repository.git('worktree', 'add', '-q', '--detach', others)
  await repository.write('later', 'x')
  await repository.commit('base goes on')
  await writeFile(join(ours.value.path, 'README.md'), 'changed')
  await mkdir(join(ours.value.path, 'new'))
  await writeFile(join(ours.value.path, 'new/a'), '')
  await writeFile(join(ours.value.path, 'new/b'), '')
  await gitIn(others, ['commit', '-q', '--allow-empty', '-m', 'x'])

  const [main, second, first, ...rest] = await list()
  expect(rest).toEqual([])
  expect(main).toMatchObject({ path: repository.path, main: true, ours: false, branch: 'main', ahead: 0, behind: 0 })
  expect(first).toMatchObject({
    path: ours.value.path,
    main: false,
    ours: true,
    branch: '功能',
    base: 'refs/heads/main',
    ahead: 0,
    behind: 1,
    dirty: 1,
    untracked: 2,
    locked: null,
    missing: false,
    operation: null,
    session: null,
  })
  expect(second).toMatchObject({ path: others, ours: false, branch: null, ahead: 1, behind: 1, dirty: 0, untracked: 0 })
  expect(second?.head).toBe(await gitIn(others, ['rev-parse', 'HEAD']))
  expect(await list('refs/heads/main', others)).toEqual([main, second, first])
})

test('a missing folder and a lock are told', async () => {
  const path = repository.beside('there')
  await repository.git('worktree', 'add', '-q', '-b', 'x', path)
  await repository.git('worktree', 'lock', '--reason', 'two\nlines', path)
  await rename(path, repository.beside('elsewhere'))
  expect((await list())[1]).toMatchObject({
    missing: true,
    locked: 'two\nlines',
    dirty: null,
    untracked: null,
    branch: 'x',
  })
})

test('an operation in progress is told', async () => {
  const path = repository.beside('there')
  await repository.git('worktree', 'add', '-q', '-b', 'x', path)
  await gitIn(path, ['bisect', 'start'])
  expect((await list())[1]).toMatchObject({ operation: 'bisect' })
})

test('last activity is when git wrote there, not the date of the commit', async () => {
  const path = repository.beside('there')
  await repository.git('worktree', 'add', '-q', '-b', 'x', path)
  const gitDir = await gitIn(path, ['rev-parse', '--absolute-git-dir'])
  for (const name of ['index', 'HEAD', 'logs/HEAD']) await utimes(join(gitDir, name), 1000, 1000)
  expect((await list())[1]?.activeAt).toBe('1970-01-01T00:16:40.000Z')
  await utimes(join(gitDir, 'logs/HEAD'), 2000, 2000)
  expect((await list())[1]?.activeAt).toBe('1970-01-01T00:33:20.000Z')
})

test('looking does not write to anybody\u2019s index', async () => {
  const path = repository.beside('there')
  await repository.git('worktree', 'add', '-q', '-b', 'x', path)
  const index = join(await gitIn(path, ['rev-parse', '--absolute-git-dir']), 'index')
  await utimes(join(path, 'README.md'), 1000, 1000)
  const before = await stat(index)
  await list()
  expect((await stat(index)).mtimeMs).toBe(before.mtimeMs)
})

test('without a base nothing is counted, and a base that is gone spoils nothing', async () => {
  expect((await list(null))[0]).toMatchObject({ ahead: null, behind: null, base: null })
  expect((await list('refs/heads/gone'))[0]).toMatchObject({ ahead: null, behind: null })
})

test('a worktree that is meant for another branch is counted from that', async () => {
  await repository.git('branch', 'develop')
  await repository.write('x', 'x')
  await repository.commit('main goes on')
  const path = repository.beside('there')
  await repository.git('worktree', 'add', '-q', '-b', 'x', path)
  const listed = await listWorktrees({
    repositoryPath: repository.path,
    base: 'refs/heads/main',
    bases: new Map([[path, 'refs/heads/develop']]),
  })
  expect(listed).toMatchObject({
    value: [
      { base: 'refs/heads/main', ahead: 0 },
      { base: 'refs/heads/develop', ahead: 1, behind: 0 },
    ],
  })
})

test('of a bare repository only the worktrees are listed', async () => {
  const bare = repository.beside('bare.git')
  await repository.git('clone', '-q', '--bare', repository.path, bare)
  await gitIn(bare, ['worktree', 'add', '-q', repository.beside('of bare'), 'main'])
  const worktrees = await list('refs/heads/main', repository.beside('of bare'))
  expect(worktrees).toMatchObject([{ path: repository.beside('of bare'), main: false, branch: 'main' }])
})

test('a submodule lists its own folder as main worktree, not its git folder', async () => {
  const inner = await makeRepository()
  await repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path, 'lib')
  expect(await list('refs/heads/main', join(repository.path, 'lib'))).toMatchObject([
    { path: join(repository.path, 'lib'), main: true, missing: false, dirty: 0 },
  ])
  await inner.remove()
})

test('git\u2019s list is read with every mark', () => {
  const text = [
    'worktree /a b',
    'HEAD 1111111111111111111111111111111111111111',
    'branch refs/heads/x/y',
    'locked',
    'prunable gitdir file points to non-existent location',
    '',
    'worktree /bare',
    'bare',
    '',
    'worktree /unborn',
    'HEAD 0000000000000000000000000000000000000000',
    'branch refs/heads/new',
    '',
    '',
  ].join('\0')
  expect(parseWorktreeList(text)).toEqual([
    {
      path: '/a b',
      head: '1'.repeat(40),
      branch: 'x/y',
      bare: false,
      locked: '',
      prunable: 'gitdir file points to non-existent location',
    },
    { path: '/bare', head: null, branch: null, bare: true, locked: null, prunable: null },
    { path: '/unborn', head: null, branch: 'new', bare: false, locked: null, prunable: null },
  ])
})

test('size counts a hard link once, follows no link, and can be cancelled', async () => {
  const folder = repository.beside('sized')
  await mkdir(join(folder, 'deep'), { recursive: true })
  await writeFile(join(folder, 'big'), Buffer.alloc(1_000_000, 1))
  await link(join(folder, 'big'), join(folder, 'deep/again'))
  await symlink('/usr', join(folder, 'usr'))
  const size = await measureSize(folder)
  expect(size).toBeGreaterThan(990_000)
  expect(size).toBeLessThan(1_100_000)
  expect(await measureSize(folder, AbortSignal.abort())).toBeNull()
})
