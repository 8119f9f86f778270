import { chmod, lstat, mkdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { carryChanges } from '../../main/worktree/carry.ts'
import { createWorktree } from '../../main/worktree/create.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'

let repository: TestRepository
beforeEach(async () => {
  repository = await makeRepository({
    files: {
      'text.txt': 'one\ntwo\nthree\nfour\nfive\n',
      'gone.txt': 'gone\n',
      'run.sh': '#!/bin/sh\n',
      'folder/inner.txt': 'inner\n',
      'crlf.txt': 'a\r\nb\r\n',
      '.gitignore': 'ignored/\n',
    },
  })
})
afterEach(() => repository.remove())

async function worktreeAt(at: string): Promise<string> {
  const created = await createWorktree({
    repositoryPath: repository.path,
    folder: repository.beside('new 工作'),
    start: { kind: 'new-branch', branch: 'work', at },
  })
  if (!created.ok) throw new Error(created.error.message)
  return created.value.path
}

test('changed, staged, deleted, new, renamed, linked and executable files arrive byte for byte, and the source is not touched', async () => {
  await repository.write('text.txt', 'one\nTWO\nthree\nfour\nfive')
  await repository.write('staged.txt', 'staged')
  await repository.git('add', 'staged.txt')
  await rm(join(repository.path, 'gone.txt'))
  await chmod(join(repository.path, 'run.sh'), 0o755)
  await repository.git('mv', 'folder/inner.txt', 'renamed 改名.txt')
  await symlink('../outside', join(repository.path, 'link'))
  await repository.write('-dash\nline.bin', new Uint8Array([0, 255, 10, 13]))
  await repository.write('crlf.txt', 'a\r\nB\n')
  await repository.write('ignored/file', 'never carried')
  const to = await worktreeAt('main')
  const index = await readFile(join(repository.path, '.git/index'))
  const before = await stat(join(repository.path, 'text.txt'))
  const status = await repository.git('status', '--porcelain')

  const carried = await carryChanges({ from: repository.path, to })

  expect(carried).toEqual({ ok: true, value: { files: 9, skipped: [] } })
  expect(await readFile(join(to, 'text.txt'), 'utf8')).toBe('one\nTWO\nthree\nfour\nfive')
  expect(await readFile(join(to, 'crlf.txt'), 'utf8')).toBe('a\r\nB\n')
  expect(await readFile(join(to, 'staged.txt'), 'utf8')).toBe('staged')
  expect(await readFile(join(to, 'renamed 改名.txt'), 'utf8')).toBe('inner\n')
  expect(await readFile(join(to, '-dash\nline.bin'))).toEqual(Buffer.from([0, 255, 10, 13]))
  expect(await readlink(join(to, 'link'))).toBe('../outside')
  expect((await stat(join(to, 'run.sh'))).mode & 0o111).toBe(0o111)
  for (const gone of ['gone.txt', 'folder', 'ignored']) await expect(lstat(join(to, gone))).rejects.toThrow('ENOENT')
  expect(await gitIn(to, ['diff', '--cached', '--name-only'])).toBe('')

  expect(await readFile(join(repository.path, '.git/index'))).toEqual(index)
  expect((await stat(join(repository.path, 'text.txt'))).mtimeMs).toBe(before.mtimeMs)
  expect(await repository.git('status', '--porcelain')).toBe(status)
  expect(await carryChanges({ from: repository.path, to })).toEqual({ ok: true, value: { files: 0, skipped: [] } })
})

test('onto another base, changes elsewhere in a file are merged', async () => {
  const first = await repository.git('rev-parse', 'HEAD')
  await repository.write('text.txt', 'one\ntwo\nthree\nfour\nFIVE\n')
  await repository.commit('second')
  await repository.write('text.txt', 'ONE\ntwo\nthree\nfour\nFIVE\n')
  const to = await worktreeAt(first)
  expect(await carryChanges({ from: repository.path, to })).toMatchObject({ ok: true, value: { files: 1 } })
  expect(await readFile(join(to, 'text.txt'), 'utf8')).toBe('ONE\ntwo\nthree\nfour\nfive\n')
})

test('what clashes with the other base is named, and then nothing is carried', async () => {
  const first = await repository.git('rev-parse', 'HEAD')
  await repository.write('text.txt', 'one\ntwo\nthree\nfour\nFIVE\n')
  await repository.write('later.txt', 'committed later\n')
  await repository.commit('second')
  await repository.write('text.txt', 'one\ntwo\nthree\nfour\nFIVE!\n')
  await repository.write('later.txt', 'changed\n')
  await repository.write('harmless.txt', 'new\n')
  const to = await worktreeAt(first)
  const carried = await carryChanges({ from: repository.path, to })
  expect(carried).toMatchObject({ ok: false, error: { code: 'conflicts' } })
  if (!carried.ok) expect(carried.error.paths?.toSorted()).toEqual(['later.txt', 'text.txt'])
  expect(await gitIn(to, ['status', '--porcelain'])).toBe('')
})

test('a file that became a folder, and a folder that became a file, are carried', async () => {
  await rm(join(repository.path, 'gone.txt'))
  await repository.write('gone.txt/now/a-folder', 'x')
  await rm(join(repository.path, 'folder'), { recursive: true })
  await repository.write('folder', 'now a file')
  const to = await worktreeAt('main')
  expect(await carryChanges({ from: repository.path, to })).toMatchObject({ ok: true })
  expect(await readFile(join(to, 'gone.txt/now/a-folder'), 'utf8')).toBe('x')
  expect(await readFile(join(to, 'folder'), 'utf8')).toBe('now a file')
})

test('a linked folder in the worktree does not lead the copy out of it', async () => {
  const outside = repository.beside('outside')
  await mkdir(outside)
  await symlink(outside, join(repository.path, 'docs'))
  await repository.commit('a link')
  const linked = await repository.git('rev-parse', 'HEAD')
  await repository.git('rm', '-q', 'docs')
  await repository.commit('no link')
  await repository.write('docs/page.md', 'x')
  const to = await worktreeAt(linked)
  expect(await carryChanges({ from: repository.path, to })).toMatchObject({
    ok: false,
    error: { code: 'conflicts', paths: ['docs/page.md'] },
  })
  await expect(lstat(join(outside, 'page.md'))).rejects.toThrow('ENOENT')
})

test('a changed file in the worktree is never overwritten', async () => {
  await repository.write('text.txt', 'mine\n')
  const to = await worktreeAt('main')
  await writeFile(join(to, 'text.txt'), 'already theirs\n')
  expect(await carryChanges({ from: repository.path, to })).toMatchObject({ ok: false, error: { code: 'conflicts' } })
  expect(await readFile(join(to, 'text.txt'), 'utf8')).toBe('already theirs\n')
})

test('a repository inside is left out and named', async () => {
  await mkdir(join(repository.path, 'nested'))
  await gitIn(join(repository.path, 'nested'), ['init', '-q'])
  await writeFile(join(repository.path, 'nested/file'), 'x')
  await gitIn(join(repository.path, 'nested'), ['add', '-A'])
  await gitIn(join(repository.path, 'nested'), ['commit', '-qm', 'x'])
  await rename(join(repository.path, 'text.txt'), join(repository.path, 'moved.txt'))
  const to = await worktreeAt('main')
  expect(await carryChanges({ from: repository.path, to })).toEqual({
    ok: true,
    value: { files: 2, skipped: ['nested'] },
  })
})
