import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agentId, repositoryId } from '@contract/ids.ts'
import type { AgentReport } from '@contract/agent.ts'
import type { HostState } from '@contract/host.ts'
import type { Repository } from '@contract/repository.ts'
import type { Settings } from '@contract/settings.ts'
import { removeScripts, startApp, type TestApp } from '../support/app.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'
import { until } from '../support/until.ts'

let deck: TestApp
let repo: TestRepository

beforeEach(async () => {
  repo = await makeRepository({ files: { 'README.md': 'hello\n' } })
  deck = await startApp()
})
afterEach(async () => {
  await deck.stop()
  await repo.remove()
})
afterAll(removeScripts)

describe('the host and what it keeps', () => {
  test('its state tells git, the terminal host and the load, and follows them', async () => {
    let state: HostState | null = null
    const handle = deck.client.open('host.state', {}, { event: (event) => void (state = event) })
    const now = (): HostState => {
      if (!state) throw new Error('nothing told')
      return state
    }
    await until('git', () => now().git?.usable)
    await until('the load, after a second look', () => (now().load?.memoryBytes ?? 0) > 0)
    expect(now()).toMatchObject({
      ptyHost: { state: 'running' },
      dataFolder: deck.data,
      problems: [],
      pid: process.pid,
    })
    handle.close()
    const repository = await deck.open(repo.path)
    await deck.call('session.create', { repository: repository.id, agent: agentId.parse('shell') })
    await until('the session counts', async () => (await deck.call('host.status', {})).sessions['idle'] === 1)
  })

  test('settings and views are kept and told to all who follow them', async () => {
    const seen: Settings[] = []
    deck.client.open('settings.state', {}, { event: (event) => void seen.push(event) })
    await until('the first', () => seen.length === 1)
    await deck.call('settings.change', { theme: 'dark' })
    await until('the change', () => seen.at(-1)?.theme === 'dark')
    expect(JSON.parse(await readFile(join(deck.data, 'settings.json'), 'utf8'))).toEqual({ theme: 'dark' })
    await deck.call('view.save', { key: 'layout', json: '{"panes":[]}' })
    await deck.close()
    deck = await startApp({ data: deck.data })
    expect(await deck.call('view.load', { key: 'layout' })).toEqual({ json: '{"panes":[]}' })
    expect(deck.app.settings.theme).toBe('dark')
  })

  test('agents are listed with how to get them', async () => {
    let agents: AgentReport[] = []
    deck.client.open('agent.list', {}, { event: (event) => void (agents = event.agents) })
    await until('the look is over', () => agents.length > 0 && agents.every((agent) => agent.found !== 'unknown'))
    const ids = agents.map((agent) => agent.id)
    expect(ids.slice(0, 5)).toEqual(['claude', 'codex', 'copilot', 'gemini', 'opencode'])
    expect(ids.slice(-2)).toEqual(['shell', 'command'])
    expect(agents.find((agent) => agent.id === 'claude')?.install).toContain('npm install')
  })

  test('only addresses of the web are opened, and only folders that exist are listed', async () => {
    expect(await deck.codeOf('host.openExternal', { url: 'https://example.org' })).toBe('unsupported')
    expect(await deck.codeOf('host.browse', { path: join(repo.path, 'nowhere') })).toBe('not-found')
    const listing = await deck.call('host.browse', { path: join(repo.path, '..') })
    expect(listing.entries).toContainEqual({ name: 'my repo 项目', path: repo.path, isRepository: true })
    expect(await deck.codeOf('host.openInEditor', { path: join(repo.path, 'nowhere') })).toBe('not-found')
  })

  test('repositories: refused with a reason, listed, given another base, forgotten only when nothing hangs on them', async () => {
    const plain = repo.beside('plain folder')
    await mkdir(plain)
    expect(await deck.codeOf('repository.open', { path: plain })).toBe('not-a-repository')
    let all: Repository[] = []
    deck.client.open('repository.list', {}, { event: (event) => void (all = event.repositories) })
    const repository = await deck.open(join(repo.path, '.git', '..'))
    expect(repository).toMatchObject({
      path: repo.path,
      name: 'my repo 项目',
      base: 'refs/heads/main',
      available: true,
    })
    expect((await deck.open(repo.path)).id).toBe(repository.id)
    await until('one, not two', () => all.length === 1)
    await repo.git('branch', 'develop')
    expect(await deck.codeOf('repository.setBase', { repository: repository.id, base: 'refs/heads/nowhere' })).toBe(
      'bad-ref',
    )
    await deck.call('repository.setBase', { repository: repository.id, base: 'refs/heads/develop' })
    await until('the base', () => all[0]?.base === 'refs/heads/develop')
    expect((await deck.open(repo.path)).base).toBe('refs/heads/develop')
    await writeFile(join(repo.path, 'new'), 'x')
    const checkout = await deck.call('repository.checkout', { repository: repository.id })
    expect(checkout).toMatchObject({ branch: 'main', untracked: ['new'] })
    await deck.call('session.create', {
      repository: repository.id,
      agent: agentId.parse('shell'),
      title: 'hangs on it',
    })
    expect(await deck.codeOf('repository.forget', { repository: repository.id })).toBe('in-use')
    expect(await deck.codeOf('repository.forget', { repository: repositoryId.parse('rnone') })).toBe('not-found')
  })

  test('an end leaves nothing open in this process', async () => {
    const resources = (): string[] =>
      process
        .getActiveResourcesInfo()
        .filter((name) => /FSEvent|StatWatcher|TCP|Process|FSReqCallback/.test(name))
        .sort()
    await deck.stop()
    const before = resources()
    deck = await startApp()
    const repository = await deck.open(repo.path)
    deck.client.open('worktree.list', { repository: repository.id }, { event: () => {} })
    deck.client.open('host.state', {}, { event: () => {} })
    deck.client.open('worktree.trash', {}, { event: () => {} })
    const made = await deck.call('session.create', {
      repository: repository.id,
      agent: agentId.parse('shell'),
      copies: 2,
    })
    for (const { id } of made.sessions) {
      const session = await deck.untilSession(id, 'it was looked at', (now) => now.tree !== null && now.pid !== null)
      deck.client.open('diff.changes', { session: session.id, scope: 'branch' }, { event: () => {} })
      deck.client.open('terminal.output', { terminal: session.terminals[0]?.id as never }, { event: () => {} })
    }
    await deck.stop()
    await until('all is let go', () => JSON.stringify(resources()) === JSON.stringify(before), { deadlineMs: 5000 })
    deck = await startApp()
  })
})

