import type { Deck } from '../deck.ts'
import { isRunning } from '../sessions/grouping.ts'
import { notifyFailure } from './failure.ts'
import type { Command } from './command.ts'
import { openOverlay, overlays } from './overlays.ts'

/** Ends the program from this page; the page then says what became of the agents. */
export async function quit(deck: Deck, agents: 'keep' | 'stop'): Promise<void> {
  const running = Object.values(deck.stores.sessions.getState().value?.byId ?? {}).some(isRunning)
  const answer = await deck.client.call('host.quit', { agents })
  // A lost connection is what a fast end looks like from here.
  if (!answer.ok && answer.error.code !== 'connection-lost') return notifyFailure(deck, answer.error)
  overlays.setState({ open: null, ended: !running ? 'none' : agents === 'keep' ? 'went-on' : 'stopped' })
  deck.client.dispose()
}

/** In a narrow window the columns are views; there the switch goes to the view and back to the stage. */
function toggleColumn(deck: Deck, column: 'list' | 'review'): void {
  const { view } = deck.stores
  if (window.matchMedia(narrowQuery).matches) {
    view.setState({ page: 'stage', narrowView: view.getState().narrowView === column ? 'stage' : column })
  } else if (column === 'list') view.setState({ listOpen: !view.getState().listOpen })
  else view.setState({ page: 'stage', reviewOpen: !view.getState().reviewOpen })
}

/** Where list, stage and review become three views with a switch. App.module.css has the same number. */
export const narrowQuery = '(max-width: 899px)'

const themes = ['system', 'light', 'dark'] as const

/** Commands on the program and the window. */
export const shellCommands: Command[] = [
  {
    id: 'program.palette',
    label: 'shell.palette',
    group: 'program',
    key: 'k',
    run: () => openOverlay({ kind: 'palette' }),
  },
  {
    id: 'program.keys',
    label: 'shell.keys',
    group: 'program',
    key: 'shift+slash',
    run: () => openOverlay({ kind: 'keys' }),
  },
  {
    id: 'program.settings',
    label: 'shell.settings',
    group: 'program',
    key: 'comma',
    run: (deck) => {
      const { page } = deck.stores.view.getState()
      deck.stores.view.setState({ page: page === 'settings' ? 'stage' : 'settings', narrowView: 'stage' })
    },
  },
  {
    id: 'program.quit',
    label: 'shell.quit',
    group: 'program',
    run: (deck) => {
      const onQuit = deck.stores.settings.getState().value?.onQuit ?? 'ask'
      if (onQuit === 'ask') openOverlay({ kind: 'quit' })
      else return quit(deck, onQuit)
    },
  },
  {
    id: 'view.stage',
    label: 'shell.showStage',
    group: 'view',
    run: (deck) => deck.stores.view.setState({ page: 'stage', narrowView: 'stage' }),
  },
  {
    id: 'view.worktrees',
    label: 'shell.worktrees',
    group: 'view',
    key: 'shift+g',
    when: (deck) => deck.stores.view.getState().repository !== null,
    run: (deck) => {
      const { page } = deck.stores.view.getState()
      deck.stores.view.setState({ page: page === 'worktrees' ? 'stage' : 'worktrees', narrowView: 'stage' })
    },
  },
  {
    id: 'view.toggleList',
    label: 'shell.toggleList',
    group: 'view',
    key: 'shift+b',
    run: (deck) => toggleColumn(deck, 'list'),
  },
  {
    id: 'view.toggleReview',
    label: 'shell.toggleReview',
    group: 'view',
    key: 'shift+r',
    run: (deck) => toggleColumn(deck, 'review'),
  },
  {
    id: 'view.theme',
    label: 'shell.nextTheme',
    group: 'view',
    run: async (deck) => {
      const theme = deck.stores.settings.getState().value?.theme ?? 'system'
      const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
      const answer = await deck.client.call('settings.change', { theme: next })
      if (!answer.ok) notifyFailure(deck, answer.error)
    },
  },
]
