import { chmod, lstat, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createWorktree } from '../../main/worktree/create.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'

const made: TestRepository[] = []
afterEach(async () => {
  for (const repository of made.splice(0)) await repository.remove()
})
async function repositoryWith(options?: Parameters<typeof makeRepository>[0]): Promise<TestRepository> {
  const repository = await makeRepository(options)
  made.push(repository)
  return repository
}
const manyFiles = Object.fromEntries(
  Array.from({ length: 1000 }, (_, n) => [`src/part ${n % 20}/file-${n}.txt`, `${n}\n`]),
)
const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

test('a worktree of a new branch holds every file, and progress counts up to all of them', async () => {
  const repository = await repositoryWith({ files: manyFiles })
  const seen: [number, number][] = []
  const created = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('worktrees/一 two'),
    start: { kind: 'new-branch', branch: '修复-登录', at: 'refs/heads/main' },
    onProgress: (done, total) => seen.push([done, total]),
  })
  expect(created).toMatchObject({ ok: true, value: { branch: '修复-登录', warnings: [] } })
  if (!created.ok) return
  expect(created.value.head).toBe(await repository.git('rev-parse', 'main'))
  expect(await gitIn(created.value.path, ['status', '--porcelain'])).toBe('')
  expect(await gitIn(created.value.path, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/修复-登录')
  expect(await readFile(join(created.value.path, 'src/part 7/file-7.txt'), 'utf8')).toBe('7\n')
  expect(seen.at(-1)).toEqual([1000, 1000])
  expect(seen.every(([done], n) => n === 0 || done >= (seen[n - 1]?.[0] ?? 0))).toBe(true)
})

test('cancelling in the middle of a thousand files leaves no folder, no entry and no branch', async () => {
  const repository = await repositoryWith({ files: manyFiles })
  const before = await repository.git('for-each-ref')
  const stop = new AbortController()
  let filesAtStop = 0
  const created = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('cancelled'),
    start: { kind: 'new-branch', branch: 'cancelled', at: 'main' },
    onProgress: (done) => {
      filesAtStop ||= done
      stop.abort()
    },
    signal: stop.signal,
  })
  expect(created).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  expect(filesAtStop).toBeGreaterThan(0)
  expect(await exists(repository.beside('cancelled'))).toBe(false)
  expect(await repository.git('for-each-ref')).toBe(before)
  expect((await repository.git('worktree', 'list')).split('\n')).toHaveLength(1)
  const again = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('cancelled'),
    start: { kind: 'new-branch', branch: 'cancelled', at: 'main' },
  })
  expect(again.ok).toBe(true)
})

test('a checkout that fails takes everything back', async () => {
  const repository = await repositoryWith()
  await repository.write('.gitattributes', '*.bin filter=broken\n')
  await repository.write('a.bin', 'x')
  await repository.commit('filtered')
  await repository.git('config', 'filter.broken.smudge', 'false')
  await repository.git('config', 'filter.broken.required', 'true')
  const created = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('broken'),
    start: { kind: 'new-branch', branch: 'broken', at: 'main' },
  })
  expect(created).toMatchObject({ ok: false, error: { code: 'git-failed' } })
  expect(await exists(repository.beside('broken'))).toBe(false)
  expect(await repository.git('branch', '--list', 'broken')).toBe('')
  expect(await readdir(join(repository.path, '.git'))).not.toContain('worktrees')
})

