import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reasonKeys, sessionStates, type Stage, type StageKind } from '@contract/session.ts'
import { claude } from '../../main/agents/claude.ts'
import { codex } from '../../main/agents/codex.ts'
import type { AgentAdapter, TerminalSignal } from '../../main/agents/adapter.ts'
import { judge, type StatusFacts, withActivity, withInput, withSignal } from '../../main/sessions/status.ts'

const kinds: StageKind[] = ['worktree', 'files', 'setup', 'agent']

function stages(states: Stage['state'][], output = ''): Stage[] {
  return kinds.map((kind, at) => ({
    kind,
    state: states[at] ?? 'waiting',
    startedAt: null,
    endedAt: null,
    output,
    progress: null,
  }))
}

const ready = stages(['done', 'done', 'done', 'done'])

function facts(change: Partial<StatusFacts> = {}): StatusFacts {
  return {
    speaks: 'signals',
    stages: ready,
    pendingCommand: null,
    alive: true,
    ending: null,
    active: false,
    fresh: false,
    foreground: null,
    takesInput: false,
    signal: null,
    worked: false,
    interrupted: false,
    ...change,
  }
}

const ending = (exitCode: number | null, signal: number | null = null) =>
  ({ cause: 'exit', exitCode, signal, at: '2026-01-01T00:00:00.000Z' }) as const

describe('what a session is said to do', () => {
  const table: [string, Partial<StatusFacts>, string, string][] = [
    ['a worktree being made', { stages: stages(['running']), alive: false }, 'starting', 'stage-worktree'],
    [
      'a script that waits',
      { stages: stages(['done', 'done', 'needs-confirmation']), alive: false },
      'needs-approval',
      'setup-confirm',
    ],
    ['a failed set-up', { stages: stages(['done', 'skipped', 'failed']), alive: false }, 'failed', 'stage-failed'],
    ['a program that has not printed yet', { fresh: true }, 'starting', 'stage-agent'],
    ['a shell at its prompt', { speaks: 'foreground' }, 'idle', 'shell-prompt'],
    ['a shell that prints its prompt', { speaks: 'foreground', active: true }, 'idle', 'shell-prompt'],
    ['a shell with a program in front', { speaks: 'foreground', foreground: 'vim' }, 'working', 'shell-running'],
    ['a command that prints', { speaks: 'output', active: true }, 'working', 'output-flows'],
    ['a full-screen command at rest', { speaks: 'output', takesInput: true }, 'idle', 'waits-for-input'],
    ['a command that says nothing', { speaks: 'output' }, 'unsure', 'quiet'],
    [
      'a command that tells progress',
      { speaks: 'output', signal: { kind: 'working', detail: '' } },
      'working',
      'agent-working',
    ],
    ['an agent that works', { signal: { kind: 'working', detail: '' }, worked: true }, 'working', 'agent-working'],
    ['an agent before its first turn', { signal: { kind: 'rests', detail: '' } }, 'idle', 'agent-idle'],
    [
      'an agent after its turn',
      { signal: { kind: 'rests', detail: '' }, worked: true },
      'turn-finished',
      'agent-finished',
    ],
    [
      'an agent that asks',
      { signal: { kind: 'needs-approval', detail: 'Bash' } },
      'needs-approval',
      'agent-asks-permission',
    ],
    ['an agent with a question', { signal: { kind: 'asks-question', detail: '' } }, 'asks-question', 'agent-asks'],
    [
      'an interrupted agent',
      { signal: { kind: 'rests', detail: '' }, worked: true, interrupted: true },
      'interrupted',
      'interrupted',
    ],
    ['an agent of which nothing is known', {}, 'unsure', 'quiet'],
    ['an end with 0', { alive: false, ending: ending(0) }, 'exited', 'exited'],
    ['an end with 3', { alive: false, ending: ending(3) }, 'failed', 'exited-with'],
    ['a kill', { alive: false, ending: ending(null, 9) }, 'failed', 'killed-by'],
    ['a stop by the person', { alive: false, ending: { ...ending(129), cause: 'stopped' } }, 'exited', 'stopped'],
    ['a lost terminal host', { alive: false, ending: { ...ending(null), cause: 'host-lost' } }, 'failed', 'host-ended'],
  ]
  test.each(table)('%s', (_name, change, state, key) => {
    const verdict = judge(facts(change))
    expect([verdict.state, verdict.reason.key]).toEqual([state, key])
  })

  test('a failure and a program in front are named', () => {
    expect(judge(facts({ speaks: 'foreground', foreground: 'less' })).reason).toMatchObject({
      text: 'runs less',
      values: { program: 'less' },
    })
    expect(judge(facts({ alive: false, ending: ending(7) })).reason.text).toBe('exited with 7')
    const failed = judge(facts({ stages: stages(['failed'], 'one\nfatal: no\n'), alive: false }))
    expect(failed.reason.values).toEqual({ stage: 'worktree', message: 'fatal: no' })
  })
})

function hear(adapter: AgentAdapter, start: StatusFacts, signals: TerminalSignal[]): string[] {
  let now = start
  return signals.map((signal) => {
    const read = adapter.read(signal)
    if (read) now = withSignal(now, read)
    return judge(now).state
  })
}

