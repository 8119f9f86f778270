import type { SessionId } from '@contract/ids.ts'
import type { Session } from '@contract/session.ts'
import { needOf, type Need } from '../sessions/grouping.ts'

/** Which sessions deserve a pane before others. */
const rank: Record<Need, number> = { needs: 0, review: 1, working: 2, approved: 3, idle: 4, ended: 5 }

/** Sessions most in need first, then those with the latest activity. */
export function byNeed(sessions: readonly Session[]): Session[] {
  return sessions.toSorted((a, b) => rank[needOf(a)] - rank[needOf(b)] || b.activeAt.localeCompare(a.activeAt))
}

/** The first `count` by need; `keep` is among them if it is there at all. */
export function chooseForPanes(sessions: readonly Session[], count: number, keep: SessionId | null): SessionId[] {
  const ids = byNeed(sessions).map((session) => session.id)
  const chosen = ids.slice(0, count)
  if (keep !== null && ids.includes(keep) && !chosen.includes(keep)) chosen.splice(count - 1, 1, keep)
  return chosen
}
