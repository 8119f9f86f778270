/**
 * All sessions of the deck: the one place that changes, judges, stores and announces them.
 * Announcements are gathered: however much happens at once, each session is told once per turn of the event loop.
 */
import type { SessionId, TerminalId } from '@contract/ids.ts'
import type { SessionState, Stage, StageKind } from '@contract/session.ts'
import type { Log } from '../lib/log.ts'
import type { SessionRow, SessionsTable, TerminalsTable } from '../storage/sessions-table.ts'
import type { SessionEntry, TerminalEntry } from './entry.ts'
import { judge, type StatusFacts } from './status.ts'

export interface BookTables {
  sessions: SessionsTable
  terminals: TerminalsTable
}

export class SessionBook {
  readonly #entries = new Map<SessionId, SessionEntry>()
  readonly #owners = new Map<TerminalId, SessionEntry>()
  readonly #listeners = new Set<(entries: ReadonlySet<SessionEntry>) => void>()
  readonly #tables: BookTables
  readonly #log: Log
  readonly #now: () => string
  readonly #onTrouble: (text: string) => void
  #dirty = new Set<SessionEntry>()
  #flush: NodeJS.Immediate | null = null

  constructor(tables: BookTables, log: Log, now: () => string, onTrouble: (text: string) => void) {
    this.#tables = tables
    this.#log = log
    this.#now = now
    this.#onTrouble = onTrouble
  }

  get(id: SessionId): SessionEntry | null {
    return this.#entries.get(id) ?? null
  }

  /** In the order they were made. */
  all(): SessionEntry[] {
    return [...this.#entries.values()]
  }

  ownerOf(terminal: TerminalId): SessionEntry | null {
    return this.#owners.get(terminal) ?? null
  }

  /** Takes an entry in. `store` writes its row first, and throws when that fails: nothing is begun that is not written down. */
  add(entry: SessionEntry, store: boolean): void {
    if (store) this.#tables.sessions.save(entry.row)
    this.#entries.set(entry.row.id, entry)
    for (const terminal of entry.terminals) this.#owners.set(terminal.id, entry)
    this.#mark(entry)
  }

  onChange(listener: (entries: ReadonlySet<SessionEntry>) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Changes the durable row. */
  setRow(entry: SessionEntry, change: Partial<SessionRow>): void {
    entry.row = { ...entry.row, ...change }
    this.#judge(entry)
    this.#store(entry)
    this.#mark(entry)
  }

  setFacts(entry: SessionEntry, facts: StatusFacts): void {
    if (facts === entry.facts) return
    entry.facts = facts
    if (this.#judge(entry)) this.#mark(entry)
  }

  setStage(entry: SessionEntry, kind: StageKind, change: Partial<Stage>): void {
    const stages = entry.row.stages.map((stage) => (stage.kind === kind ? { ...stage, ...change } : stage))
    entry.row = { ...entry.row, stages }
    this.#judge(entry)
    // Progress and output come often and are no loss: only the state of a stage is written at once.
    if (change.state !== undefined) this.#store(entry)
    this.#mark(entry)
  }

  /** What is shown but not kept (counts, problem, approval) changed. */
  touch(entry: SessionEntry): void {
    this.#mark(entry)
  }

  addTerminal(entry: SessionEntry, terminal: TerminalEntry): void {
    entry.terminals = [...entry.terminals, terminal]
    this.#owners.set(terminal.id, entry)
    this.#tables.terminals.save(terminal)
    this.#mark(entry)
  }

  setTerminal(entry: SessionEntry, terminal: TerminalEntry, change: Partial<TerminalEntry>): TerminalEntry {
    const next = { ...terminal, ...change }
    entry.terminals = entry.terminals.map((each) => (each.id === terminal.id ? next : each))
    this.#guard(() => this.#tables.terminals.save(next))
    this.#mark(entry)
    return next
  }

  removeTerminal(entry: SessionEntry, id: TerminalId): void {
    entry.terminals = entry.terminals.filter((terminal) => terminal.id !== id)
    this.#owners.delete(id)
    this.#guard(() => this.#tables.terminals.remove(id))
    this.#mark(entry)
  }

  /** Output or input: kept in memory, written with the next change of state. */
  noteActivity(entry: SessionEntry): void {
    entry.row = { ...entry.row, activeAt: this.#now() }
  }

  counts(): Record<string, number> {
    const counts: Partial<Record<SessionState, number>> = {}
    for (const entry of this.#entries.values()) {
      if (entry.row.archivedAt !== null) continue
      counts[entry.verdict.state] = (counts[entry.verdict.state] ?? 0) + 1
    }
    return counts
  }

  dispose(): void {
    if (this.#flush) clearImmediate(this.#flush)
    this.#flush = null
    for (const entry of this.#entries.values()) this.#store(entry)
    this.#listeners.clear()
  }

  /** Whether what is shown changed. `since` moves only with the state. */
  #judge(entry: SessionEntry): boolean {
    entry.facts = {
      ...entry.facts,
      stages: entry.row.stages,
      pendingCommand: entry.row.pendingScript?.command ?? null,
      ending: entry.row.ending,
    }
    const before = entry.verdict
    const after = judge(entry.facts)
    entry.verdict = after
    if (after.state !== before.state) {
      entry.since = entry.before?.state === after.state ? entry.before.since : this.#now()
      entry.row = { ...entry.row, seen: { state: after.state, since: entry.since } }
      this.#store(entry)
      return true
    }
    return after.reason.key !== before.reason.key || after.reason.text !== before.reason.text
  }

  #store(entry: SessionEntry): void {
    this.#guard(() => this.#tables.sessions.save(entry.row))
  }

  /** A write that fails must not stop what lives: it is said, and the next write has all of it again. */
  #guard(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#log.error('a session could not be stored', error)
      this.#onTrouble(
        'The database cannot be written at the moment; what happens now may be forgotten by the next start.',
      )
    }
  }

  #mark(entry: SessionEntry): void {
    this.#dirty.add(entry)
    this.#flush ??= setImmediate(() => {
      this.#flush = null
      const dirty = this.#dirty
      this.#dirty = new Set()
      for (const listener of [...this.#listeners]) listener(dirty)
    })
  }
}
