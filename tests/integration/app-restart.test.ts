import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agentId, type RepositoryId } from '@contract/ids.ts'
import { removeScripts, startApp, startAppProcess, type Caller, type TestApp } from '../support/app.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'
import { until } from '../support/until.ts'

let repo: TestRepository
let data: string
let deck: TestApp | null = null

beforeEach(async () => {
  repo = await makeRepository({ files: { 'README.md': 'hello\n' } })
  data = await mkdtemp(join(tmpdir(), 'qd-'))
})
afterEach(async () => {
  // Whatever a test left behind is ended through the data folder it belongs to.
  deck ??= await startApp({ data })
  await deck.stop()
  deck = null
  await rm(data, { recursive: true, force: true })
  await repo.remove()
})
afterAll(removeScripts)

async function start(caller: Caller, repository: RepositoryId, title: string, command: string): Promise<string> {
  const made = await caller.call('session.create', { repository, agent: agentId.parse('command'), title, command })
  const id = made.sessions[0]?.id ?? ''
  await caller.untilSession(id, 'it started', (session) => session.stages[3]?.state === 'done')
  return id
}

describe('after an end of the program', () => {
  test('kill -9: the next start finds the same agents with the same processes, and no line missing or doubled', async () => {
    const first = await startAppProcess(data)
    const repository = await first.open(repo.path)
    const counting = 'i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo "line $i."; sleep 0.01; done; sleep 300'
    const ids: string[] = []
    for (const name of ['one', 'two', '三', 'four']) ids.push(await start(first, repository.id, name, counting))
    const pids = ids.map((id) => first.session(id).pid)
    await until('lines come', async () => (await first.text(ids[3] ?? '')).includes('line 5.'))
    await first.kill()

    deck = await startApp({ data })
    const found = deck
    await until('all are listed', () => found.sessions.size === 4)
    expect(ids.map((id) => found.session(id).pid)).toEqual(pids)
    expect(found.session(ids[2] ?? '')).toMatchObject({ title: '三', problem: null })
    for (const id of ids) {
      await until('the last line', async () => (await found.text(id)).includes('line 400.'))
      const lines = (await found.text(id)).match(/line \d+\./g) ?? []
      expect(lines).toEqual(Array.from({ length: 400 }, (_, at) => `line ${at + 1}.`))
    }
  })

  test('a set-up script that was running is waited for, and the agent starts after it', async () => {
    await repo.write(
      '.quarterdeck/settings.json',
      JSON.stringify({ setup: 'until [ -e "$QUARTERDECK_ROOT/go" ]; do sleep 0.05; done' }),
    )
    await repo.commit('settings')
    const first = await startAppProcess(data)
    const repository = await first.open(repo.path)
    const wanted = await first.call('repository.settings', { repository: repository.id })
    await first.call('repository.confirmScript', { repository: repository.id, hash: wanted.setup?.hash ?? '' })
    const made = await first.call('session.create', {
      repository: repository.id,
      agent: agentId.parse('shell'),
      prompt: 'true',
    })
    const id = made.sessions[0]?.id ?? ''
    await first.untilSession(id, 'the script runs', (session) =>
      session.terminals.some((each) => each.kind === 'setup' && each.pid),
    )
    await first.kill()
    deck = await startApp({ data })
    const found = deck
    await until('it is listed', () => found.sessions.size === 1)
    expect(found.session(id).state).toBe('starting')
    await repo.write('go', '')
    const running = await found.untilSession(id, 'the agent runs', (session) => session.pid !== null)
    expect(running.terminals.filter((terminal) => terminal.kind === 'setup')).toHaveLength(1)
  })

  test('a program whose session is lost with the database is named, and ends where agents are stopped', async () => {
    const first = await startAppProcess(data)
    const repository = await first.open(repo.path)
    const id = await start(first, repository.id, 'lost', 'sleep 300')
    const pid = first.session(id).pid ?? 0
    await first.kill()
    await Promise.all(['', '-wal', '-shm'].map((part) => rm(join(data, `quarterdeck.sqlite${part}`), { force: true })))
    deck = await startApp({ data })
    expect(deck.app.state.problems.join('\n')).toContain(`process ${pid}`)
    await deck.app.quit({ agents: 'stop' })
    expect(() => process.kill(pid, 0)).toThrow()
  })

  test('an end while a worktree comes back brings its session back as well', async () => {
    const first = await startApp({ data })
    const repository = await first.open(repo.path)
    const id = await start(first, repository.id, 'back', 'sleep 300')
    const { worktree, branch } = first.session(id)
    const { trash } = await first.call('session.discard', { session: first.session(id).id })
    await first.close()
    const file = join(data, 'trash', trash?.id ?? '', 'entry.json')
    const record = JSON.parse(await readFile(file, 'utf8')) as { entryName: string; branch: string }
    const returnTo = { path: worktree, entryName: record.entryName, branch: record.branch }
    await writeFile(file, JSON.stringify({ ...record, state: 'returning', returnTo }))
    deck = await startApp({ data })
    const found = deck
    await until('it is listed', () => found.sessions.size === 1)
    expect(found.session(id)).toMatchObject({ archivedAt: null, problem: null, worktree, branch })
  })

  test('an agent that ended meanwhile has its exit code; approvals and time in state come back', async () => {
    const first = await startAppProcess(data)
    const repository = await first.open(repo.path)
    const ending = await start(
      first,
      repository.id,
      'ending',
      'until [ -e "$QUARTERDECK_ROOT/go" ]; do sleep 0.05; done; exit 5',
    )
    const idle = await start(first, repository.id, 'idle', 'less README.md')
    const before = await first.untilSession(idle, 'it waits', (session) => session.state === 'idle')
    const pid = first.session(ending).pid ?? 0
    await first.kill()
    await repo.write('go', '')
    await until('its process is gone', () => {
      try {
        process.kill(pid, 0)
        return false
      } catch {
        return true
      }
    })
    deck = await startApp({ data })
    const found = deck
    await until('both are listed', () => found.sessions.size === 2)
    expect(found.session(ending)).toMatchObject({ state: 'failed', reason: { values: { code: 5 } }, canResume: true })
    expect(found.session(idle)).toMatchObject({ state: 'idle', since: before.since })
  })

  test('without its terminal host a session says so, and can be resumed', async () => {
    deck = await startApp({ data })
    const repository = await deck.open(repo.path)
    const id = await start(deck, repository.id, 'lost', 'sleep 300')
    const hostPid = (await deck.call('host.status', {})).ptyHostPid ?? 0
    process.kill(hostPid, 'SIGKILL')
    const lost = await deck.untilSession(id, 'the loss shows', (session) => session.state === 'failed')
    expect(lost.reason.key).toBe('host-ended')
    await until(
      'another host runs',
      async () => ((await deck?.call('host.status', {}))?.ptyHostPid ?? hostPid) !== hostPid,
    )
    await until('it can be resumed', async () => (await deck?.codeOf('session.resume', { session: id })) === 'ok')
    await deck.untilSession(id, 'it runs', (session) => session.pid !== null)
  })

  test('one bad row is said, and all others are there', async () => {
    deck = await startApp({ data })
    const repository = await deck.open(repo.path)
    const good = await start(deck, repository.id, 'good', 'sleep 300')
    const bad = await start(deck, repository.id, 'bad', 'sleep 300')
    await deck.close()
    const db = new DatabaseSync(join(data, 'quarterdeck.sqlite'))
    db.prepare('UPDATE sessions SET stages = ? WHERE id = ?').run('{', bad)
    db.close()
    deck = await startApp({ data })
    const found = deck
    await until('the good one', () => found.sessions.has(good))
    expect(found.sessions.has(bad)).toBe(false)
    expect(found.app.state.problems.join()).toContain('1 entry')
    expect(found.session(good).pid).not.toBeNull()
    await found.close()
    // Put right, it is there again: nothing was deleted.
    const again = new DatabaseSync(join(data, 'quarterdeck.sqlite'))
    again.prepare('UPDATE sessions SET stages = (SELECT stages FROM sessions WHERE id = ?) WHERE id = ?').run(good, bad)
    again.close()
    deck = await startApp({ data })
    await until('the other one too', () => deck?.sessions.get(bad)?.pid)
  })

  test('a worktree that was half-made when the program died does not stand in the way of a retry', async () => {
    deck = await startApp({ data })
    const repository = await deck.open(repo.path)
    const id = await start(deck, repository.id, 'half', 'sleep 300')
    const before = deck.session(id)
    await deck.call('session.stop', { session: id })
    await deck.close()
    const db = new DatabaseSync(join(data, 'quarterdeck.sqlite'))
    const waiting = { startedAt: null, endedAt: null, output: '', progress: null }
    const stages = (['worktree', 'files', 'setup', 'agent'] as const).map((kind, at) => ({
      ...waiting,
      kind,
      state: at === 0 ? 'running' : 'waiting',
    }))
    db.prepare('UPDATE sessions SET stages = ?, ending = NULL WHERE id = ?').run(JSON.stringify(stages), id)
    db.prepare('DELETE FROM terminals').run()
    db.close()
    deck = await startApp({ data })
    const found = deck
    await found.untilSession(id, 'the stage failed', (session) => session.state === 'failed')
    await found.call('session.retry', { session: id })
    const after = await found.untilSession(id, 'it runs', (session) => session.pid !== null)
    expect(after.branch).not.toBe(before.branch)
    expect(after.worktree).not.toBe(before.worktree)
    expect(await repo.git('branch', '--list', before.branch ?? '')).toContain(before.branch)
  })

  test('where the person wants it, agents come back by themselves after their host was lost', async () => {
    deck = await startApp({ data })
    await deck.call('settings.change', { autoResume: true })
    const repository = await deck.open(repo.path)
    const made = await deck.call('session.create', {
      repository: repository.id,
      agent: agentId.parse('shell'),
      title: 'back',
    })
    const id = made.sessions[0]?.id ?? ''
    const before = await deck.untilSession(id, 'it runs', (session) => session.state === 'idle')
    const typed = await start(deck, repository.id, 'not again', 'sleep 300')
    process.kill((await deck.call('host.status', {})).ptyHostPid ?? 0, 'SIGKILL')
    await deck.untilSession(id, 'it is back', (session) => session.pid !== null && session.pid !== before.pid)
    await deck.untilSession(typed, 'a command is not run unasked', (session) => session.reason.key === 'host-ended')
  })
})
