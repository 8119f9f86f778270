import type { SessionId } from '@contract/ids.ts'
import type { Session } from '@contract/session.ts'
import i18next from 'i18next'
import type { Deck } from '../deck.ts'
import type { Command } from '../shell/command.ts'
import { openOverlay, overlays } from '../shell/overlays.ts'
import {
  archiveSession,
  can,
  interruptSession,
  resumeSession,
  retrySession,
  sessionOf,
  showSession,
  stopSession,
} from './actions.ts'
import { arrange, nextNeeding } from './grouping.ts'

/** The session that a command is about: the one named, else the focused one. */
function subject(deck: Deck, argument?: string): Session | undefined {
  return sessionOf(deck, (argument as SessionId | undefined) ?? deck.stores.view.getState().focused)
}

function allSessions(deck: Deck): Session[] {
  const state = deck.stores.sessions.getState().value
  return state ? state.ids.flatMap((id) => state.byId[id] ?? []) : []
}

/** All sessions in the order of the list. */
export function inListOrder(deck: Deck): Session[] {
  const state = deck.stores.sessions.getState().value
  const groupBy = deck.stores.settings.getState().value?.groupBy ?? 'need'
  const repositories = (deck.stores.repositories.getState().value ?? []).map((one) => one.id)
  const layout = arrange(allSessions(deck), groupBy, repositories)
  return layout.flatMap((group) => group.ids.flatMap((id) => state?.byId[id] ?? []))
}

/** A command on the focused session, there only when `possible` says so. */
function onSession(
  id: string,
  label: string,
  possible: (session: Session) => boolean,
  run: (deck: Deck, session: Session) => void | Promise<void>,
  key?: string,
): Command {
  return {
    id,
    label,
    group: 'session',
    ...(key ? { key } : {}),
    when: (deck) => {
      const session = subject(deck)
      return session !== undefined && possible(session)
    },
    run: (deck, argument) => {
      const session = subject(deck, argument)
      if (session && possible(session)) return run(deck, session)
    },
  }
}

const go: Command[] = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((place) => ({
  id: `session.go${place}`,
  label: `session.go${place}`,
  group: 'session',
  key: String(place),
  when: (deck) => inListOrder(deck).length >= place,
  run: (deck) => {
    const session = inListOrder(deck)[place - 1]
    if (session) showSession(deck, session.id)
  },
}))

/** Commands on sessions; without an argument they are about the focused one. */
export const sessionCommands: Command[] = [
  {
    id: 'session.new',
    label: 'session.new',
    group: 'session',
    key: 'n',
    run: (deck) => {
      const { repository } = deck.stores.view.getState()
      const available = deck.stores.repositories.getState().value?.some((one) => one.id === repository)
      if (available) openOverlay({ kind: 'new-session' })
      else deck.run('repository.open')
    },
  },
  {
    id: 'session.nextNeedingMe',
    label: 'session.nextNeedingMe',
    group: 'session',
    key: 'j',
    run: (deck) => {
      const next = nextNeeding(allSessions(deck), deck.stores.view.getState().focused)
      if (next) showSession(deck, next)
      else deck.notify({ kind: 'done', text: i18next.t('session.nobodyWaits') })
    },
  },
  {
    id: 'session.show',
    label: 'session.show',
    group: 'session',
    when: (deck) => subject(deck) !== undefined,
    run: (deck, argument) => {
      const id = (argument as SessionId | undefined) ?? deck.stores.view.getState().focused
      if (id) showSession(deck, id)
    },
  },
  onSession('session.interrupt', 'session.interrupt', can.interrupt, (deck, session) =>
    interruptSession(deck, session.id),
  ),
  onSession('session.stop', 'session.stop', can.stop, stopSession),
  onSession('session.resume', 'session.resume', can.resume, (deck, session) => resumeSession(deck, session.id)),
  onSession('session.retry', 'session.retry', can.retry, (deck, session) => retrySession(deck, session.id)),
  onSession(
    'session.stages',
    'session.showStages',
    (session) => session.stages.length > 0 || session.pendingScript !== null,
    (_deck, session) => openOverlay({ kind: 'stages', session: session.id }),
  ),
  onSession(
    'session.rename',
    'session.rename',
    () => true,
    (deck, session) => {
      deck.stores.view.setState({ page: 'stage', listOpen: true, narrowView: 'list' })
      overlays.setState({ renaming: session.id })
    },
  ),
  onSession('session.archive', 'session.archive', can.archive, archiveSession),
  onSession(
    'session.discard',
    'session.discard',
    (session) => session.archivedAt === null,
    (_deck, session) => openOverlay({ kind: 'discard', session: session.id }),
  ),
  {
    id: 'session.archivedList',
    label: 'session.archivedList',
    group: 'session',
    run: () => openOverlay({ kind: 'archived' }),
  },
  ...go,
]
