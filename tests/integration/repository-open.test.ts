import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { browseFolder, typedPath } from '../../main/repositories/browse.ts'
import { readCheckout } from '../../main/repositories/checkout.ts'
import { initialiseRepository } from '../../main/repositories/initialise.ts'
import { inspectRepository } from '../../main/repositories/inspect.ts'
import { makeSample } from '../../main/repositories/sample.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'

let repository: TestRepository
beforeEach(async () => {
  repository = await makeRepository({ files: { 'README.md': '# x\n', 'deep/er/file': 'x\n' } })
})
afterEach(() => repository.remove())
const warningsOf = async (): Promise<string[]> => {
  const found = await inspectRepository(repository.path)
  return found.ok ? found.value.warnings.map((warning) => warning.kind) : [found.error.code]
}

test('the repository is found from its top, a subfolder, its git folder, a worktree and a link', async () => {
  const worktree = repository.beside('a worktree')
  await repository.git('worktree', 'add', '-q', '-b', 'other', worktree)
  await symlink(join(repository.path, 'deep'), repository.beside('link'))
  const places = [
    repository.path,
    join(repository.path, 'deep/er'),
    join(repository.path, '.git'),
    join(repository.path, '.git/refs'),
    worktree,
    join(worktree, 'deep'),
    repository.beside('link'),
  ]
  for (const place of places)
    expect(await inspectRepository(place), place).toEqual({
      ok: true,
      value: { path: repository.path, name: 'my repo 项目', base: 'refs/heads/main', warnings: [] },
    })
})

test('opening writes nothing', async () => {
  const before = await stat(join(repository.path, '.git/index'))
  const names = await readdir(join(repository.path, '.git'))
  await inspectRepository(repository.path)
  await readCheckout(repository.path)
  expect((await stat(join(repository.path, '.git/index'))).mtimeMs).toBe(before.mtimeMs)
  expect(await readdir(join(repository.path, '.git'))).toEqual(names)
})

test('a folder without a repository names those inside it, and is not made one', async () => {
  const folder = repository.beside('plain')
  await mkdir(join(folder, 'group/one'), { recursive: true })
  await mkdir(join(folder, 'node_modules/dep/.git'), { recursive: true })
  await gitIn(join(folder, 'group/one'), ['init', '-q'])
  expect(await inspectRepository(folder)).toMatchObject({
    ok: false,
    error: { code: 'not-a-repository', paths: [join(folder, 'group/one')] },
  })
  expect(await readdir(folder)).toEqual(['group', 'node_modules'])
  await mkdir(join(folder, 'empty'))
  expect(await inspectRepository(join(folder, 'empty'))).toMatchObject({
    ok: false,
    error: { code: 'not-a-repository', message: expect.stringContaining('let Quarterdeck') as string },
  })
})

test('a missing folder, a file, a circle of links: each is told', async () => {
  await symlink('circle', repository.beside('circle'))
  expect(await inspectRepository(repository.beside('none'))).toMatchObject({ error: { code: 'not-found' } })
  expect(await inspectRepository(repository.beside('circle'))).toMatchObject({ error: { code: 'not-found' } })
  expect(await inspectRepository(join(repository.path, 'README.md'))).toMatchObject({
    error: { code: 'not-found', message: expect.stringContaining('file') as string },
  })
})

test('a path as a person types it begins at home', () => {
  expect(typedPath('~')).toBe(homedir())
  expect(typedPath('~/code/app')).toBe(join(homedir(), 'code/app'))
  expect(typedPath('code')).toBe(join(homedir(), 'code'))
  expect(typedPath('/srv/~/app')).toBe('/srv/~/app')
})

test('a repository without a commit is told, and made one only when asked', async () => {
  const empty = await makeRepository({ files: {} })
  await empty.write('file', 'x')
  expect(await inspectRepository(empty.path)).toMatchObject({
    ok: false,
    error: { code: 'no-commit', paths: [empty.path] },
  })
  expect(await initialiseRepository(empty.path, 'all')).toMatchObject({ ok: true })
  expect(await empty.git('show', '--name-only', '--format=%s')).toBe('Initial commit\n\nfile')
  expect(await inspectRepository(empty.path)).toMatchObject({ ok: true, value: { base: 'refs/heads/main' } })
  await empty.remove()
})

test('a bare repository suggests its worktrees, or a clone; one of its worktrees opens by itself', async () => {
  const bare = repository.beside('bare.git')
  await repository.git('clone', '-q', '--bare', repository.path, bare)
  expect(await inspectRepository(bare)).toMatchObject({
    error: { code: 'bare-repository', paths: [], message: expect.stringContaining('git clone') as string },
  })
  const worktree = repository.beside('of bare')
  await gitIn(bare, ['worktree', 'add', '-q', worktree, 'main'])
  expect(await inspectRepository(bare)).toMatchObject({ error: { code: 'bare-repository', paths: [worktree] } })
  expect(await inspectRepository(worktree)).toMatchObject({ ok: true, value: { path: worktree } })
})

