/** What the parts of the composition root share. */
import type { Capabilities, HostState } from '@contract/host.ts'
import type { AgentRegistry } from './agents/registry.ts'
import type { RepositoryBook } from './app-repositories.ts'
import type { Log } from './lib/log.ts'
import type { PtyClient } from './pty/pty-client.ts'
import type { SessionBook } from './sessions/book.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { SettingsFile } from './storage/settings-file.ts'
import type { ApprovalsTable, LandedTable, ScriptsTable, ViewedTable, ViewsTable } from './storage/small-tables.ts'

/** What only the host can do. */
export interface HostActions {
  /** The system's folder picker; null when the person closed it. */
  pickFolder?(): Promise<string | null>
  /** Opens http and https addresses in the person's browser. */
  openExternal?(url: string): Promise<void>
  /** Ends the program; called after the agents were dealt with. */
  quit(): void
  /** Where the page is, when it is reachable by an address. */
  address(): string | null
  notify?(title: string, body: string): void
}

export interface AppOptions {
  dataFolder: string
  /** The built pty host. */
  hostScript: string
  /** Program that runs it: Node, or Electron as Node. */
  execPath: string
  capabilities: Capabilities
  build: string
  version: string
  log: Log
  hostActions: HostActions
}

/** A value that streams follow: whole at first, told again after each change. */
export class Subject<T> {
  readonly #listeners = new Set<(value: T) => void>()

  /** Listeners present. */
  get size(): number {
    return this.#listeners.size
  }

  on(listener: (value: T) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(value: T): void {
    for (const listener of [...this.#listeners]) listener(value)
  }
}

export interface AppContext extends AppOptions {
  pty: PtyClient
  settings: SettingsFile
  agents: AgentRegistry
  book: SessionBook
  sessions: Sessions
  repositories: RepositoryBook
  scripts: ScriptsTable
  approvals: ApprovalsTable
  viewed: ViewedTable
  landings: LandedTable
  views: ViewsTable
  /** A repository's path: its worktrees changed by our hand. */
  worktreesChanged: Subject<string>
  /** Something came into or out of the trash. */
  trashChanged: Subject<void>
  hostState(): HostState
  hostChanged: Subject<HostState>
  addProblem(text: string): void
  now(): string
}
