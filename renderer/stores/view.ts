import type { Client } from '@contract/client.ts'
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

const idShape = /^[A-Za-z0-9_-]{1,64}$/

function oneOf<V extends string>(value: unknown, allowed: readonly V[], otherwise: V): V {
  return allowed.find((one) => one === value) ?? otherwise
}
function between(value: unknown, bounds: { least: number; most: number }, otherwise: number): number {
  return typeof value === 'number' && value >= bounds.least && value <= bounds.most ? value : otherwise
}
function idOrNull<I extends string>(value: unknown): I | null {
  return typeof value === 'string' && idShape.test(value) ? (value as I) : null
}

/**
 * What was kept of an earlier view; null for text that holds none. Each field is judged by itself, so that one bad value
 * of an older page costs only itself. By hand: a schema library would be the largest part of what the first frame loads.
 */
export function readView(json: string): ViewState | null {
  let read: unknown
  try {
    read = JSON.parse(json)
  } catch {
    return null // written by an older page or by hand: the view begins afresh
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return null
  const kept = read as Record<string, unknown>
  const modes = typeof kept['paneModes'] === 'object' && kept['paneModes'] !== null ? kept['paneModes'] : {}
  const paneModes = Object.entries(modes).filter(
    ([id, mode]) => idShape.test(id) && (mode === 'terminal' || mode === 'diff' || mode === 'both'),
  )
  const folded: unknown[] = Array.isArray(kept['folded']) ? kept['folded'] : []
  return {
    // Nobody starts the program to see its settings.
    page: oneOf(kept['page'], ['stage', 'worktrees'], 'stage'),
    repository: idOrNull<RepositoryId>(kept['repository']),
    focused: idOrNull<SessionId>(kept['focused']),
    listOpen: kept['listOpen'] !== false,
    listWidth: between(kept['listWidth'], columnWidths.list, initialView.listWidth),
    reviewOpen: kept['reviewOpen'] !== false,
    reviewWidth: between(kept['reviewWidth'], columnWidths.review, initialView.reviewWidth),
    paneModes: Object.fromEntries(paneModes) as Record<SessionId, PaneMode>,
    narrowView: oneOf(kept['narrowView'], ['list', 'stage', 'review'], 'list'),
    folded: folded.filter((key) => typeof key === 'string').slice(0, 500),
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
