import type { Client } from '@contract/client.ts'
import type { Port } from '@contract/wire.ts'
import type { Deck } from '../deck.ts'
import { bridgePorts } from '../rpc/bridge.ts'
import { connectDeckPort } from '../rpc/deck-connect.ts'

/** The deck that the window shows: our own, or one that runs without a window on the same data folder. */
export interface DeckLink {
  client: Client
  /** Gives a page's port its backend. */
  connect(port: Port): void
  /** Agents that would be left without a window and a deck; 0 where the deck goes on. */
  liveAgents(): number
  /** Stops the agents, or leaves them. */
  quit(agents: 'keep' | 'stop'): Promise<void>
  dispose(): Promise<void>
}

export function linkOwnDeck(deck: Deck): DeckLink {
  return {
    client: deck.client,
    connect: (port) => deck.app.connect(port),
    liveAgents: () => deck.app.liveAgents(),
    quit: (agents) => deck.app.quit({ agents }),
    dispose: () => deck.dispose(),
  }
}

/** Closing the window leaves that deck as it is. */
export function linkRunningDeck(client: Client, dataFolder: string): DeckLink {
  return {
    client,
    connect: (port) => bridgePorts(port, connectDeckPort(dataFolder)),
    liveAgents: () => 0,
    quit: () => Promise.resolve(),
    dispose: () => {
      client.dispose()
      return Promise.resolve()
    },
  }
}