test('what a crash left half made is finished by asking again', async () => {
  const repository = await repositoryWith({ files: manyFiles })
  const folder = repository.beside('half made')
  const want = {
    repositoryPath: repository.path,
    folder,
    start: { kind: 'new-branch', branch: 'half', at: 'main' },
  } as const
  const head = await repository.git('rev-parse', 'main')
  const finish = async (): Promise<void> => {
    expect(await createWorktree(want)).toMatchObject({ ok: true, value: { branch: 'half', head } })
    expect(await gitIn(folder, ['status', '--porcelain'])).toBe('')
    expect(await createWorktree(want)).toMatchObject({ ok: false, error: { code: 'path-exists' } })
    await repository.git('worktree', 'remove', '--force', folder)
    await repository.git('branch', '-D', 'half')
  }
  // After the branch, before the worktree.
  await repository.git('update-ref', '-m', 'branch: Created by Quarterdeck', 'refs/heads/half', head, '0'.repeat(40))
  await finish()
  // After the worktree, before its first file.
  await repository.git('worktree', 'add', '-q', '--no-checkout', '-b', 'half', folder)
  await finish()
  // In the middle of the files, the lock left behind.
  await repository.git('worktree', 'add', '-q', '--no-checkout', '-b', 'half', folder)
  const gitDir = await gitIn(folder, ['rev-parse', '--absolute-git-dir'])
  await writeFile(join(gitDir, 'quarterdeck'), 'unfinished\n')
  await writeFile(join(gitDir, 'index.lock'), '')
  await mkdir(join(folder, 'src/part 7'), { recursive: true })
  await writeFile(join(folder, 'src/part 7/file-7.txt'), 'hal')
  await finish()
})

test('a branch of our own making that somebody works on is never taken for a leftover', async () => {
  const repository = await repositoryWith()
  const start = { kind: 'new-branch', branch: 'mine', at: 'main' } as const
  const first = await createWorktree({ repositoryPath: repository.path, folder: repository.beside('one'), start })
  expect(first.ok).toBe(true)
  const second = await createWorktree({ repositoryPath: repository.path, folder: repository.beside('two'), start })
  expect(second).toMatchObject({ ok: false, error: { code: 'branch-exists' } })
  expect(await gitIn(repository.beside('one'), ['status', '--porcelain', '--branch'])).toBe('## mine')
})

test('a folder that exists is never touched', async () => {
  const repository = await repositoryWith()
  const folder = repository.beside('mine')
  await mkdir(folder)
  await writeFile(join(folder, 'precious'), 'yes')
  const created = await createWorktree({
    repositoryPath: repository.path,
    folder,
    start: { kind: 'new-branch', branch: 'x', at: 'main' },
  })
  expect(created).toMatchObject({ ok: false, error: { code: 'path-exists', paths: [folder] } })
  expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('yes')
  expect(await repository.git('branch', '--list', 'x')).toBe('')
})

test('a branch checked out elsewhere is named with its folder', async () => {
  const repository = await repositoryWith()
  const created = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('second'),
    start: { kind: 'existing-branch', ref: 'refs/heads/main' },
  })
  expect(created).toMatchObject({ ok: false, error: { code: 'branch-checked-out', paths: [repository.path] } })
})

test('an existing branch stays when its worktree could not be made', async () => {
  const repository = await repositoryWith({ files: manyFiles })
  await repository.git('branch', 'kept')
  const stop = new AbortController()
  const created = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('kept'),
    start: { kind: 'existing-branch', ref: 'refs/heads/kept' },
    onProgress: () => stop.abort(),
    signal: stop.signal,
  })
  expect(created).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  expect(await repository.git('branch', '--list', 'kept')).not.toBe('')
})

test('a name taken by a branch, or by a folder of branches, is refused with branch-exists', async () => {
  const repository = await repositoryWith()
  await repository.git('branch', 'a/b')
  for (const branch of ['a/b', 'a', 'a/b/c']) {
    const created = await createWorktree({
      repositoryPath: repository.path,
      folder: repository.beside('taken'),
      start: { kind: 'new-branch', branch, at: 'main' },
    })
    expect(created, branch).toMatchObject({ ok: false, error: { code: 'branch-exists' } })
  }
})

