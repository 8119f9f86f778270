/** The main job through `quarterdeck --json` alone, on a deck that the command starts itself. Needs the build in out/. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonOf, runQuarterdeck, type CliAnswer } from '../support/quarterdeck-command.ts'
import { deckEnvironment, killProcessesOf, processesOf } from '../support/deck.ts'
import { until } from '../support/until.ts'

interface SessionJson {
  id: string
  title: string
  agent: string
  state: string
  branch: string | null
  base: string
  worktree: string
  pid: number | null
  changed: { files: number; added: number; removed: number } | null
}

let base: string
let repository: string
let env: Record<string, string>

const cli = (...args: string[]): Promise<CliAnswer> => runQuarterdeck(args, { env, cwd: base })
async function json<T>(...args: string[]): Promise<T> {
  const answer = await cli('--json', ...args)
  expect(answer.code, answer.stdout + answer.stderr).toBe(0)
  return jsonOf<T>(answer)
}
async function refusal(
  ...args: string[]
): Promise<{ status: number | null; code: string; body: Record<string, unknown> }> {
  const answer = await cli('--json', ...args)
  const body = jsonOf<{ error: { code: string; message: string } }>(answer)
  expect(body.error.message).not.toBe('')
  return { status: answer.code, code: body.error.code, body }
}
async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd, env })
  return stdout.trim()
}
async function newSession(...args: string[]): Promise<SessionJson> {
  const { sessions } = await json<{ sessions: SessionJson[] }>('session', 'new', '--repository', 'repo', ...args)
  expect(sessions).toHaveLength(1)
  return sessions[0] as SessionJson
}

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'qd-')))
  repository = join(base, 'repo')
  await mkdir(join(base, 'home'))
  await mkdir(repository)
  env = deckEnvironment(join(base, 'data'), join(base, 'home'))
  await git(repository, 'init', '-q', '-b', 'main')
  await writeFile(join(repository, 'a.txt'), 'one\n')
  await git(repository, 'add', '.')
  await git(repository, 'commit', '-q', '-m', 'first')
})
afterAll(async () => {
  const home = join(base, 'home')
  const ended = await cli('--json', 'quit', '--agents', 'stop')
  const left = await until('nothing of the deck is left', async () => (await processesOf(home)).length === 0, {
    deadlineMs: 8000,
  }).then(
    () => [],
    () => processesOf(home),
  )
  await killProcessesOf(home)
  await rm(base, { recursive: true, force: true, maxRetries: 3 })
  expect(ended.code).toBe(0)
  expect(left).toEqual([])
})

it('the first command starts a deck without a window, later ones find it', async () => {
  const first = await cli('--json', 'status')
  expect(first.stderr).toContain('starting one')
  const status = jsonOf<{ pid: number; ptyHostPid: number; address: string; sessions: unknown }>(first)
  expect(status.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#/)
  expect(status.sessions).toEqual({})
  const second = await cli('--json', 'status')
  expect(second.stderr).toBe('')
  expect(jsonOf(second)).toEqual(status)
})

it('a repository is opened by a relative path and listed', async () => {
  const added = await json<{ repository: { path: string; base: string } }>('repository', 'add', 'repo')
  expect(added.repository).toMatchObject({ path: repository, base: 'main' })
  const listed = await json<{ repositories: { name: string }[] }>('repository', 'list')
  expect(listed.repositories).toMatchObject([{ name: 'repo' }])
  expect(await refusal('repository', 'add', 'home')).toMatchObject({ status: 3, code: 'not-a-repository' })
})

it('start, type, wait, read, diff, approve, land', async () => {
  const session = await newSession('--agent', 'shell', '--title', 'Ship it', '--branch', 'ship')
  expect(session).toMatchObject({ title: 'Ship it', agent: 'shell', branch: 'ship', base: 'main' })
  expect(session.pid).toBeGreaterThan(0)
  const short = session.id.slice(0, 8)
  await json('session', 'send', short, 'echo two >> a.txt; echo "done-$((20+22))"; exit 3')
  const waited = await json<{ sessions: SessionJson[] }>(
    'session',
    'wait',
    short,
    '--state',
    'exited,failed',
    '--timeout',
    '30',
  )
  expect(waited.sessions[0]?.pid).toBeNull()
  const output = await cli('session', 'output', short)
  expect(output.stdout).toContain('done-42')
  expect(await json('session', 'output', short, '--screen')).toHaveProperty('text')

  const diff = await json<{ tree: string; files: unknown[] }>('diff', short)
  expect(diff.files).toEqual([
    { path: 'a.txt', oldPath: null, status: 'modified', added: 1, removed: 0, binary: false },
  ])
  const patch = await cli('diff', short, '--patch')
  await writeFile(join(base, 'p.patch'), patch.stdout)
  await git(repository, 'apply', '--check', join(base, 'p.patch'))

  expect(await refusal('land', short)).toMatchObject({ status: 3, code: 'not-approved' })
  expect(await refusal('approve', short, '--tree', 'a'.repeat(40))).toMatchObject({ status: 3, code: 'tree-changed' })
  const approved = await json<{ approved: { tree: string } }>('approve', short, '--tree', diff.tree)
  expect(approved.approved.tree).toBe(diff.tree)
  const landed = await json<{ landed: { base: string; commit: string; tree: string } }>(
    'land',
    short,
    '--message',
    'Ship it',
  )
  expect(landed.landed).toMatchObject({ base: 'main', tree: diff.tree })
  expect(await git(repository, 'rev-parse', 'main', 'main^{tree}')).toBe(`${landed.landed.commit}\n${diff.tree}`)
  expect(await readFile(join(repository, 'a.txt'), 'utf8')).toBe('one\ntwo\n')
})

it('what would be lost is named before a worktree goes, and comes back from the trash', async () => {
  const session = await newSession('--agent', 'shell', '--prompt', '修复登录')
  await json('session', 'send', session.id, 'echo precious > new.txt; exit')
  await json('session', 'wait', session.id, '--state', 'exited', '--timeout', '30')
  const { worktrees } = await json<{ worktrees: { path: string; session: string; untracked: number }[] }>(
    'worktree',
    'list',
    '--repository',
    'repo',
  )
  expect(worktrees.find((one) => one.path === session.worktree)).toMatchObject({ session: session.id, untracked: 1 })
  const refused = await refusal('worktree', 'remove', session.worktree)
  expect(refused).toMatchObject({ status: 3, code: 'untracked', body: { error: { paths: ['new.txt'] } } })
  const removed = await json<{ removed: { id: string } }>(
    'worktree',
    'remove',
    session.worktree,
    '--may-lose',
    'untracked',
  )
  const trash = await json<{ trash: { id: string }[] }>('worktree', 'trash')
  expect(trash.trash.map((entry) => entry.id)).toEqual([removed.removed.id])
  const back = await json<{ broughtBack: { path: string } }>('worktree', 'bring-back', removed.removed.id)
  expect(await readFile(join(back.broughtBack.path, 'new.txt'), 'utf8')).toBe('precious\n')
})

it('copies run beside each other, and all are waited for at once', async () => {
  const { sessions } = await json<{ sessions: SessionJson[] }>(
    ...['session', 'new', '--repository', 'repo', '--agent', 'command', '--command', 'echo started; read line'],
    ...['--copies', '3', '--title', 'Try'],
  )
  expect(sessions).toHaveLength(3)
  expect(new Set(sessions.map((one) => one.branch)).size).toBe(3)
  const ids = sessions.map((one) => one.id)
  for (const id of ids) await json('session', 'stop', id)
  const waited = await json<{ sessions: SessionJson[] }>(
    'session',
    'wait',
    ...ids,
    '--state',
    'exited,failed,interrupted',
  )
  expect(waited.sessions.map((one) => one.id)).toEqual(ids)
  for (const id of ids) await json('discard', id)
})

it('a set-up script is shown before its first run', async () => {
  await mkdir(join(repository, '.quarterdeck'))
  await writeFile(join(repository, '.quarterdeck', 'settings.json'), JSON.stringify({ setup: 'echo ready > .ready' }))
  await git(repository, 'add', '.quarterdeck')
  await git(repository, 'commit', '-q', '-m', 'settings')
  const refused = await refusal('session', 'new', '--repository', 'repo', '--agent', 'shell')
  expect(refused).toMatchObject({ status: 3, code: 'setup-unconfirmed' })
  expect(JSON.stringify(refused.body)).toContain('echo ready > .ready')
  const { sessions, hash } = refused.body as unknown as { sessions: SessionJson[]; hash: string }
  const started = await json<{ sessions: SessionJson[] }>('session', 'confirm', sessions[0]?.id ?? '', hash)
  expect(await readFile(join(started.sessions[0]?.worktree ?? '', '.ready'), 'utf8')).toBe('ready\n')
  const next = await newSession('--agent', 'shell')
  expect(await readFile(join(next.worktree, '.ready'), 'utf8')).toBe('ready\n')
})

describe('what goes wrong is told by status and code', () => {
  it('wrong usage is 2', async () => {
    expect(await refusal('session', 'wait')).toMatchObject({ status: 2, code: 'bad-request' })
    expect(await refusal('nonsense')).toMatchObject({ status: 2, code: 'bad-request' })
    expect(await refusal('session', 'list', '--nonsense')).toMatchObject({ status: 2 })
    expect(await refusal('diff', 'x', '--scope', 'turns')).toMatchObject({ status: 2 })
    expect((await cli()).code).toBe(2)
  })

  it('a refusal is 3, a missing thing 4, a wait that took too long 5', async () => {
    expect(await refusal('session', 'new', '--repository', 'repo', '--agent', 'nobody')).toMatchObject({ status: 3 })
    expect(await refusal('session', 'show', 'nope')).toMatchObject({ status: 4, code: 'not-found' })
    expect(await refusal('worktree', 'bring-back', 'nope')).toMatchObject({ status: 4, code: 'not-found' })
    const session = await newSession('--agent', 'shell')
    const timed = await refusal('session', 'wait', session.id, '--state', 'failed', '--timeout', '0.2')
    expect(timed).toMatchObject({ status: 5, code: 'timed-out' })
  })

  it('help and version need no deck', async () => {
    const help = await cli('--help')
    expect(help.code).toBe(0)
    expect(help.stdout).toContain('session wait ID... --state')
    expect((await cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
