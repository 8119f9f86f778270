import type { RepositoryId, SessionId } from '@contract/ids.ts'
import { createStore, type StoreApi } from 'zustand/vanilla'

/** What fills the middle of the window. */
export type Page = 'stage' | 'worktrees' | 'settings'
/** What a pane shows of its session. */
export type PaneMode = 'terminal' | 'diff' | 'both'

/** Layout and selection: the only state that the page owns. Kept across restarts by the backend under the key `view`. */
export interface ViewState {
  page: Page
  repository: RepositoryId | null
  /** The session that keys and the review column speak of. */
  focused: SessionId | null
  listOpen: boolean
  listWidth: number
  reviewOpen: boolean
  reviewWidth: number
  paneModes: Readonly<Record<SessionId, PaneMode>>
  /** Which of list, stage and review a narrow window shows. */
  narrowView: 'list' | 'stage' | 'review'
  /** Groups of the session list that are folded. */
  folded: readonly string[]
}

export type ViewStore = StoreApi<ViewState>

export const initialView: ViewState = {
  page: 'stage',
  repository: null,
  focused: null,
  listOpen: true,
  listWidth: 264,
  reviewOpen: true,
  reviewWidth: 440,
  paneModes: {},
  narrowView: 'list',
  folded: [],
}

export function createViewStore(): ViewStore {
  return createStore<ViewState>(() => initialView)
}
