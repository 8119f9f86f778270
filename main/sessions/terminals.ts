/** Terminals of sessions: started in the pty host, kept in the book, heard through the host's events. */
import { randomBytes } from 'node:crypto'
import { terminalId, type TerminalId } from '@contract/ids.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { TerminalKind } from '@contract/session.ts'
import type { AgentStart } from '../agents/adapter.ts'
import type { PtyInfo } from '../pty/pty-client.ts'
import { type SessionDeps, environmentOf, loginShell } from './deps.ts'
import { type SessionEntry, type TerminalEntry, terminalOf } from './entry.ts'

export interface TerminalEnd {
  exitCode: number | null
  signal: number | null
}

export interface Terminals {
  /** Starts a program in a new terminal of the session, or in `again`, an ended one whose text stays above. */
  start(
    entry: SessionEntry,
    what: { kind: TerminalKind; title: string; start: AgentStart; program: string | null },
    size: { cols: number; rows: number },
    again?: TerminalEntry,
  ): Promise<Result<{ terminal: TerminalEntry; info: PtyInfo }, 'agent-missing' | 'refused'>>
  /** Resolves at the terminal's end, at once when it is over. */
  ended(entry: SessionEntry, id: TerminalId): Promise<TerminalEnd>
  /** The host was asked for it and has not answered yet: its list may lack it. */
  isStarting(id: TerminalId): boolean
  /** Resolves once the host has answered: what is ended before would come up afterwards. */
  started(id: TerminalId): Promise<void>
  /** To be called when the host tells of an end. */
  noteEnd(entry: SessionEntry, id: TerminalId, end: TerminalEnd): void
  /** Ends all that lives in the session's terminals. */
  stopAll(entry: SessionEntry): Promise<void>
}

export function newTerminalId(): TerminalId {
  return terminalId.parse(`t${randomBytes(8).toString('hex')}`)
}

/** A line of the repository's settings or the person's own, run by their shell. */
export function shellLine(line: string): AgentStart {
  const args = process.platform === 'win32' ? ['/d', '/s', '/c', line] : ['-l', '-c', line]
  return { file: loginShell(), args, env: {}, type: null }
}

export function createTerminals(deps: SessionDeps): Terminals {
  const { book, pty, log } = deps
  const starting = new Map<TerminalId, Promise<void>>()
  const waiters = new Map<TerminalId, Set<(end: TerminalEnd) => void>>()

  const start: Terminals['start'] = async (entry, what, size, again) => {
    const id = again?.id ?? newTerminalId()
    const terminal: TerminalEntry = {
      id,
      session: entry.row.id,
      kind: what.kind,
      title: what.title,
      ended: false,
      exitCode: null,
      createdAt: deps.now(),
      pid: null,
    }
    // Known before it lives: an end that comes with the answer finds its owner.
    if (again) book.setTerminal(entry, again, { ended: false, exitCode: null, pid: null })
    else book.addTerminal(entry, terminal)
    const { promise: done, resolve: settle } = Promise.withResolvers<void>()
    starting.set(id, done)
    const spawned = await pty.spawn({
      id,
      file: what.start.file,
      args: what.start.args,
      cwd: entry.row.worktree,
      env: { ...environmentOf(deps, entry, what.program), ...what.start.env },
      cols: size.cols,
      rows: size.rows,
      scrollbackLines: deps.settings.value.scrollbackLines,
      continueJournal: again !== undefined,
    })
    starting.delete(id)
    settle()
    const present = terminalOf(entry, id)
    if (!spawned.ok) {
      log.warn('a terminal did not start', { session: entry.row.id, file: what.start.file, code: spawned.error.code })
      if (again && present) {
        // What the host says of it counts, whatever was asked.
        const live = await pty.info(id)
        book.setTerminal(entry, present, { ended: !live?.alive, pid: live?.alive ? live.pid : null })
      } else book.removeTerminal(entry, id)
      return spawned.error.code === 'not-found' || spawned.error.code === 'permission-denied'
        ? fail('agent-missing', spawned.error.message)
        : fail('refused', spawned.error.message)
    }
    const next = book.setTerminal(entry, present ?? terminal, { pid: spawned.value.pid })
    return succeed({ terminal: next, info: spawned.value })
  }

  return {
    start,
    ended: (entry, id) => {
      const terminal = terminalOf(entry, id)
      if (!terminal || terminal.ended) return Promise.resolve({ exitCode: terminal?.exitCode ?? null, signal: null })
      return new Promise((resolve) => {
        const listeners = waiters.get(id) ?? new Set()
        listeners.add(resolve)
        waiters.set(id, listeners)
      })
    },
    isStarting: (id) => starting.has(id),
    started: (id) => starting.get(id) ?? Promise.resolve(),
    noteEnd: (entry, id, end) => {
      const terminal = terminalOf(entry, id)
      if (terminal && !terminal.ended) book.setTerminal(entry, terminal, { ended: true, exitCode: end.exitCode })
      for (const resolve of waiters.get(id) ?? []) resolve(end)
      waiters.delete(id)
    },
    stopAll: async (entry) => {
      await Promise.all(entry.terminals.map((each) => starting.get(each.id) ?? Promise.resolve()))
      await Promise.all(entry.terminals.filter((each) => !each.ended).map((each) => pty.kill(each.id)))
    },
  }
}
