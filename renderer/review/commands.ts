import type { Command } from '../shell/command.ts'
import type { Deck } from '../deck.ts'
import { activeActions, decidingActions, type ReviewActions } from './active.ts'
import { reviewStore, scopeOf, withEntry } from './review-state.ts'

function focusedSession(deck: Deck) {
  return deck.stores.view.getState().focused
}

function hasSession(deck: Deck): boolean {
  return focusedSession(deck) !== null
}

function reading(deck: Deck): ReviewActions | null {
  return activeActions(deck.client, focusedSession(deck))
}

/** Deciding needs the list in sight: where it is not, it is opened, and nothing else happens. */
function decide(deck: Deck, act: (actions: ReviewActions) => void): void {
  const actions = decidingActions(deck.client, focusedSession(deck))
  if (actions) act(actions)
  else deck.stores.view.setState({ page: 'stage', reviewOpen: true, narrowView: 'review' })
}

/** What can be done while reading, approving and landing; keys without modifier work inside the review itself. */
export const reviewCommands: Command[] = [
  {
    id: 'review.approve',
    label: 'review.command-approve',
    group: 'review',
    key: 'shift+a',
    when: hasSession,
    run: (deck) => decide(deck, (actions) => actions.approve?.()),
  },
  {
    id: 'review.land',
    label: 'review.command-land',
    group: 'review',
    key: 'shift+l',
    when: hasSession,
    run: (deck) => {
      const session = focusedSession(deck)
      const landed = session ? deck.stores.sessions.getState().value?.byId[session]?.landed : null
      // After landing the dialog holds what comes then.
      if (session && landed) {
        deck.stores.view.setState({ page: 'stage', reviewOpen: true, narrowView: 'review' })
        reviewStore(deck.client).setState({ landing: session })
      } else decide(deck, (actions) => actions.land?.())
    },
  },
  {
    id: 'review.nextFile',
    label: 'review.command-next-file',
    group: 'review',
    key: 'shift+down',
    when: hasSession,
    run: (deck) => reading(deck)?.step(1),
  },
  {
    id: 'review.previousFile',
    label: 'review.command-previous-file',
    group: 'review',
    key: 'shift+up',
    when: hasSession,
    run: (deck) => reading(deck)?.step(-1),
  },
  {
    id: 'review.nextUnseen',
    label: 'review.command-next-unseen',
    group: 'review',
    key: 'shift+u',
    when: hasSession,
    run: (deck) => reading(deck)?.step(1, true),
  },
  {
    id: 'review.toggleViewed',
    label: 'review.command-toggle-viewed',
    group: 'review',
    key: 'shift+x',
    when: hasSession,
    run: (deck) => reading(deck)?.toggleViewed(),
  },
  {
    id: 'review.viewedAndOn',
    label: 'review.command-viewed-and-on',
    group: 'review',
    key: 'shift+m',
    when: hasSession,
    run: (deck) => reading(deck)?.viewedAndOn(),
  },
  {
    id: 'review.focusFiles',
    label: 'review.command-focus-files',
    group: 'review',
    key: 'shift+o',
    when: hasSession,
    run: (deck) => {
      const actions = reading(deck)
      if (actions) actions.focusFiles()
      else decide(deck, () => undefined)
    },
  },
  {
    id: 'review.wide',
    label: 'review.command-wide',
    group: 'review',
    key: 'shift+backslash',
    when: hasSession,
    run: (deck) => {
      const store = reviewStore(deck.client)
      store.setState({ wide: !store.getState().wide })
    },
  },
  {
    id: 'diff.scope',
    label: 'review.command-scope',
    group: 'review',
    key: 'shift+s',
    when: hasSession,
    run: (deck) => {
      const session = focusedSession(deck)
      if (!session) return
      reviewStore(deck.client).setState((state) => ({
        scopes: withEntry(state.scopes, session, scopeOf(state, session) === 'branch' ? 'uncommitted' : 'branch'),
      }))
    },
  },
  {
    id: 'diff.layout',
    label: 'review.command-layout',
    group: 'review',
    run: async (deck) => {
      const now = deck.stores.settings.getState().value?.diffLayout ?? 'split'
      await deck.client.call('settings.change', { diffLayout: now === 'split' ? 'inline' : 'split' })
    },
  },
  {
    id: 'diff.wrap',
    label: 'review.command-wrap',
    group: 'review',
    run: async (deck) => {
      const now = deck.stores.settings.getState().value?.wordWrap ?? false
      await deck.client.call('settings.change', { wordWrap: !now })
    },
  },
]
