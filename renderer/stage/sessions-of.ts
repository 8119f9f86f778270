import type { RepositoryId } from '@contract/ids.ts'
import type { Session } from '@contract/session.ts'
import type { Deck } from '../deck.ts'

/** Sessions that the stage may show: those of the repository in view, all where none is. */
export function sessionsOf(deck: Deck, repository: RepositoryId | null): Session[] {
  const state = deck.stores.sessions.getState().value
  const all = (state?.ids ?? []).flatMap((id) => state?.byId[id] ?? [])
  return all.filter((session) => repository === null || session.repository === repository)
}
