/**
 * The one place where a session's state is judged. Pure: facts in, state and reason out; no clock, no I/O.
 * Where the facts do not tell, the answer is `unsure`, never a guess.
 */
import type { Reason, ReasonKey, SessionState, Stage } from '@contract/session.ts'
import type { AgentAdapter, AgentSignal } from '../agents/adapter.ts'
import type { Ending } from '../storage/sessions-table.ts'

export interface StatusFacts {
  speaks: AgentAdapter['speaks']
  stages: readonly Stage[]
  pendingCommand: string | null
  /** The agent's process lives, in a terminal we know. */
  alive: boolean
  ending: Ending | null
  /** Output came within the last second. */
  active: boolean
  /** It was started and has neither printed nor told anything yet. */
  fresh: boolean
  /** Program in front of the one that was started. */
  foreground: string | null
  /** The screen takes input: a full-screen program, or one that asked for bracketed paste. */
  takesInput: boolean
  /** The last thing the agent told, or null. */
  signal: AgentSignal | null
  /** It worked since it was started, by its own word. */
  worked: boolean
  /** The person interrupted it, and it has not begun anew since. */
  interrupted: boolean
}

export interface Verdict {
  state: SessionState
  reason: Reason
}

function verdict(state: SessionState, key: ReasonKey, text: string, values: Reason['values'] = {}): Verdict {
  return { state, reason: { key, values, text } }
}

const stageWords: Record<Stage['kind'], string> = {
  worktree: 'makes the worktree',
  files: 'copies files',
  setup: 'runs the set-up script',
  agent: 'starts the agent',
}

function judgeStages(facts: StatusFacts): Verdict | null {
  for (const stage of facts.stages) {
    switch (stage.state) {
      case 'done':
      case 'skipped':
        continue
      case 'failed': {
        const last = stage.output.trimEnd().split('\n').at(-1) ?? ''
        return verdict('failed', 'stage-failed', `failed: ${stageWords[stage.kind]}${last ? ` (${last})` : ''}`, {
          stage: stage.kind,
          message: last,
        })
      }
      case 'needs-confirmation':
        return verdict('needs-approval', 'setup-confirm', 'asks whether the set-up script may run', {
          command: facts.pendingCommand ?? '',
        })
      case 'waiting':
      case 'running':
        return verdict('starting', `stage-${stage.kind}`, stageWords[stage.kind])
    }
  }
  return null
}

/** Signal numbers are those of POSIX; the usual ones get their names. */
const signalNames: Record<number, string> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
}

function judgeEnding(ending: Ending): Verdict {
  if (ending.cause === 'host-lost') return verdict('failed', 'host-ended', 'its terminal host ended')
  if (ending.cause === 'stopped') return verdict('exited', 'stopped', 'stopped')
  if (ending.signal !== null && ending.signal !== 0) {
    const name = signalNames[ending.signal] ?? `signal ${ending.signal}`
    return verdict('failed', 'killed-by', `killed by ${name}`, { signal: name })
  }
  if (ending.exitCode === 0) return verdict('exited', 'exited', 'exited')
  if (ending.exitCode === null) return verdict('failed', 'host-ended', 'its process is gone')
  return verdict('failed', 'exited-with', `exited with ${ending.exitCode}`, { code: ending.exitCode })
}

function judgeSignal(facts: StatusFacts, signal: AgentSignal): Verdict | null {
  const { detail } = signal
  const more = detail ? `: ${detail}` : ''
  switch (signal.kind) {
    case 'working':
      return verdict('working', 'agent-working', 'works')
    case 'needs-approval':
      return verdict('needs-approval', 'agent-asks-permission', `asks for permission${more}`, { detail })
    case 'asks-question':
      return verdict('asks-question', 'agent-asks', `asks${more}`, { detail })
    case 'turn-finished':
      return verdict('turn-finished', 'agent-finished', `finished its turn${more}`, { detail })
    case 'notified':
      return verdict('turn-finished', 'notified', `says${more}`, { detail })
    case 'rests':
      if (facts.speaks !== 'signals') return null
      if (!facts.worked) return verdict('idle', 'agent-idle', 'waits for a prompt')
      return verdict('turn-finished', 'agent-finished', 'finished its turn', { detail: '' })
  }
}