describe('what the agents tell', () => {
  const title = (text: string): TerminalSignal => ({ kind: 'title', title: text })
  const says = (body: string): TerminalSignal => ({ kind: 'notification', title: null, body })

  test('Claude: titles of a turn', () => {
    expect(
      hear(claude, facts(), [
        title('✳ Claude Code'),
        title('◐ Claude Code'),
        title('◑ Fix it'),
        title('✳ Fix it'),
        title(''),
      ]),
    ).toEqual(['idle', 'working', 'working', 'turn-finished', 'turn-finished'])
  })
  test('Claude: its status file tells a permission from a finished turn', () => {
    const read = (status: object) => claude.statusFile?.read(JSON.stringify({ pid: 7, ...status }), 7)
    expect(read({ status: 'waiting', waitingFor: 'permission prompt' })?.kind).toBe('needs-approval')
    expect(read({ status: 'waiting', waitingFor: 'input needed' })?.kind).toBe('asks-question')
    expect(read({ status: 'busy' })?.kind).toBe('working')
    expect(read({ status: 'idle' })?.kind).toBe('rests')
    expect(claude.statusFile?.read('{"pid":7,"sta', 7)).toBeNull()
    expect(claude.statusFile?.read('{"pid":8,"status":"busy"}', 7)).toBeNull()
  })
  test('Claude: a permission dialog on the screen is seen', () => {
    // As drawn by 2.1.330.
    const rule = '─'.repeat(40)
    const dash = '╌'.repeat(40)
    const choices = ' Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel\n'
    const bash = `● Making it\n\n${rule}\n Bash command\n Tip: auto mode handles these\n make it\n${dash}\n rm -rf build\n${dash}\n${choices}`
    expect(claude.readScreen?.(bash)).toEqual({ kind: 'needs-approval', detail: 'Bash command: rm -rf build' })
    const edit = `${rule}\n Edit file\n hello.txt\n${dash}\n 1 -hello\n${dash}\n Do you want to make this edit to hello.txt?\n ❯ 1. Yes\n`
    expect(claude.readScreen?.(edit)?.detail).toBe('Edit file: hello.txt')
    expect(claude.readScreen?.(choices)?.detail).toBe('Do you want to proceed?')
    expect(claude.readScreen?.('> type here\n')).toBeNull()
  })
  test('Codex: an approval is named and ends with the next work', () => {
    expect(
      hear(codex, facts(), [
        title('repo'),
        title('⠙ repo'),
        says('Codex wants to edit hello.txt'),
        title('[ ! ] Action Required | repo'),
        title('[ . ] Action Required | repo'),
        title('⠹ repo'),
        says('Done: hello.txt updated.'),
        title('repo'),
      ]),
    ).toEqual([
      'idle',
      'working',
      'needs-approval',
      'needs-approval',
      'needs-approval',
      'working',
      'turn-finished',
      'turn-finished',
    ])
  })
  test('an interrupt shows when the agent rests, and is over with the next turn', () => {
    let now = withSignal(facts(), { kind: 'working', detail: '' })
    now = { ...now, interrupted: true }
    expect(judge(now).state).toBe('working')
    now = withSignal(now, { kind: 'rests', detail: '' })
    expect(judge(now).state).toBe('interrupted')
    now = withSignal(now, { kind: 'working', detail: '' })
    now = withSignal(now, { kind: 'rests', detail: '' })
    expect(judge(now).state).toBe('turn-finished')
  })
  test('a turning spinner changes nothing', () => {
    const once = withSignal(facts(), { kind: 'working', detail: '' })
    expect(withSignal(once, { kind: 'working', detail: '' })).toBe(once)
  })
  test('hostile text in a notification is cut and has no control characters', () => {
    const read = codex.read(says(`\u001b]0;x\u0007${'a'.repeat(5000)}\u202e`))
    expect(read?.detail.length).toBeLessThanOrEqual(500)
    expect(read?.detail).not.toMatch(/[\p{Cc}\u202e]/u)
  })
})

describe('whatever happens in whatever order', () => {
  const signal = fc.record({
    kind: fc.constantFrom('working', 'rests', 'needs-approval', 'asks-question', 'turn-finished', 'notified'),
    detail: fc.string(),
  })
  type Step = (before: StatusFacts) => StatusFacts
  const step: fc.Arbitrary<Step> = fc.oneof(
    signal.map(
      (each): Step =>
        (before) =>
          withSignal(before, each as never),
    ),
    fc.record({ active: fc.boolean(), foreground: fc.option(fc.string()), takesInput: fc.boolean() }).map(
      (each): Step =>
        (before) =>
          withActivity(before, each),
    ),
    fc.constant<Step>(withInput),
    fc.constant<Step>((before) => ({ ...before, interrupted: true })),
  )
  const speaks = fc.constantFrom('foreground' as const, 'output' as const, 'signals' as const)

  test('every verdict is a known state with a known reason and words', () => {
    fc.assert(
      fc.property(speaks, fc.array(step), fc.boolean(), (how, steps, alive) => {
        let now = facts({ speaks: how, alive, ending: alive ? null : ending(0) })
        for (const each of steps) now = each(now)
        const { state, reason } = judge(now)
        expect(sessionStates).toContain(state)
        expect(reasonKeys).toContain(reason.key)
        expect(reason.text).not.toBe('')
      }),
    )
  })
  test('what has ended never works, and what asked for a permission is not idle', () => {
    fc.assert(
      fc.property(speaks, fc.array(step), (how, steps) => {
        let now = facts({ speaks: how })
        for (const each of steps) now = each(now)
        expect(['exited', 'failed']).toContain(judge({ ...now, alive: false, ending: ending(1) }).state)
        if (how === 'signals') {
          const asked = withSignal(now, { kind: 'needs-approval', detail: 'x' })
          expect(judge(asked).state).toBe('needs-approval')
        }
      }),
    )
  })
})
