/**
 * What the backend knows of the pty host: a process of its own that outlives the program.
 * The host knows ptys, screens and journals; nothing of sessions, git or storage.
 */
import type { TerminalId } from '@contract/ids.ts'
import type { Result } from '@contract/result.ts'
import type { TerminalColours, TerminalEvent } from '@contract/terminal.ts'

export interface PtySpawn {
  id: TerminalId
  /** Program and arguments; never a shell line. */
  file: string
  args: string[]
  cwd: string
  /** The whole environment of the child. */
  env: Record<string, string>
  cols: number
  rows: number
  scrollbackLines: number
  /** Text that stands above the program's first output (a resumed session's old scrollback is kept by using the same id with `continueJournal`). */
  continueJournal?: boolean
}

export interface PtyInfo {
  id: TerminalId
  pid: number
  /** Process start time as the system tells it, so that a reused pid is not taken for it. */
  startedAt: string
  alive: boolean
  exitCode: number | null
  signal: number | null
  cols: number
  rows: number
  title: string
  /** Running total of output bytes. */
  total: number
  lastOutputAt: string | null
  /** Program in the foreground of the terminal, when it is not the one that was started. */
  foreground: { pid: number; name: string } | null
  /** Output came within the last second. */
  active: boolean
  bracketedPaste: boolean
  alternateScreen: boolean
  /** Its screen is kept packed: quiet, and nobody looks. Absent where it is not. */
  packed?: boolean
}

/** What happens in terminals, told without asking and without polling. */
export type PtyEvent =
  | { kind: 'exited'; id: TerminalId; exitCode: number | null; signal: number | null }
  | { kind: 'title'; id: TerminalId; title: string }
  | { kind: 'bell'; id: TerminalId }
  /** OSC 9 or OSC 777. Hostile text. */
  | { kind: 'notification'; id: TerminalId; title: string | null; body: string }
  /** OSC 9;4: state 0 none, 1 normal, 2 error, 3 indeterminate, 4 paused. */
  | { kind: 'progress'; id: TerminalId; state: number; percent: number }
  /** Output began after a quiet second, or has been quiet for one; `foreground` is looked up at that moment only. */
  | { kind: 'activity'; id: TerminalId; active: boolean; foreground: { pid: number; name: string } | null }

export type PtyHostState = 'starting' | 'running' | 'lost'

export interface PtyViewer {
  event(event: TerminalEvent, tail?: Uint8Array): void
}

export interface PtyViewing {
  /** Everything up to the running total is drawn. */
  ack(total: number): void
  close(): void
}

export interface PtyClient {
  readonly state: PtyHostState
  readonly pid: number | null
  onState(listener: (state: PtyHostState) => void): () => void
  onEvent(listener: (event: PtyEvent) => void): () => void
  /** Finds the running host or starts one; resolves when it answers. */
  connect(): Promise<void>
  /** All terminals the host has, ended ones whose text it keeps included. */
  list(): Promise<PtyInfo[]>
  info(id: TerminalId): Promise<PtyInfo | null>
  spawn(
    options: PtySpawn,
  ): Promise<Result<PtyInfo, 'not-found' | 'permission-denied' | 'internal' | 'already-running' | 'connection-lost'>>
  write(id: TerminalId, bytes: string | Uint8Array): void
  /** Types text as one paste: bracketed where the program asked for it. `enter` sends CR after it, as its own write. */
  paste(id: TerminalId, text: string, enter: boolean): void
  resize(id: TerminalId, cols: number, rows: number): void
  /** SIGHUP to the process group and its descendants, a wait, then SIGKILL. Resolves when it is over. */
  kill(id: TerminalId): Promise<void>
  /** Drops an ended terminal, its screen and its journal. */
  forget(id: TerminalId): Promise<void>
  text(id: TerminalId, what: 'screen' | 'all'): Promise<Result<string, 'not-found' | 'connection-lost'>>
  /** Begins with a snapshot. An unknown id gives `null`. */
  attach(id: TerminalId, viewer: PtyViewer): Promise<PtyViewing | null>
  setColours(colours: TerminalColours): void
  /** Ends the host and every pty in it. */
  shutdown(): Promise<void>
  /** Lets go of the host; it and its ptys live on. */
  dispose(): Promise<void>
}
