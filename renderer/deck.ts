import type { AgentReport } from '@contract/agent.ts'
import type { Client } from '@contract/client.ts'
import type { HostState } from '@contract/host.ts'
import type { SessionId } from '@contract/ids.ts'
import type { Repository } from '@contract/repository.ts'
import type { Settings } from '@contract/settings.ts'
import { createContext, useContext } from 'react'
import type { ConnectionStore } from './stores/connection.ts'
import type { FollowedStore } from './stores/follow.ts'
import type { SessionsStore } from './stores/sessions.ts'
import type { ViewStore } from './stores/view.ts'

/** What the stage (panes) lets others ask of it; set while it is mounted. */
export interface StageActions {
  /** Brings the session's pane to the front, opening one where there is none, and focuses its terminal. */
  show(session: SessionId): void
  closePane(session: SessionId): void
  toggleZoom(session: SessionId): void
  /** Lays the panes out as a grid of 1, 2, 4, 6 or 9. */
  preset(count: 1 | 2 | 4 | 6 | 9): void
  /** Gives the keyboard to the session's terminal. */
  focusTerminal(session: SessionId): void
  /** Columns and rows a new pane would have, measured; so that an agent starts at its right size. */
  measure(): { cols: number; rows: number }
}

/** Everything a component may reach, made once in main.tsx. */
export interface Deck {
  client: Client
  stores: {
    host: FollowedStore<HostState>
    settings: FollowedStore<Settings>
    repositories: FollowedStore<readonly Repository[]>
    agents: FollowedStore<readonly AgentReport[]>
    sessions: SessionsStore
    view: ViewStore
    connection: ConnectionStore
  }
  stage: { current: StageActions | null }
  /** Runs a command by its id, as menu, palette, key and button do. */
  run(command: string, argument?: string): void
  /** A short message in the corner; failures stay until closed. */
  notify(message: {
    kind: 'done' | 'note' | 'failed'
    text: string
    detail?: string
    action?: { label: string; run(): void }
  }): void
}

export const DeckContext = createContext<Deck | null>(null)

export function useDeck(): Deck {
  const deck = useContext(DeckContext)
  if (!deck) throw new Error('useDeck outside of the deck')
  return deck
}