test.runIf(process.getuid?.() === 0)('a folder of another user comes with the exact command to trust it', async () => {
  await promisify(execFile)('chown', ['-R', '12345:12345', repository.path])
  const found = await inspectRepository(repository.path)
  const command = `git config --global --add safe.directory '${repository.path}'`
  expect(found).toMatchObject({ ok: false, error: { code: 'unsafe-owner', detail: command } })
  if (!found.ok) expect(found.error.message).toContain(command)
})

test('without git, and with an old one, the way out is told', async () => {
  const path = process.env['PATH']
  const bin = repository.beside('bin')
  await mkdir(bin)
  try {
    process.env['PATH'] = bin
    expect(await inspectRepository(repository.path)).toMatchObject({ error: { code: 'git-missing' } })
    await writeFile(join(bin, 'git'), '#!/bin/sh\necho git version 2.25.1\n')
    await chmod(join(bin, 'git'), 0o755)
    expect(await inspectRepository(repository.path)).toMatchObject({
      error: { code: 'git-too-old', message: expect.stringContaining('2.25.1') as string },
    })
  } finally {
    process.env['PATH'] = path
  }
})

test('what is unusual about a repository is warned of', async () => {
  expect(await warningsOf()).toEqual([])
  await repository.git('checkout', '-q', '--detach')
  expect(await warningsOf()).toEqual(['detached-head'])
  await repository.git('bisect', 'start')
  expect(await warningsOf()).toEqual(['operation-in-progress'])
  await repository.git('bisect', 'reset')
  await repository.git('checkout', '-q', 'main')
  await mkdir(join(repository.path, 'inner'))
  await gitIn(join(repository.path, 'inner'), ['init', '-q'])
  await gitIn(join(repository.path, 'inner'), ['commit', '-q', '--allow-empty', '-m', 'x'])
  expect(await inspectRepository(repository.path)).toMatchObject({
    value: { warnings: [{ kind: 'nested-repository', paths: ['inner'] }] },
  })
  await rm(join(repository.path, 'inner'), { recursive: true })
  await repository.commit('second')
  const shallow = repository.beside('shallow')
  await repository.git('clone', '-q', '--depth', '1', `file://${repository.path}`, shallow)
  expect(await inspectRepository(shallow)).toMatchObject({ value: { warnings: [{ kind: 'shallow' }] } })
})

test('a submodule, and a worktree of it, open as a repository of their own', async () => {
  const inner = await makeRepository()
  await repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path, 'lib')
  const lib = join(repository.path, 'lib')
  expect(await inspectRepository(lib)).toMatchObject({ ok: true, value: { path: lib } })
  await gitIn(lib, ['worktree', 'add', '-q', '-b', 'x', repository.beside('lib worktree')])
  expect(await inspectRepository(repository.beside('lib worktree'))).toMatchObject({ ok: true, value: { path: lib } })
  expect(await warningsOf()).toEqual(['submodules'])
  await inner.remove()
})

test('the first commit of nothing leaves files and index as they are', async () => {
  const folder = repository.beside('fresh')
  await mkdir(folder)
  await writeFile(join(folder, 'file'), 'x')
  expect(await initialiseRepository(folder, 'empty')).toEqual({ ok: true, value: { path: folder } })
  expect(await gitIn(folder, ['status', '--porcelain'])).toBe('?? file')
  expect(await gitIn(folder, ['log', '--format=%s %an'])).toBe('Initial commit Test Person')
  expect(await gitIn(folder, ['branch', '--show-current'])).toBe('main')
  const head = await gitIn(folder, ['rev-parse', 'HEAD'])
  expect(await initialiseRepository(folder, 'all')).toMatchObject({ ok: true })
  expect(await gitIn(folder, ['rev-parse', 'HEAD'])).toBe(head)
})

test('a home folder, a bare repository, an unknown name and a refusing hook are told', async () => {
  expect(await initialiseRepository(homedir(), 'all')).toMatchObject({ error: { code: 'refused' } })
  expect(await initialiseRepository(repository.beside('none'), 'all')).toMatchObject({ error: { code: 'not-found' } })
  const bare = repository.beside('bare.git')
  await mkdir(bare)
  await gitIn(bare, ['init', '-q', '--bare'])
  expect(await initialiseRepository(bare, 'all')).toMatchObject({ error: { code: 'refused' } })
  const folder = repository.beside('hooked')
  await mkdir(folder)
  await gitIn(folder, ['init', '-q'])
  await mkdir(join(folder, '.git/hooks'), { recursive: true })
  await writeFile(join(folder, '.git/hooks/pre-commit'), '#!/bin/sh\necho no >&2; exit 1\n')
  await chmod(join(folder, '.git/hooks/pre-commit'), 0o755)
  await writeFile(join(folder, 'file'), 'x')
  expect(await initialiseRepository(folder, 'all')).toMatchObject({ error: { code: 'hook-failed' } })
  const saved = { ...process.env }
  try {
    for (const name of Object.keys(process.env)) if (/^GIT_(AUTHOR|COMMITTER)_/.test(name)) delete process.env[name]
    process.env['GIT_CONFIG_COUNT'] = '1'
    process.env['GIT_CONFIG_KEY_0'] = 'user.useConfigOnly'
    process.env['GIT_CONFIG_VALUE_0'] = 'true'
    expect(await initialiseRepository(folder, 'empty')).toMatchObject({
      error: { code: 'refused', message: expect.stringContaining('user.name') as string },
    })
  } finally {
    for (const name of ['GIT_CONFIG_COUNT', 'GIT_CONFIG_KEY_0', 'GIT_CONFIG_VALUE_0']) delete process.env[name]
    Object.assign(process.env, saved)
  }
})

