import { describe, expect, test } from 'vitest'
import { agentId, repositoryId, sessionId, terminalId } from '@contract/ids.ts'
import { freshStages } from '../../main/sessions/entry.ts'
import { type FoundTerminal, reconcile } from '../../main/sessions/reconcile.ts'
import type { SessionRow, TerminalRow } from '../../main/storage/sessions-table.ts'

const now = '2026-02-02T00:00:00.000Z'
const id = sessionId.parse('s1')

function row(change: Partial<SessionRow> = {}): SessionRow {
  return {
    id,
    repository: repositoryId.parse('r1'),
    repositoryPath: '/repo',
    title: 'a',
    agent: agentId.parse('shell'),
    command: null,
    mode: null,
    prompt: 'p',
    place: 'own',
    start: { kind: 'new-worktree', at: 'abc', changes: 'leave' },
    worktree: '/wt',
    branch: 'a',
    base: 'refs/heads/main',
    portBlock: 41000,
    conversation: null,
    stages: freshStages().map((stage) => ({ ...stage, state: 'done' })),
    pendingScript: null,
    ending: null,
    cols: 80,
    rows: 24,
    createdAt: now,
    activeAt: now,
    archivedAt: null,
    seen: null,
    ...change,
  }
}
function terminal(name: string, kind: TerminalRow['kind'], ended = false): TerminalRow {
  return { id: terminalId.parse(name), session: id, kind, title: kind, ended, exitCode: null, createdAt: now }
}
function found(...list: [string, Partial<FoundTerminal>][]): Map<FoundTerminal['id'], FoundTerminal> {
  return new Map(
    list.map(([name, change]) => {
      const terminalOf = terminalId.parse(name)
      return [terminalOf, { id: terminalOf, alive: true, pid: 42, exitCode: null, signal: null, ...change }]
    }),
  )
}

describe('what a restart makes of what it finds', () => {
  test('an agent that lives goes on with its process', () => {
    const made = reconcile(row(), [terminal('t1', 'agent')], found(['t1', {}]), true, now)
    expect(made.agent?.pid).toBe(42)
    expect(made.row.ending).toBeNull()
    expect(made.changed).toBe(false)
  })
  test('an agent that ended meanwhile has its exit code', () => {
    const made = reconcile(row(), [terminal('t1', 'agent')], found(['t1', { alive: false, exitCode: 3 }]), true, now)
    expect(made.agent).toBeNull()
    expect(made.row.ending).toMatchObject({ cause: 'exit', exitCode: 3 })
    expect(made.terminals[0]).toMatchObject({ ended: true, exitCode: 3 })
  })
  test('an agent whose host is gone is said to have ended with it', () => {
    const made = reconcile(row(), [terminal('t1', 'agent')], found(), true, now)
    expect(made.row.ending).toMatchObject({ cause: 'host-lost' })
    const kept = reconcile(row(), [terminal('t1', 'agent')], found(['t1', { alive: false }]), true, now)
    expect(kept.row.ending).toMatchObject({ cause: 'host-lost' })
    expect(kept.hostLost).toBe(true)
  })
  test('while the host does not answer, nothing is said of any process', () => {
    const made = reconcile(row(), [terminal('t1', 'agent')], null, true, now)
    expect(made).toMatchObject({ agent: null, changed: false, hostLost: false })
    expect(made.row.ending).toBeNull()
  })
  test('an end that was known already is not told anew', () => {
    const ending = { cause: 'exit', exitCode: 0, signal: null, at: 'before' } as const
    const made = reconcile(row({ ending }), [terminal('t1', 'agent', true)], found(), true, now)
    expect(made.row.ending).toEqual(ending)
  })
  test('a row that says "ended" is overruled by a process that lives', () => {
    const ending = { cause: 'exit', exitCode: 0, signal: null, at: 'before' } as const
    const made = reconcile(row({ ending }), [terminal('t1', 'agent', true)], found(['t1', {}]), true, now)
    expect(made.row.ending).toBeNull()
    expect(made.terminals[0]?.ended).toBe(false)
  })
  test('a stage that was cut off can be retried, with the prompt kept', () => {
    const stages = freshStages().map((stage, at) => ({
      ...stage,
      state: at === 0 ? ('running' as const) : stage.state,
    }))
    const made = reconcile(row({ stages }), [], found(), false, now)
    expect(made.row.stages[0]?.state).toBe('failed')
    expect(made.row.prompt).toBe('p')
    expect(made.problem).toBeNull()
  })
  test('a set-up script that still runs is waited for', () => {
    const stages = freshStages().map((stage, at) => ({
      ...stage,
      state: at < 2 ? ('done' as const) : at === 2 ? ('running' as const) : stage.state,
    }))
    const made = reconcile(row({ stages }), [terminal('t1', 'setup')], found(['t1', {}]), true, now)
    expect(made.setup?.id).toBe('t1')
    expect(made.row.stages[2]?.state).toBe('running')
    const over = reconcile(
      row({ stages }),
      [terminal('t1', 'setup')],
      found(['t1', { alive: false, exitCode: 0 }]),
      true,
      now,
    )
    expect(over.setup).toBeNull()
    expect(over.setupEnded?.exitCode).toBe(0)
  })
  test('a worktree that is gone is a problem, not an end', () => {
    const made = reconcile(row(), [terminal('t1', 'agent')], found(['t1', {}]), false, now)
    expect(made.problem).toContain('/wt')
    expect(made.agent).not.toBeNull()
  })
})
