import type { Client } from '@contract/client.ts'
import type { SessionId } from '@contract/ids.ts'

/** What a mounted review or diff pane lets commands ask of it. */
export interface ReviewActions {
  session: SessionId
  step(direction: 1 | -1, unseenOnly?: boolean): void
  toggleViewed(): void
  viewedAndOn(): void
  goToChange(which: 'next' | 'previous'): void
  focusFiles(): void
  focusDiff(): void
  filter(): void
  /** Only the review column decides; a pane leaves these out. */
  approve?(): void
  land?(): void
}

const mounted = new WeakMap<Client, ReviewActions[]>()

/** Makes a view known to commands while it is mounted; the latest added or touched one answers. Returns what takes it away. */
export function addActions(client: Client, actions: ReviewActions): () => void {
  const list = mounted.get(client) ?? []
  mounted.set(client, list)
  list.push(actions)
  return () => {
    const index = list.indexOf(actions)
    if (index !== -1) list.splice(index, 1)
  }
}

/** The view was pressed or got the focus: commands are meant for it from now on. */
export function touchActions(client: Client, actions: ReviewActions): void {
  const list = mounted.get(client)
  const index = list?.indexOf(actions) ?? -1
  if (!list || index === -1) return
  list.splice(index, 1)
  list.push(actions)
}

/** The view that commands about this session go to. */
export function activeActions(client: Client, session: SessionId | null): ReviewActions | null {
  return mounted.get(client)?.findLast((actions) => actions.session === session) ?? null
}

/** The one that decides (approves, lands) about this session. */
export function decidingActions(client: Client, session: SessionId | null): ReviewActions | null {
  return (
    mounted.get(client)?.findLast((actions) => actions.session === session && actions.approve !== undefined) ?? null
  )
}