test('the sample is a repository whose tests pass, without any configuration of git', async () => {
  const saved = { ...process.env }
  const folder = repository.beside('data/sample')
  try {
    for (const name of Object.keys(process.env)) if (/^GIT_(AUTHOR|COMMITTER)_/.test(name)) delete process.env[name]
    expect(await makeSample(folder)).toEqual({ ok: true, value: folder })
  } finally {
    Object.assign(process.env, saved)
  }
  expect(await gitIn(folder, ['status', '--porcelain'])).toBe('')
  expect((await gitIn(folder, ['log', '--format=%an'])).split('\n')).toEqual(
    Array.from({ length: 5 }, () => 'Quarterdeck'),
  )
  const ran = await promisify(execFile)(process.execPath, ['--test'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], NODE_OPTIONS: '' },
  })
  expect(ran.stdout).toMatch(/pass 7/)
  const printed = await promisify(execFile)(process.execPath, ['src/cli.js', 'log.example.txt'], { cwd: folder })
  expect(printed.stdout).toContain('1805-10-21 12:30  1 bells  Broke through the line')
  expect(await inspectRepository(folder)).toMatchObject({ ok: true, value: { name: 'sample', warnings: [] } })

  await writeFile(join(folder, 'mine'), 'x')
  expect(await makeSample(folder)).toEqual({ ok: true, value: folder })
  expect(await readFile(join(folder, 'mine'), 'utf8')).toBe('x')
  await rename(folder, repository.beside('data/moved'))
  await mkdir(folder)
  await writeFile(join(folder, 'mine'), 'x')
  expect(await makeSample(folder)).toEqual({ ok: true, value: `${folder}-2` })
  expect(await readdir(repository.beside('data'))).toEqual(['moved', 'sample', 'sample-2'])
})

test('the main checkout tells what is uncommitted, untracked and in progress', async () => {
  await repository.write('README.md', 'changed')
  await repository.write('staged', 'x')
  await repository.git('add', 'staged')
  await repository.write('new/一\nline', 'x')
  expect(await readCheckout(repository.path)).toEqual({
    ok: true,
    value: {
      branch: 'main',
      head: await repository.git('rev-parse', 'HEAD'),
      operation: null,
      changed: ['README.md', 'staged'],
      changedCount: 2,
      untracked: ['new/一\nline'],
      untrackedCount: 1,
      hasSubmodules: false,
    },
  })
  await repository.git('bisect', 'start')
  for (let n = 0; n < 210; n++) await repository.write(`new/${n}`, 'x')
  const checkout = await readCheckout(repository.path)
  expect(checkout).toMatchObject({ value: { operation: 'bisect', untrackedCount: 211 } })
  if (checkout.ok) expect(checkout.value.untracked).toHaveLength(200)
  expect(await readCheckout(repository.beside('none'))).toMatchObject({ error: { code: 'not-found' } })
})

test('folders are browsed by name, hidden ones when asked, links too, and repositories are marked', async () => {
  const top = repository.beside('browse')
  for (const name of ['b 10', 'B 9', '.hidden', '文件夹', 'plain']) await mkdir(join(top, name), { recursive: true })
  await writeFile(join(top, 'a file'), 'x')
  await symlink(repository.path, join(top, 'link'))
  await symlink('nowhere', join(top, 'dangling'))
  const listing = await browseFolder(top, false)
  expect(listing).toMatchObject({ ok: true, value: { path: top, parent: join(top, '..'), truncated: false } })
  if (!listing.ok) return
  expect(listing.value.entries.map((entry) => entry.name)).toEqual(['B 9', 'b 10', 'link', 'plain', '文件夹'])
  expect(listing.value.entries.filter((entry) => entry.isRepository).map((entry) => entry.name)).toEqual(['link'])
  const hidden = await browseFolder(top, true)
  expect(hidden.ok && hidden.value.entries[0]?.name).toBe('.hidden')
  expect(await browseFolder(null)).toMatchObject({ value: { path: homedir(), home: homedir() } })
  expect(await browseFolder('/', false)).toMatchObject({ value: { parent: null } })
  expect(await browseFolder(join(top, 'none'))).toMatchObject({ error: { code: 'not-found' } })
})

test('at most a thousand folders are listed, and it is said that there are more', async () => {
  const top = repository.beside('crowded')
  await Promise.all(Array.from({ length: 1001 }, (_, n) => mkdir(join(top, `${n}`), { recursive: true })))
  const listing = await browseFolder(top)
  expect(listing).toMatchObject({ ok: true, value: { truncated: true } })
  if (listing.ok) expect(listing.value.entries).toHaveLength(1000)
})
