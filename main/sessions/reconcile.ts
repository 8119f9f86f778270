/**
 * What the start makes of three accounts: the rows, the terminals that live, the folders on disk.
 * Pure. Where a row and the world disagree, the world is right.
 */
import type { Stage } from '@contract/session.ts'
import type { TerminalId } from '@contract/ids.ts'
import type { Ending, SessionRow, TerminalRow } from '../storage/sessions-table.ts'

/** The part of the pty host's account that matters here. */
export interface FoundTerminal {
  id: TerminalId
  alive: boolean
  pid: number
  exitCode: number | null
  signal: number | null
}

export interface Reconciled {
  row: SessionRow
  terminals: TerminalRow[]
  /** The agent's terminal when it lives. */
  agent: FoundTerminal | null
  /** A set-up script that still runs: its end is waited for again. */
  setup: FoundTerminal | null
  /** The set-up script ended while nobody looked. */
  setupEnded: FoundTerminal | null
  /** The agent ended with its host just now: nobody stopped it. */
  hostLost: boolean
  problem: string | null
  /** The row or a terminal differs from what is stored. */
  changed: boolean
}

/** `found` null: the host did not answer, so that nothing is known of any terminal and nothing is said of one. */
export function reconcile(
  row: SessionRow,
  terminals: readonly TerminalRow[],
  found: ReadonlyMap<TerminalId, FoundTerminal> | null,
  worktreeExists: boolean,
  now: string,
): Reconciled {
  if (found === null) {
    const problem = problemOf(row, worktreeExists)
    return {
      row,
      terminals: [...terminals],
      agent: null,
      setup: null,
      setupEnded: null,
      hostLost: false,
      problem,
      changed: false,
    }
  }
  let changed = false
  const kept = terminals.map((terminal): TerminalRow => {
    const live = found.get(terminal.id)
    const ended = live === undefined || !live.alive
    const exitCode = live === undefined ? terminal.exitCode : live.exitCode
    if (ended === terminal.ended && (!ended || exitCode === terminal.exitCode)) return terminal
    changed = true
    return { ...terminal, ended, exitCode: ended ? exitCode : null }
  })
  const lastOf = (kind: TerminalRow['kind']): TerminalRow | undefined =>
    kept.findLast((terminal) => terminal.kind === kind)

  const agentTerminal = lastOf('agent')
  const agentFound = agentTerminal ? (found.get(agentTerminal.id) ?? null) : null
  const agent = agentFound?.alive ? agentFound : null

  let ending: Ending | null = row.ending
  if (agent !== null) ending = null
  else if (agentTerminal && ending === null) {
    // A host that was started anew has the text of its predecessor's terminals, but nobody saw how they ended.
    const unseen = agentFound === null || (agentFound.exitCode === null && agentFound.signal === null)
    ending =
      agentFound === null || unseen
        ? { cause: 'host-lost', exitCode: null, signal: null, at: now }
        : { cause: 'exit', exitCode: agentFound.exitCode, signal: agentFound.signal, at: now }
  }
  if (ending !== row.ending) changed = true

  const setupTerminal = lastOf('setup')
  const setupFound = setupTerminal ? (found.get(setupTerminal.id) ?? null) : null
  const setupRuns = row.stages.some((stage) => stage.kind === 'setup' && stage.state === 'running')

  const stages = row.stages.map((stage): Stage => {
    if (stage.state !== 'running') return stage
    if (stage.kind === 'setup' && setupFound !== null) return stage
    if (stage.kind === 'agent' && agentTerminal !== undefined && (agent !== null || ending !== null)) {
      changed = true
      return { ...stage, state: 'done', endedAt: now }
    }
    changed = true
    const output = `${stage.output}${stage.output && !stage.output.endsWith('\n') ? '\n' : ''}Quarterdeck ended while this ran.`
    return { ...stage, state: 'failed', endedAt: now, output: output.slice(-4000) }
  })

  return {
    row: changed ? { ...row, stages, ending } : row,
    terminals: kept,
    agent,
    setup: setupRuns && setupFound?.alive ? setupFound : null,
    setupEnded: setupRuns && setupFound !== null && !setupFound.alive ? setupFound : null,
    hostLost: ending !== row.ending && ending?.cause === 'host-lost',
    problem: problemOf(row, worktreeExists),
    changed,
  }
}

function problemOf(row: SessionRow, worktreeExists: boolean): string | null {
  const made = row.stages.some(
    (stage) => stage.kind === 'worktree' && (stage.state === 'done' || stage.state === 'skipped'),
  )
  return made && !worktreeExists ? `The worktree ${row.worktree} is missing.` : null
}
