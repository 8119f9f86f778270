import type { SessionId } from '@contract/ids.ts'
import type { Layout } from './grouping.ts'

/** One line of the list: a group's heading or a session. */
export type ListItem =
  | { kind: 'group'; key: string; id: string; count: number; folded: boolean; place: number; of: number }
  | { kind: 'session'; key: string; id: string; session: SessionId; group: string; place: number; of: number }

/** The list flattened for a virtual tree; sessions of folded groups are left out. `id` names the element. */
export function flatten(layout: Layout, folded: readonly string[]): ListItem[] {
  return layout.flatMap((group, index): ListItem[] => {
    const isFolded = folded.includes(group.key)
    const head: ListItem = {
      kind: 'group',
      key: group.key,
      id: `session-group-${group.key.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`,
      count: group.ids.length,
      folded: isFolded,
      place: index + 1,
      of: layout.length,
    }
    if (isFolded) return [head]
    return [
      head,
      ...group.ids.map(
        (session, at): ListItem => ({
          kind: 'session',
          key: session,
          id: `session-row-${session}`,
          session,
          group: group.key,
          place: at + 1,
          of: group.ids.length,
        }),
      ),
    ]
  })
}
