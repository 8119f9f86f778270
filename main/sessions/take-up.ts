/** Takes sessions up: at the start from their rows, and again whenever the terminal host was lost and is back. */
import type { SessionId, TerminalId } from '@contract/ids.ts'
import { adapterOf } from '../agents/registry.ts'
import type { SessionRow, TerminalRow } from '../storage/sessions-table.ts'
import type { AgentProcess } from './agent-process.ts'
import { folderExists, type SessionDeps } from './deps.ts'
import { createEntry, isReady, type SessionEntry, terminalOf } from './entry.ts'
import type { LiveDiffs } from './live-diffs.ts'
import { type FoundTerminal, type Reconciled, reconcile } from './reconcile.ts'
import type { Stages } from './stages.ts'
import type { Terminals } from './terminals.ts'

export interface TakeUp {
  /** Rows become sessions, in the state that the living terminals and the folders on disk tell. */
  load(rows: readonly SessionRow[], terminals: readonly TerminalRow[]): Promise<void>
  /** What the terminal host does not know has ended. */
  resync(): Promise<void>
}

export interface TakeUpParts {
  terminals: Terminals
  agent: AgentProcess
  stages: Stages
  diffs: LiveDiffs
}

export function createTakeUp(deps: SessionDeps, { terminals, agent, stages, diffs }: TakeUpParts): TakeUp {
  const { book, pty, log } = deps

  /** All terminals the host has; null when it does not answer. */
  const findTerminals = async (): Promise<Map<TerminalId, FoundTerminal> | null> => {
    const list = await pty.list()
    return pty.state === 'running' ? new Map(list.map((info) => [info.id, info])) : null
  }

  /** Without a wait in it: between the host's list and its judgement no event may pass. */
  const settle = (
    entry: SessionEntry,
    all: ReadonlyMap<TerminalId, FoundTerminal> | null,
    worktreeExists: boolean,
  ): Reconciled | null => {
    if (entry.terminals.some((terminal) => terminals.isStarting(terminal.id))) return null
    const made = reconcile(entry.row, entry.terminals, all, worktreeExists, deps.now())
    for (const terminal of made.terminals) {
      const present = terminalOf(entry, terminal.id)
      const live = all?.get(terminal.id)
      const pid = live?.alive ? live.pid : null
      if (!present) continue
      if (present.ended !== terminal.ended || present.exitCode !== terminal.exitCode || present.pid !== pid) {
        book.setTerminal(entry, present, { ended: terminal.ended, exitCode: terminal.exitCode, pid })
      }
      if (terminal.ended) {
        terminals.noteEnd(entry, terminal.id, { exitCode: terminal.exitCode, signal: live?.signal ?? null })
      }
    }
    entry.problem = made.problem
    entry.before ??= { state: entry.verdict.state, since: entry.since }
    entry.facts = { ...entry.facts, alive: made.agent !== null, active: false, foreground: null, signal: null }
    // Judges anew, also where nothing of the row changed.
    // Stages that run here and now are not cut off, whatever became of the host.
    book.setRow(entry, { stages: entry.running ? entry.row.stages : made.row.stages, ending: made.row.ending })
    return made
  }

  const follow = async (entry: SessionEntry, made: Reconciled): Promise<void> => {
    if (made.agent !== null) await agent.attach(entry)
    if (made.setupEnded !== null && !entry.running) {
      const text = await pty.text(made.setupEnded.id, 'all')
      const output = (text.ok ? text.value.trimEnd() : '').slice(-4000)
      const state = made.setupEnded.exitCode === 0 ? 'done' : 'failed'
      book.setStage(entry, 'setup', { state, endedAt: deps.now(), output })
      if (state === 'done') stages.run(entry)
    } else if (made.setup !== null) stages.run(entry)
    if (made.problem === null) diffs.start(entry)
    if (made.hostLost && made.problem === null && entry.row.archivedAt === null) await comeBack(entry)
    entry.before = null
  }

  /** An agent that ended with its terminal host, not by anybody's wish, comes back where the settings say so. */
  const comeBack = async (entry: SessionEntry): Promise<void> => {
    if (!deps.settings.value.autoResume || !entry.adapter.comesBackQuietly || !isReady(entry)) return
    const started = await agent.resume(entry, entry.row)
    if (!started.ok) log.warn('an agent did not come back', { session: entry.row.id, code: started.error.code })
  }

  const resync = async (): Promise<void> => {
    const present = new Map<SessionEntry, boolean>()
    await Promise.all(
      book.all().map(async (entry) => {
        present.set(entry, entry.row.archivedAt !== null || (await folderExists(entry.row.worktree)))
      }),
    )
    const all = await findTerminals()
    const settled: [SessionEntry, Reconciled][] = []
    for (const [entry, exists] of present) {
      try {
        const made = settle(entry, all, exists)
        if (made) settled.push([entry, made])
      } catch (error) {
        log.error('a session could not be taken up', error, { session: entry.row.id })
      }
    }
    await Promise.all(
      settled.map(([entry, made]) =>
        follow(entry, made).catch((error: unknown) =>
          log.error('a session could not be followed', error, { session: entry.row.id }),
        ),
      ),
    )
  }

  return {
    load: async (rows, stored) => {
      const bySession = new Map<SessionId, TerminalRow[]>()
      for (const terminal of stored) {
        const own = bySession.get(terminal.session)
        if (own) own.push(terminal)
        else bySession.set(terminal.session, [terminal])
      }
      for (const row of rows) {
        const adapter = adapterOf(row.agent)
        if (!adapter) {
          log.warn('a session has an agent that is not known', { session: row.id, agent: row.agent })
          continue
        }
        const own = (bySession.get(row.id) ?? []).map((terminal) => ({ ...terminal, pid: null }))
        book.add(createEntry(row, adapter, own), false)
      }
      await resync()
    },
    resync,
  }
}
