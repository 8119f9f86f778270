import { createClient } from '@contract/client.ts'
import type { Port } from '@contract/wire.ts'
import i18next from 'i18next'
import type { Deck } from './deck.ts'
import { repositoryCommands } from './repositories/commands.ts'
import { reviewCommands } from './review/commands.ts'
import { sessionCommands } from './sessions/commands.ts'
import { shellCommands } from './shell/commands.ts'
import { addNotice, notices } from './shell/notices.ts'
import { findCommand, registerCommands } from './shell/registry.ts'
import { stageCommands } from './stage/commands.ts'
import { createConnectionStore } from './stores/connection.ts'
import { followStream } from './stores/follow.ts'
import { createSessionsStore } from './stores/sessions.ts'
import { createViewStore } from './stores/view.ts'

/** Makes the one deck of a page: client, stores and commands. `connect` gives a new port each time; `build` is the page's. */
export function createDeck(options: { connect(): Promise<Port>; build: string }): Deck {
  const connection = createConnectionStore()
  const client = createClient({
    connect: options.connect,
    build: options.build,
    later: (delayMs, run) => {
      connection.setState({ retryAt: Date.now() + delayMs })
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
  })
  client.onState((state) => {
    connection.setState({ state, ...(state === 'lost' ? {} : { retryAt: null }) })
    if (state === 'open') connection.setState({ everOpen: true })
  })
  registerCommands([...sessionCommands, ...stageCommands, ...reviewCommands, ...repositoryCommands, ...shellCommands])
  const deck: Deck = {
    client,
    stores: {
      connection,
      host: followStream(client, 'host.state', {}, (_before, event) => event),
      settings: followStream(client, 'settings.state', {}, (_before, event) => event),
      repositories: followStream(client, 'repository.list', {}, (_before, event) => event.repositories),
      agents: followStream(client, 'agent.list', {}, (_before, event) => event.agents),
      sessions: createSessionsStore(client),
      view: createViewStore(),
    },
    stage: { current: null },
    run: (id, argument) => {
      const command = findCommand(id)
      // With an argument it speaks of something else than what is focused, and judges that itself.
      if (!command || (argument === undefined && command.when && !command.when(deck))) return
      const failed = (error: unknown): void => {
        const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
        deck.notify({ kind: 'failed', text: i18next.t('error.internal'), detail })
      }
      try {
        Promise.resolve(command.run(deck, argument)).catch(failed)
      } catch (error) {
        failed(error)
      }
    },
    notify: (message) => addNotice(notices, message),
  }
  return deck
}