test('names git does not take, and starts it does not know, are refused with bad-ref', async () => {
  const repository = await repositoryWith()
  const make = (branch: string, at: string): ReturnType<typeof createWorktree> =>
    createWorktree({
      repositoryPath: repository.path,
      folder: repository.beside('bad'),
      start: { kind: 'new-branch', branch, at },
    })
  for (const branch of ['-x', 'a..b', 'a b', 'x.lock', '@{-1}', ''])
    expect(await make(branch, 'main'), branch).toMatchObject({ ok: false, error: { code: 'bad-ref' } })
  expect(await make('fine', 'refs/heads/nowhere')).toMatchObject({ ok: false, error: { code: 'bad-ref' } })
  expect(await make('fine', '--all')).toMatchObject({ ok: false, error: { code: 'bad-ref' } })
})

test('a branch of a remote becomes a local branch that follows it, and a tag is checked out detached', async () => {
  const origin = await repositoryWith()
  await origin.git('branch', 'feature/远程')
  const repository = await repositoryWith()
  await repository.git('remote', 'add', 'origin', origin.path)
  await repository.git('fetch', '-q', 'origin')
  await repository.git('branch', 'origin/feature/远程')
  const created = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('remote'),
    start: { kind: 'existing-branch', ref: 'refs/remotes/origin/feature/远程' },
  })
  expect(created).toMatchObject({ ok: true, value: { branch: 'feature/远程' } })
  expect(await repository.git('config', 'branch.feature/远程.merge')).toBe('refs/heads/feature/远程')
  expect(await repository.git('rev-parse', 'refs/heads/feature/远程')).toBe(await origin.git('rev-parse', 'main'))
  await repository.git('tag', 'v1')
  const tagged = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('tagged'),
    start: { kind: 'existing-branch', ref: 'refs/tags/v1' },
  })
  expect(tagged).toMatchObject({ ok: true, value: { branch: null } })
})

test('the post-checkout hook runs once in the new worktree, and its failure is told but spoils nothing', async () => {
  const repository = await repositoryWith()
  const hook = join(repository.path, '.git/hooks/post-checkout')
  await mkdir(join(repository.path, '.git/hooks'), { recursive: true })
  await writeFile(hook, '#!/bin/sh\necho "$1 $3 $(pwd)" >> "$(git rev-parse --git-common-dir)/hook-log"\nexit 3\n')
  await chmod(hook, 0o755)
  const created = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('hooked'),
    start: { kind: 'new-branch', branch: 'hooked', at: 'main' },
  })
  expect(created).toMatchObject({ ok: true, value: { warnings: [expect.stringContaining('post-checkout')] } })
  expect(await readFile(join(repository.path, '.git/hook-log'), 'utf8')).toBe(
    `${'0'.repeat(40)} 1 ${repository.beside('hooked')}\n`,
  )
})

test('submodules that the main checkout has are filled from it, without its remote', async () => {
  const inner = await repositoryWith({ files: { 'inner.txt': 'inner\n' } })
  const repository = await repositoryWith()
  await repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path, 'lib/in ner')
  await repository.commit('with submodule')
  await inner.remove()
  const created = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('with submodule'),
    start: { kind: 'new-branch', branch: 'sub', at: 'main' },
  })
  expect(created).toMatchObject({ ok: true, value: { warnings: [] } })
  expect(await readFile(join(repository.beside('with submodule'), 'lib/in ner/inner.txt'), 'utf8')).toBe('inner\n')
  expect(await gitIn(join(repository.beside('with submodule'), 'lib/in ner'), ['config', 'remote.origin.url'])).toBe(
    inner.path,
  )
  expect(await repository.git('config', 'submodule.lib/in ner.url')).toBe(inner.path)
})

test('many worktrees asked for at once are all made', async () => {
  const repository = await repositoryWith()
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      createWorktree({
        repositoryPath: repository.path,
        folder: repository.beside(`many ${n}`),
        start: { kind: 'new-branch', branch: `many-${n}`, at: 'main' },
      }),
    ),
  )
  expect(all.map((each) => each.ok)).toEqual(Array.from({ length: 8 }, () => true))
})
