import type { SessionId } from '@contract/ids.ts'
import { createStore } from 'zustand/vanilla'

/** Which sheet lies over the page; one at a time. */
export type Overlay =
  | { kind: 'palette' }
  | { kind: 'keys' }
  | { kind: 'new-session' }
  | { kind: 'quit' }
  | { kind: 'archived' }
  | { kind: 'discard'; session: SessionId }
  | { kind: 'stages'; session: SessionId }

export interface Overlays {
  open: Overlay | null
  /** The session whose title is being typed in the list. */
  renaming: SessionId | null
  /** The program was ended from this page: what became of the agents. */
  ended: 'went-on' | 'stopped' | 'none' | null
}

/** What commands raise and components show. */
export const overlays = createStore<Overlays>(() => ({ open: null, renaming: null, ended: null }))

export function openOverlay(open: Overlay): void {
  overlays.setState({ open })
}

export function closeOverlay(): void {
  overlays.setState({ open: null })
}