/** What the session's state is, and why. */
export function judge(facts: StatusFacts): Verdict {
  const stage = judgeStages(facts)
  if (stage !== null) return stage
  if (!facts.alive) {
    return facts.ending ? judgeEnding(facts.ending) : verdict('unsure', 'host-ended', 'its process is not known')
  }
  const atRest = facts.signal === null || facts.signal.kind === 'rests' || facts.signal.kind === 'turn-finished'
  if (facts.interrupted && atRest && facts.speaks === 'signals')
    return verdict('interrupted', 'interrupted', 'interrupted')

  if (facts.fresh && !facts.active && facts.signal === null) return verdict('starting', 'stage-agent', stageWords.agent)
  if (facts.speaks === 'foreground') {
    if (facts.foreground === null) return verdict('idle', 'shell-prompt', 'at its prompt')
    const told = facts.signal === null || facts.signal.kind === 'working' ? null : judgeSignal(facts, facts.signal)
    return told ?? verdict('working', 'shell-running', `runs ${facts.foreground}`, { program: facts.foreground })
  }

  const told = facts.signal === null ? null : judgeSignal(facts, facts.signal)
  if (told !== null) return told
  if (facts.active) return verdict('working', 'output-flows', 'output is coming')
  if (facts.interrupted) return verdict('interrupted', 'interrupted', 'interrupted')
  return facts.takesInput
    ? verdict('idle', 'waits-for-input', 'waits for input')
    : verdict('unsure', 'quiet', 'quiet: it may be working or waiting')
}

/** The facts after the agent told something. A spinner that turns changes nothing. */
export function withSignal(facts: StatusFacts, signal: AgentSignal): StatusFacts {
  const before = facts.signal
  switch (signal.kind) {
    case 'working': {
      if (before?.kind === 'working') return facts
      // After an interrupt the spinner may turn a little longer: only a new beginning lifts it.
      const beginsAnew = before !== null
      return { ...facts, signal, worked: true, interrupted: facts.interrupted && !beginsAnew }
    }
    case 'rests':
      // Its last words, and a question that still stands, say more than "rests"; a question ends only by working on or by rest after it.
      if (before?.kind === 'turn-finished' || before?.kind === 'notified' || before?.kind === 'rests') return facts
      return { ...facts, signal }
    case 'needs-approval':
      // Title and notification tell of the same question; the one with words is kept.
      if (before?.kind === 'needs-approval' && signal.detail === '') return facts
      return { ...facts, signal, worked: true }
    case 'turn-finished':
      return { ...facts, signal, worked: true }
    case 'asks-question':
    case 'notified':
      return { ...facts, signal }
  }
}

/** The facts after output began or fell silent. */
export function withActivity(
  facts: StatusFacts,
  seen: { active: boolean; foreground: string | null; takesInput?: boolean },
): StatusFacts {
  const next = {
    ...facts,
    active: seen.active,
    fresh: facts.fresh && !seen.active,
    foreground: seen.foreground,
    takesInput: seen.takesInput ?? facts.takesInput,
  }
  // A notification is answered by whatever comes next; what a program said is over when another is in front.
  const moved = facts.foreground !== seen.foreground
  if (facts.speaks === 'foreground' && moved) next.signal = null
  if (facts.speaks === 'output' && seen.active && facts.signal?.kind === 'notified') next.signal = null
  return next
}

/** The facts after the person sent a text: what was asked or told before is answered. */
export function withInput(facts: StatusFacts): StatusFacts {
  const open = facts.signal !== null && facts.signal.kind !== 'working' && facts.signal.kind !== 'rests'
  return { ...facts, interrupted: false, signal: open && facts.speaks !== 'signals' ? null : facts.signal }
}
