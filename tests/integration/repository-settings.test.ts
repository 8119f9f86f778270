import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RepositoryScript } from '@contract/repository.ts'
import { hashScript, readRepositorySettings } from '../../main/repositories/settings.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'

let repository: TestRepository
beforeEach(async () => {
  repository = await makeRepository()
})
afterEach(() => repository.remove())
const write = (path: string, value: unknown): Promise<void> => repository.write(path, JSON.stringify(value, null, 2))

function script(kind: RepositoryScript['kind'], command: string): RepositoryScript {
  return { kind, command, hash: hashScript(kind, command), confirmed: false }
}

test('a repository without settings asks for nothing', async () => {
  expect(await readRepositorySettings(repository.path)).toEqual({
    source: null,
    setup: null,
    teardown: null,
    run: null,
    checks: [],
    copy: [],
    problem: null,
  })
})

test('our own file is read, lines of a script are joined, and .worktreeinclude adds to what is copied', async () => {
  await write('.quarterdeck/settings.json', {
    setup: ['npm ci', 'npm run build'],
    teardown: 'docker compose down',
    run: 'npm run dev',
    checks: [
      { name: 'tests', command: 'npm test', timeoutSeconds: 60 },
      { name: 'lint', command: 'npm run lint' },
    ],
    copy: ['.env'],
    later: 'unknown keys are no problem',
  })
  await repository.write('.worktreeinclude', '# secrets\r\n\r\n.env.*\r\n!.env.production\r\n')
  await write('conductor.json', { scripts: { setup: 'never read' } })
  const settings = await readRepositorySettings(repository.path)
  expect(settings).toEqual({
    source: '.quarterdeck/settings.json',
    setup: script('setup', 'npm ci\nnpm run build'),
    teardown: script('teardown', 'docker compose down'),
    run: script('run', 'npm run dev'),
    checks: [
      { name: 'tests', command: 'npm test', timeoutSeconds: 60 },
      { name: 'lint', command: 'npm run lint', timeoutSeconds: 600 },
    ],
    copy: ['.env', '.env.*', '!.env.production'],
    problem: null,
  })
  expect(settings.setup?.hash).toMatch(/^[0-9a-f]{64}$/)
  expect(settings.setup?.hash).not.toBe(hashScript('run', 'npm ci\nnpm run build'))
})

test('checks may be given by name', async () => {
  await write('.quarterdeck/settings.json', {
    checks: { tests: 'npm test', slow: { command: 'x', timeoutSeconds: 9 } },
  })
  expect((await readRepositorySettings(repository.path)).checks).toEqual([
    { name: 'tests', command: 'npm test', timeoutSeconds: 600 },
    { name: 'slow', command: 'x', timeoutSeconds: 9 },
  ])
})

test('files of other programs are read where ours is absent', async () => {
  await write('.cursor/worktrees.json', { 'setup-worktree': ['a'], 'setup-worktree-unix': ['npm ci', 'cp x y'] })
  expect(await readRepositorySettings(repository.path)).toMatchObject({
    source: '.cursor/worktrees.json',
    setup: { command: 'npm ci\ncp x y' },
  })
  await write('.superset/config.json', { setup: ['./.superset/setup.sh'], teardown: ['./.superset/down.sh'] })
  expect(await readRepositorySettings(repository.path)).toMatchObject({
    source: '.superset/config.json',
    setup: { command: './.superset/setup.sh' },
    teardown: { command: './.superset/down.sh' },
  })
  await write('conductor.json', {
    scripts: { setup: 'bun i', run: 'bun dev', archive: 'rm -rf tmp' },
    runScriptMode: 'x',
  })
  expect(await readRepositorySettings(repository.path)).toMatchObject({
    source: 'conductor.json',
    setup: { command: 'bun i' },
    run: { command: 'bun dev' },
    teardown: { command: 'rm -rf tmp' },
  })
})

test('a script file named for Cursor is run from its folder, a plain command as it stands', async () => {
  await write('.cursor/worktrees.json', { 'setup-worktree': 'set up.sh' })
  await repository.write('.cursor/set up.sh', 'echo')
  expect((await readRepositorySettings(repository.path)).setup?.command).toBe("sh './.cursor/set up.sh'")
  await write('.cursor/worktrees.json', { 'setup-worktree': 'npm install' })
  expect((await readRepositorySettings(repository.path)).setup?.command).toBe('npm install')
})

test('a broken file is named with its line, and then nothing else of it holds', async () => {
  await repository.write('.quarterdeck/settings.json', '{\n  "setup": "a",\n  "run": oops\n}\n')
  expect(await readRepositorySettings(repository.path)).toMatchObject({
    setup: null,
    problem: '.quarterdeck/settings.json, line 3: this is not valid JSON.',
  })
  await repository.write('.quarterdeck/settings.json', '{\n  "setup": "a",')
  expect((await readRepositorySettings(repository.path)).problem).toContain('line 2')
  await repository.write('.quarterdeck/settings.json', '{\n  "setup": "a",\n  "checks": [\n    { "name": 3 }\n  ]\n}\n')
  const settings = await readRepositorySettings(repository.path)
  expect(settings.setup).toBeNull()
  expect(settings.problem).toMatch(/^\.quarterdeck\/settings\.json, line [34]: "checks/)
  await repository.write('.quarterdeck/settings.json', '[]')
  expect((await readRepositorySettings(repository.path)).problem).toContain('line 1')
})

test('settings can be read as committed, whatever lies in the folder', async () => {
  await write('.quarterdeck/settings.json', { setup: 'committed' })
  await repository.commit('settings')
  await write('.quarterdeck/settings.json', { setup: 'changed' })
  expect((await readRepositorySettings(repository.path, 'refs/heads/main')).setup?.command).toBe('committed')
  expect((await readRepositorySettings(repository.path)).setup?.command).toBe('changed')
  expect((await readRepositorySettings(repository.path, 'refs/heads/none')).source).toBeNull()
})

test('a link in place of the file is not followed', async () => {
  await mkdir(join(repository.path, '.quarterdeck'))
  await symlink('/etc/passwd', join(repository.path, '.quarterdeck/settings.json'))
  expect(await readRepositorySettings(repository.path)).toMatchObject({ source: null, problem: null })
})
