import type { Client } from '@contract/client.ts'
import { repositoryId, sessionId, type RepositoryId, type SessionId } from '@contract/ids.ts'
import { z } from 'zod'
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

/** Bounds of the two side columns, in pixels. */
export const columnWidths = { list: { least: 200, most: 480 }, review: { least: 300, most: 1200 } } as const

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

/** Each field by itself, so that one bad value of an older page costs only itself. */
const kept = z.object({
  // Nobody starts the program to see its settings.
  page: z.enum(['stage', 'worktrees']).catch('stage'),
  repository: repositoryId.nullable().catch(null),
  focused: sessionId.nullable().catch(null),
  listOpen: z.boolean().catch(true),
  listWidth: z.number().min(columnWidths.list.least).max(columnWidths.list.most).catch(initialView.listWidth),
  reviewOpen: z.boolean().catch(true),
  reviewWidth: z.number().min(columnWidths.review.least).max(columnWidths.review.most).catch(initialView.reviewWidth),
  paneModes: z.record(sessionId, z.enum(['terminal', 'diff', 'both'])).catch({}),
  narrowView: z.enum(['list', 'stage', 'review']).catch('list'),
  folded: z.array(z.string().max(200)).max(500).catch([]),
})

/** What was kept of an earlier view; null for text that holds none. */
export function readView(json: string): ViewState | null {
  try {
    const parsed = kept.safeParse(JSON.parse(json))
    return parsed.success ? (parsed.data as ViewState) : null
  } catch {
    return null // written by an older page or by hand: the view begins afresh
  }
}

export function createViewStore(): ViewStore {
  return createStore<ViewState>(() => initialView)
}

const saveAfterMs = 600

/**
 * Loads the view once and saves each change a moment later, at once when the page goes. `loaded` resolves when the view
 * is the person's own or there is none; what they changed meanwhile wins over what was kept.
 */
export function keepView(
  client: Client,
  view: ViewStore,
  page: EventTarget,
): { loaded: Promise<void>; dispose(): void } {
  let timer: ReturnType<typeof setTimeout> | null = null
  let ready = false
  const save = (): void => {
    timer = null
    void client.call('view.save', { key: 'view', json: JSON.stringify(view.getState()) })
  }
  const unsubscribe = view.subscribe(() => {
    if (!ready) return
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(save, saveAfterMs)
  })
  const flush = (): void => {
    if (timer === null) return
    clearTimeout(timer)
    save()
  }
  page.addEventListener('pagehide', flush)
  const load = async (): Promise<void> => {
    const before = view.getState()
    const answer = await client.call('view.load', { key: 'view' })
    const known = answer.ok && answer.value.json !== null ? readView(answer.value.json) : null
    if (known) {
      const now = view.getState()
      const changed = Object.entries(now).filter(([key, value]) => before[key as keyof ViewState] !== value)
      view.setState({ ...known, ...Object.fromEntries(changed) })
    }
    ready = true
  }
  return {
    loaded: load(),
    dispose: () => {
      page.removeEventListener('pagehide', flush)
      unsubscribe()
      flush()
    },
  }
}
