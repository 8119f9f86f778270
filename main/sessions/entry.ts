/** A session while the program runs: its durable row, what lives of it, and what is shown of both. */
import type { PtyInfo } from '../pty/pty-client.ts'
import type { ChangeCounts, Landed, Session, SessionState, Stage, StageKind, TerminalRef } from '@contract/session.ts'
import type { TerminalId } from '@contract/ids.ts'
import type { AgentAdapter } from '../agents/adapter.ts'
import type { SessionRow, TerminalRow } from '../storage/sessions-table.ts'
import { judge, type StatusFacts, type Verdict } from './status.ts'

export interface TerminalEntry extends TerminalRow {
  pid: number | null
}

/** What the worktree was last seen to hold. */
export interface Seen {
  tree: string
  head: string | null
  branch: string | null
  ahead: number
  behind: number
  changed: ChangeCounts
}

export interface SessionEntry {
  row: SessionRow
  adapter: AgentAdapter
  terminals: TerminalEntry[]
  facts: StatusFacts
  verdict: Verdict
  since: string
  /** State as shown before the program was started again: found anew, it keeps its `since`. Null once that is settled. */
  before: { state: SessionState; since: string } | null
  seen: Seen | null
  problem: string | null
  approval: { tree: string; at: string } | null
  landed: Landed | null
  /** The stages while they run, and what stops them. */
  running: { done: Promise<void>; abort: AbortController } | null
  /** Counts looks at the agent, so that a late answer of an old look is dropped. */
  look: number
}

const stageOrder: readonly StageKind[] = ['worktree', 'files', 'setup', 'agent']

export function freshStages(): Stage[] {
  return stageOrder.map((kind) => ({
    kind,
    state: 'waiting',
    startedAt: null,
    endedAt: null,
    output: '',
    progress: null,
  }))
}

export function freshFacts(row: SessionRow, adapter: AgentAdapter): StatusFacts {
  return {
    speaks: adapter.speaks,
    stages: row.stages,
    pendingCommand: row.pendingScript?.command ?? null,
    alive: false,
    ending: row.ending,
    active: false,
    fresh: false,
    foreground: null,
    takesInput: false,
    signal: null,
    worked: false,
    interrupted: false,
  }
}

/** The facts that a terminal's own account gives, after a start or an attach. Pure. */
export function withInfo(facts: StatusFacts, info: PtyInfo): StatusFacts {
  return {
    ...facts,
    active: info.active,
    fresh: facts.fresh && !info.active,
    foreground: info.foreground?.name ?? null,
    takesInput: info.bracketedPaste || info.alternateScreen,
  }
}

export function createEntry(row: SessionRow, adapter: AgentAdapter, terminals: TerminalEntry[]): SessionEntry {
  const facts = freshFacts(row, adapter)
  const verdict = judge(facts)
  return {
    row,
    adapter,
    terminals,
    facts,
    verdict,
    since: row.seen?.state === verdict.state ? row.seen.since : row.createdAt,
    before: row.seen,
    seen: null,
    problem: null,
    approval: null,
    landed: null,
    running: null,
    look: 0,
  }
}

/** The terminal the agent runs or last ran in. */
export function agentTerminal(entry: SessionEntry): TerminalEntry | null {
  return entry.terminals.findLast((terminal) => terminal.kind === 'agent') ?? null
}

export function terminalOf(entry: SessionEntry, id: TerminalId): TerminalEntry | null {
  return entry.terminals.find((terminal) => terminal.id === id) ?? null
}

/** Whether its worktree stands: made, or there before. */
export function hasWorktree(entry: SessionEntry): boolean {
  const stage = entry.row.stages[0]
  return stage?.state === 'done' || stage?.state === 'skipped'
}

export function isReady(entry: SessionEntry): boolean {
  return entry.row.stages.every((stage) => stage.state === 'done' || stage.state === 'skipped')
}

function toRef(terminal: TerminalEntry): TerminalRef {
  return {
    id: terminal.id,
    kind: terminal.kind,
    title: terminal.title,
    alive: !terminal.ended,
    pid: terminal.ended ? null : terminal.pid,
    exitCode: terminal.exitCode,
  }
}

/** What crosses to the page. */
export function project(entry: SessionEntry): Session {
  const { row, seen } = entry
  const agent = agentTerminal(entry)
  return {
    id: row.id,
    repository: row.repository,
    repositoryPath: row.repositoryPath,
    title: row.title,
    agent: row.agent,
    command: row.command,
    mode: row.mode,
    prompt: row.prompt,
    state: entry.verdict.state,
    reason: entry.verdict.reason,
    since: entry.since,
    createdAt: row.createdAt,
    activeAt: row.activeAt,
    worktree: row.worktree,
    place: row.place,
    branch: seen ? seen.branch : row.branch,
    base: row.base,
    head: seen?.head ?? null,
    ahead: seen?.ahead ?? 0,
    behind: seen?.behind ?? 0,
    pid: agent && !agent.ended ? agent.pid : null,
    terminals: entry.terminals.map(toRef),
    stages: row.stages,
    pendingScript: row.pendingScript,
    changed: seen?.changed ?? null,
    tree: seen?.tree ?? null,
    approval: entry.approval
      ? { ...entry.approval, current: seen !== null && seen.tree === entry.approval.tree }
      : null,
    landed: entry.landed,
    portBlock: row.portBlock,
    archivedAt: row.archivedAt,
    canResume:
      entry.adapter.canResume &&
      isReady(entry) &&
      row.archivedAt === null &&
      entry.problem === null &&
      !entry.facts.alive,
    problem: entry.problem,
  }
}
