/** Where a session stands in the list: pure, so that order and settling can be reasoned about. */
import type { RepositoryId, SessionId } from '@contract/ids.ts'
import type { Session, SessionState } from '@contract/session.ts'
import type { Settings } from '@contract/settings.ts'

/** What a session wants from the person, most urgent first. */
export const needs = ['needs', 'working', 'review', 'approved', 'idle', 'ended'] as const
export type Need = (typeof needs)[number]

/** Groups from top to bottom, each with its sessions. Keys: a `Need`, or `repository:<id>`. */
export interface Group {
  key: string
  ids: readonly SessionId[]
}
export type Layout = readonly Group[]

/** The agent's process is there. */
export function isRunning(session: Session): boolean {
  return session.pid !== null || session.terminals.some((terminal) => terminal.kind === 'agent' && terminal.alive)
}

export function failedStage(session: Session): Session['stages'][number] | undefined {
  return session.stages.find((stage) => stage.state === 'failed')
}

/** It cannot go on without the person. */
export function needsPerson(session: Session): boolean {
  return needOf(session) === 'needs'
}

/** The state to draw: a start that waits for the person, or has failed, is drawn as that. */
export function shownState(session: Session): SessionState {
  if (session.pendingScript !== null) return 'needs-approval'
  return failedStage(session) ? 'failed' : session.state
}

/** Its work is in the base and nothing has changed since. */
function isLanded(session: Session): boolean {
  return session.landed !== null && (session.tree === null || session.tree === session.landed.tree)
}

/** Which group it belongs to by what it wants from the person. */
export function needOf(session: Session): Need {
  if (session.archivedAt !== null) return 'ended'
  const waits = session.pendingScript !== null || session.stages.some((stage) => stage.state === 'needs-confirmation')
  if (waits || failedStage(session)) return 'needs'
  switch (session.state) {
    case 'needs-approval':
    case 'asks-question':
    case 'failed':
      return 'needs'
    case 'starting':
    case 'working':
      return 'working'
    default:
  }
  if (isLanded(session)) return 'ended'
  if ((session.changed?.files ?? 0) > 0) return session.approval?.current ? 'approved' : 'review'
  if (session.state === 'turn-finished') return 'review'
  return session.state === 'exited' ? 'ended' : 'idle'
}

/** Longest wait first where somebody waits; else as they were made, so that nothing hops about. */
function compare(need: Need): (a: Session, b: Session) => number {
  const by = need === 'needs' || need === 'review' || need === 'approved' ? 'since' : 'createdAt'
  return (a, b) => a[by].localeCompare(b[by]) || a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id)
}

function byNeed(sessions: readonly Session[]): { need: Need; sessions: Session[] }[] {
  return needs.map((need) => ({
    need,
    sessions: sessions.filter((session) => needOf(session) === need).sort(compare(need)),
  }))
}

/** The order that the list should have now. Empty groups are left out. */
export function arrange(
  sessions: readonly Session[],
  groupBy: Settings['groupBy'],
  repositories: readonly RepositoryId[],
): Layout {
  if (groupBy === 'need') {
    return byNeed(sessions)
      .filter((group) => group.sessions.length > 0)
      .map((group) => ({ key: group.need, ids: group.sessions.map((session) => session.id) }))
  }
  const order = new Set([...repositories, ...sessions.map((session) => session.repository)])
  return [...order]
    .map((repository) => ({
      key: `repository:${repository}`,
      ids: byNeed(sessions.filter((session) => session.repository === repository)).flatMap((group) =>
        group.sessions.map((session) => session.id),
      ),
    }))
    .filter((group) => group.ids.length > 0)
}

export function sameLayout(a: Layout, b: Layout): boolean {
  return (
    a.length === b.length &&
    a.every((group, at) => {
      const other = b[at]
      return (
        group.key === other?.key &&
        group.ids.length === other.ids.length &&
        group.ids.every((id, index) => id === other.ids[index])
      )
    })
  )
}

/**
 * What to show while the pointer or the focus is in the list: rows stay where they are, whatever group they belong to by
 * now; new ones come to the end of their group; only what is gone leaves.
 */
export function hold(shown: Layout, wanted: Layout): Layout {
  const exists = new Set(wanted.flatMap((group) => group.ids))
  const placed = new Set(shown.flatMap((group) => group.ids))
  const fresh = new Map(wanted.map((group) => [group.key, group.ids.filter((id) => !placed.has(id))]))
  const held = shown
    .map((group) => ({
      key: group.key,
      ids: [...group.ids.filter((id) => exists.has(id)), ...(fresh.get(group.key) ?? [])],
    }))
    .filter((group) => group.ids.length > 0)
  const known = new Set(held.map((group) => group.key))
  const added = wanted
    .filter((group) => !known.has(group.key))
    .map((group) => ({ key: group.key, ids: fresh.get(group.key) ?? [] }))
    .filter((group) => group.ids.length > 0)
  const next = [...held, ...added]
  return sameLayout(shown, next) ? shown : next
}

/** The next session that needs the person, after `current` and round again; null when none does. */
export function nextNeeding(sessions: readonly Session[], current: SessionId | null): SessionId | null {
  const waiting = byNeed(sessions)[0]?.sessions ?? []
  const at = waiting.findIndex((session) => session.id === current)
  return (waiting[at + 1] ?? waiting[0])?.id ?? null
}
