import type { Client } from '@contract/client.ts'
import type { SessionId } from '@contract/ids.ts'
import type { Session, SessionListEvent } from '@contract/session.ts'
import { followStream, type FollowedStore } from './follow.ts'

export interface SessionsState {
  byId: Readonly<Record<SessionId, Session>>
  /** In the order of creation. */
  ids: readonly SessionId[]
}

export type SessionsStore = FollowedStore<SessionsState>

export function foldSessions(before: SessionsState | null, event: SessionListEvent): SessionsState {
  switch (event.kind) {
    case 'all': {
      const byId: Record<SessionId, Session> = {}
      for (const session of event.sessions) byId[session.id] = session
      return { byId, ids: event.sessions.map((session) => session.id) }
    }
    case 'changed': {
      const { session } = event
      const known = before?.byId[session.id] !== undefined
      const ids = before?.ids ?? []
      return { byId: { ...before?.byId, [session.id]: session }, ids: known ? ids : [...ids, session.id] }
    }
    case 'removed': {
      const byId = { ...before?.byId }
      delete byId[event.id]
      return { byId, ids: (before?.ids ?? []).filter((id) => id !== event.id) }
    }
  }
}

export function createSessionsStore(client: Client): SessionsStore {
  return followStream(client, 'session.list', {}, foldSessions)
}