describe('many sessions', () => {
  test('fifty that rest are back at once after a start, and leave the program idle', async () => {
    const repository = await deck.open(repo.path)
    const place = { kind: 'new-worktree' } as const
    for (let round = 0; round < 5; round++) {
      await deck.call('session.create', {
        repository: repository.id,
        agent: agentId.parse('command'),
        command: 'sleep 600',
        title: `rest ${round}`,
        copies: 10,
        place,
      })
    }
    await until('all run', () => [...deck.sessions.values()].filter((session) => session.pid !== null).length === 50, {
      deadlineMs: 60_000,
    })
    const pids = new Set([...deck.sessions.values()].map((session) => session.pid))
    await deck.close()
    const began = performance.now()
    deck = await startApp({ data: deck.data })
    await until('all are listed', () => deck.sessions.size === 50)
    const tookMs = performance.now() - began
    expect(new Set([...deck.sessions.values()].map((session) => session.pid))).toEqual(pids)
    expect(tookMs).toBeLessThan(5000)
    await until('all were looked at', () => [...deck.sessions.values()].every((session) => session.tree !== null), {
      deadlineMs: 60_000,
    })
    let before: NodeJS.CpuUsage = { user: 0, system: 0 }
    // A window of two seconds with at most a twentieth of one processor used, on a machine that others use too.
    const isQuiet = (): boolean => {
      const { user, system } = process.cpuUsage(before)
      before = process.cpuUsage()
      return (user + system) / 1000 < 100
    }
    await until('nothing polls', isQuiet, { everyMs: 2000, deadlineMs: 20_000 })
  }, 180_000)
})
