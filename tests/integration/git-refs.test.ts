import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  aheadBehind,
  defaultBranch,
  gitDirs,
  listBranches,
  mergeBase,
  operationInProgress,
  operationOn,
  resolveRef,
  worktreeOf,
} from '../../main/git/refs.ts'
import { runGit } from '../../main/git/run.ts'
import { gitVersion } from '../../main/git/version.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'
import { until } from '../support/until.ts'

const made: TestRepository[] = []
async function repository(options: Parameters<typeof makeRepository>[0] = {}): Promise<TestRepository> {
  const repo = await makeRepository(options)
  made.push(repo)
  return repo
}
afterEach(async () => {
  for (const repo of made.splice(0)) await repo.remove()
})

describe('refs', () => {
  it('are taken by their full names only, so that origin/foo is never mistaken', async () => {
    const repo = await repository()
    const first = await repo.git('rev-parse', 'HEAD')
    await repo.git('update-ref', 'refs/remotes/origin/foo', first)
    const second = await repo.commit('second')
    await repo.git('branch', 'origin/foo')
    expect(await resolveRef(repo.path, 'refs/heads/origin/foo')).toEqual({ ok: true, value: second })
    expect(await resolveRef(repo.path, 'refs/remotes/origin/foo')).toEqual({ ok: true, value: first })
    expect(await resolveRef(repo.path, 'HEAD')).toEqual({ ok: true, value: second })
    expect(await resolveRef(repo.path, first)).toEqual({ ok: true, value: first })
    for (const ref of [
      'main',
      'origin/foo',
      '-x',
      '--all',
      '--help',
      '',
      'refs/heads/gone',
      'refs/heads/a b',
      'f'.repeat(40),
    ]) {
      expect(await resolveRef(repo.path, ref)).toMatchObject({ ok: false, error: { code: 'bad-ref' } })
    }
    const branches = await listBranches(repo.path)
    expect(
      branches.ok && branches.value.map((branch) => [branch.ref, branch.name, branch.remote, branch.worktree]),
    ).toEqual([
      ['refs/heads/main', 'main', false, repo.path],
      ['refs/heads/origin/foo', 'origin/foo', false, null],
      ['refs/remotes/origin/foo', 'origin/foo', true, null],
    ])
    expect(await aheadBehind(repo.path, second, first)).toEqual({ ok: true, value: { ahead: 1, behind: 0 } })
    expect(await mergeBase(repo.path, second, first)).toEqual({ ok: true, value: first })
    await repo.git('checkout', '-q', '--orphan', 'alone')
    const alone = await repo.commit('alone')
    expect(await mergeBase(repo.path, second, alone)).toEqual({ ok: true, value: null })
  })

  it('tell where a branch is checked out, whatever the folder is called', async () => {
    const repo = await repository()
    const other = repo.beside('line\nbreak 工作')
    await repo.git('worktree', 'add', '-q', '-b', 'side', other)
    expect(await worktreeOf(repo.path, 'refs/heads/side')).toEqual({ ok: true, value: other })
    expect(await worktreeOf(other, 'refs/heads/main')).toEqual({ ok: true, value: repo.path })
    expect(await worktreeOf(repo.path, 'refs/heads/sid')).toEqual({ ok: true, value: null })
    const dirs = await gitDirs(other)
    expect(dirs).toMatchObject({ ok: true, value: { commonDir: join(repo.path, '.git') } })
    expect(dirs.ok && (await operationInProgress(dirs.value.gitDir))).toBeNull()
    await mkdir(join(repo.path, 'inner'))
    expect(await gitDirs(join(repo.path, 'inner'))).toMatchObject({
      ok: true,
      value: { gitDir: join(repo.path, '.git') },
    })
    expect(await gitDirs('/')).toMatchObject({ ok: false, error: { code: 'not-a-repository' } })
  })

  it('give the branch that work is meant for', async () => {
    const repo = await repository({ branch: 'trunk' })
    await repo.git('checkout', '-q', '-b', 'aaa')
    expect(await defaultBranch(repo.path)).toEqual({ ok: true, value: 'refs/heads/trunk' })
    await repo.git('update-ref', 'refs/remotes/origin/aaa', 'HEAD')
    await repo.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/aaa')
    expect(await defaultBranch(repo.path)).toEqual({ ok: true, value: 'refs/heads/aaa' })
    const empty = await repository({ files: {} })
    expect(await defaultBranch(empty.path)).toMatchObject({ ok: false, error: { code: 'no-commit' } })
  })

  it('tell every operation in progress', async () => {
    const repo = await repository({ files: { f: '0\n' } })
    const gitDir = join(repo.path, '.git')
    await repo.git('checkout', '-q', '-b', 'other')
    await repo.write('f', '1\n')
    const other = await repo.commit('other')
    await repo.git('checkout', '-q', 'main')
    await repo.write('f', '2\n')
    await repo.commit('main')
    const each: [string, string[], string[]][] = [
      ['merge', ['merge', 'other'], ['merge', '--abort']],
      ['rebase', ['rebase', 'other'], ['rebase', '--abort']],
      ['cherry-pick', ['cherry-pick', other], ['cherry-pick', '--abort']],
      ['bisect', ['bisect', 'start'], ['bisect', 'reset']],
    ]
    for (const [name, begin, end] of each) {
      await repo.git(...begin).catch(() => {})
      expect(await operationInProgress(gitDir)).toBe(name)
      expect(await operationOn(gitDir, 'refs/heads/main')).toBe(name === 'rebase' || name === 'bisect' ? name : null)
      await repo.git(...end)
      expect(await operationInProgress(gitDir)).toBeNull()
    }
  })
})

describe('running git', () => {
  it('says which git it is', async () => {
    expect(await gitVersion()).toMatchObject({
      usable: true,
      message: null,
      path: expect.stringContaining('git') as string,
    })
  })

  it('is cancelled while it runs and while it waits for its turn', async () => {
    const repo = await repository()
    const stop = new AbortController()
    let started = 0
    const alias = ['-c', 'alias.wait=!echo started >&2; sleep 60', 'wait']
    const onStderr = (): void => void started++
    const runs = Array.from({ length: 9 }, () => runGit({ cwd: repo.path, args: alias, signal: stop.signal, onStderr }))
    const urgent = runGit({ cwd: repo.path, args: ['version'], urgent: true })
    await until('six at work', () => started === 6)
    stop.abort()
    expect(await runGit({ cwd: repo.path, args: ['version'], signal: stop.signal })).toMatchObject({ ok: false })
    for (const run of await Promise.all(runs)) expect(run).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    expect((await urgent).ok).toBe(true)
  })

  it('does not wait for what a hook leaves running', async () => {
    const repo = await repository()
    const left = repo.beside('left.pid')
    const alias = `!f() { sleep 60 & echo $! > '${left}'; echo words; }; f`
    const run = await runGit({ cwd: repo.path, args: ['-c', `alias.leave=${alias}`, 'leave'] })
    expect(run.ok && run.value.text()).toBe('words\n')
    process.kill(Number(await readFile(left, 'utf8')))
  })

  it('tells a missing folder from a missing git', async () => {
    const repo = await repository()
    expect(await runGit({ cwd: repo.beside('nowhere'), args: ['version'] })).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    })
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    const missing = await runGit({ cwd: repo.path, args: ['version'] })
    expect(await gitVersion()).toBeNull()
    process.env['PATH'] = path
    expect(missing).toMatchObject({ ok: false, error: { code: 'git-missing' } })
  })
})
