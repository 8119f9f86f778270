import { chmod, lstat, mkdir, readFile, readlink, stat, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyIgnoredFiles } from '../../main/worktree/copy-ignored.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'

let repository: TestRepository
let to: string
beforeEach(async () => {
  repository = await makeRepository({ files: { '.gitignore': '.env*\nnode_modules/\n*.key\n', 'app.ts': 'x\n' } })
  to = repository.beside('work 树')
  await repository.git('worktree', 'add', '-q', '-b', 'work', to)
})
afterEach(() => repository.remove())

test('only files that match and are ignored are copied, with mode and time', async () => {
  await repository.write('.env', 'SECRET=1\n')
  await repository.write('.env.example', 'tracked\n')
  await repository.git('add', '-f', '.env.example')
  await repository.write('untracked.env', 'not ignored\n')
  await repository.write('deep/一/.env.local', 'LOCAL=1\n')
  await repository.write('id.key', 'key\n')
  await chmod(join(repository.path, '.env'), 0o600)
  await utimes(join(repository.path, '.env'), 1_000_000, 1_000_000)
  const seen: number[] = []
  const copied = await copyIgnoredFiles({
    from: repository.path,
    to,
    patterns: ['# comment', '', '.env*', 'untracked.env', 'app.ts'],
    onProgress: (done) => seen.push(done),
  })
  expect(copied).toEqual({ ok: true, value: { files: 2, bytes: 17, skipped: [] } })
  expect(seen).toEqual([1, 2])
  expect(await readFile(join(to, 'deep/一/.env.local'), 'utf8')).toBe('LOCAL=1\n')
  const env = await stat(join(to, '.env'))
  expect([env.mode & 0o777, env.mtimeMs]).toEqual([0o600, 1_000_000_000])
  for (const absent of ['id.key', 'untracked.env', '.env.example'])
    await expect(lstat(join(to, absent))).rejects.toThrow('ENOENT')
})

test('a later pattern with ! takes back an earlier one', async () => {
  await repository.write('.env', 'a')
  await repository.write('.env.production', 'b')
  const copied = await copyIgnoredFiles({ from: repository.path, to, patterns: ['.env*', '!.env.production'] })
  expect(copied).toMatchObject({ ok: true, value: { files: 1 } })
  await expect(lstat(join(to, '.env.production'))).rejects.toThrow('ENOENT')
})

test('dependencies come whole: relative links stay, links into the main checkout turn to the worktree', async () => {
  await repository.write('node_modules/left/index.js', 'left')
  await mkdir(join(repository.path, 'node_modules/.bin'))
  await symlink('../left/index.js', join(repository.path, 'node_modules/.bin/left'))
  await symlink(join(repository.path, 'node_modules/left'), join(repository.path, 'node_modules/whole'))
  await symlink('/etc/hostname', join(repository.path, 'node_modules/outside'))
  const copied = await copyIgnoredFiles({ from: repository.path, to, patterns: ['node_modules/'] })
  expect(copied).toMatchObject({ ok: true, value: { files: 4, skipped: [] } })
  expect(await readlink(join(to, 'node_modules/.bin/left'))).toBe('../left/index.js')
  expect(await readlink(join(to, 'node_modules/whole'))).toBe(join(to, 'node_modules/left'))
  expect(await readlink(join(to, 'node_modules/outside'))).toBe('/etc/hostname')
  expect((await lstat(join(to, 'node_modules/outside'))).isSymbolicLink()).toBe(true)
})

test('nothing is overwritten, and nothing is written through a link', async () => {
  const outside = repository.beside('outside')
  await mkdir(outside)
  await repository.write('.env', 'main')
  await repository.write('node_modules/a', 'a')
  await gitIn(to, ['config', 'core.hooksPath', '/dev/null'])
  await symlink(outside, join(to, 'node_modules'))
  await symlink('/etc/hostname', join(to, '.env'))
  const copied = await copyIgnoredFiles({ from: repository.path, to, patterns: ['.env', 'node_modules/'] })
  expect(copied).toMatchObject({ ok: true, value: { files: 0 } })
  if (copied.ok) expect(copied.value.skipped.toSorted()).toEqual(['.env', 'node_modules/a'])
  await expect(lstat(join(outside, 'a'))).rejects.toThrow('ENOENT')
})

test('a copy can be cancelled', async () => {
  for (let n = 0; n < 100; n++) await repository.write(`node_modules/${n}`, 'x')
  const stop = new AbortController()
  let done = 0
  const copied = await copyIgnoredFiles({
    from: repository.path,
    to,
    patterns: ['node_modules/'],
    onProgress: (count) => {
      done = count
      stop.abort()
    },
    signal: stop.signal,
  })
  expect(copied).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  expect(done).toBeLessThan(100)
})
