import type { SessionId } from '@contract/ids.ts'
import type { Deck } from '../deck.ts'
import { sessionOf } from '../sessions/actions.ts'
import type { Command } from '../shell/command.ts'
import { clearTerminal, cycleMode, findIn, openTerminal, toggleComposer } from './actions.ts'
import { stepPane } from './pane-state.ts'

/** The session a command speaks of: the one it was given, else the focused one. */
function target(deck: Deck, argument?: string): SessionId | null {
  return (argument as SessionId | undefined) ?? deck.stores.view.getState().focused
}

const onStage = (deck: Deck): boolean => deck.stage.current !== null
const withSession = (deck: Deck): boolean => onStage(deck) && sessionOf(deck, target(deck)) !== undefined

function preset(count: 1 | 2 | 4 | 6 | 9): Command {
  return {
    id: `pane.preset${count}`,
    label: `stage.command-preset${count}`,
    group: 'pane',
    when: onStage,
    run: (deck) => deck.stage.current?.preset(count),
  }
}

/** Actions on panes and their terminals. */
export const stageCommands: Command[] = [
  {
    id: 'pane.zoom',
    label: 'stage.command-zoom',
    group: 'pane',
    key: 'shift+z',
    when: withSession,
    run: (deck, argument) => {
      const id = target(deck, argument)
      if (id !== null) deck.stage.current?.toggleZoom(id)
    },
  },
  {
    id: 'pane.mode',
    label: 'stage.command-mode',
    group: 'pane',
    key: 'shift+d',
    when: withSession,
    run: (deck, argument) => {
      const id = target(deck, argument)
      if (id !== null) cycleMode(deck, id)
    },
  },
  {
    id: 'pane.close',
    label: 'stage.command-close',
    group: 'pane',
    // Not `w` alone: in a terminal that deletes a word.
    key: 'shift+w',
    when: withSession,
    run: (deck, argument) => {
      const id = target(deck, argument)
      if (id !== null) deck.stage.current?.closePane(id)
    },
  },
  {
    id: 'pane.next',
    label: 'stage.command-next',
    group: 'pane',
    key: 'shift+period',
    when: onStage,
    run: (deck) => stepPane(deck, 1),
  },
  {
    id: 'pane.previous',
    label: 'stage.command-previous',
    group: 'pane',
    key: 'shift+comma',
    when: onStage,
    run: (deck) => stepPane(deck, -1),
  },
  preset(1),
  preset(2),
  preset(4),
  preset(6),
  preset(9),
  {
    id: 'terminal.focus',
    label: 'stage.command-focus',
    group: 'pane',
    key: 'shift+i',
    when: withSession,
    run: (deck, argument) => {
      const id = target(deck, argument)
      if (id !== null) deck.stage.current?.focusTerminal(id)
    },
  },
  {
    id: 'terminal.find',
    label: 'stage.command-find',
    group: 'pane',
    key: 'shift+f',
    when: withSession,
    run: (deck, argument) => findIn(deck, sessionOf(deck, target(deck, argument)) ?? null),
  },
  {
    id: 'terminal.newShell',
    label: 'stage.command-newShell',
    group: 'pane',
    key: 'shift+t',
    when: withSession,
    run: async (deck, argument) => {
      const session = sessionOf(deck, target(deck, argument))
      if (session) await openTerminal(deck, session, 'shell')
    },
  },
  {
    id: 'terminal.run',
    label: 'stage.command-run',
    group: 'pane',
    when: withSession,
    run: async (deck, argument) => {
      const session = sessionOf(deck, target(deck, argument))
      if (session) await openTerminal(deck, session, 'run')
    },
  },
  {
    id: 'terminal.composer',
    label: 'stage.command-composer',
    group: 'pane',
    key: 'shift+e',
    when: withSession,
    run: (deck, argument) => {
      const id = target(deck, argument)
      if (id !== null) toggleComposer(deck, id)
    },
  },
  {
    id: 'terminal.clear',
    label: 'stage.command-clear',
    group: 'pane',
    when: withSession,
    run: (deck, argument) => clearTerminal(deck, sessionOf(deck, target(deck, argument)) ?? null),
  },
]
