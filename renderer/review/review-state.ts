import type { Client } from '@contract/client.ts'
import type { DiffScope } from '@contract/diff.ts'
import type { SessionId } from '@contract/ids.ts'
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { useDeck } from '../deck.ts'

/** What the review remembers of how the person reads; kept across restarts under the key `review`. */
export interface ReviewState {
  scopes: Readonly<Record<SessionId, DiffScope>>
  /** File that is open, per session. */
  selected: Readonly<Record<SessionId, string>>
  /** Folded folders and unfolded sections, per session. */
  folded: Readonly<Record<SessionId, readonly string[]>>
  ignoreWhitespace: boolean
  hideUnchanged: boolean
  /** The diff lies over the stage. */
  wide: boolean
  /** Height of the file list in per cent where it stands above the diff, and its width in pixels where it stands beside it. */
  listShare: number
  listWidth: number
  /** The landing dialog is open for this session; not remembered. */
  landing: SessionId | null
}

export type ReviewStore = StoreApi<ReviewState>

const initial: ReviewState = {
  scopes: {},
  selected: {},
  folded: {},
  ignoreWhitespace: false,
  hideUnchanged: true,
  wide: false,
  listShare: 34,
  listWidth: 260,
  landing: null,
}

const storageKey = 'review'
const saveAfterMs = 500
/** Sessions remembered; the longest unused go first. */
const remembered = 200
const stores = new WeakMap<Client, ReviewStore>()

/** The one store of this deck; made, and its memory read, at the first call. */
export function reviewStore(client: Client): ReviewStore {
  const known = stores.get(client)
  if (known) return known
  const store = createStore<ReviewState>(() => initial)
  stores.set(client, store)
  void remember(client, store)
  return store
}

async function remember(client: Client, store: ReviewStore): Promise<void> {
  const loaded = await client.call('view.load', { key: storageKey })
  if (loaded.ok && loaded.value.json !== null) {
    const read = parseMemory(loaded.value.json)
    // What the person did while it was read wins.
    if (read) store.setState((now) => ({ ...read, ...changedOnly(now), landing: now.landing }))
  }
  let timer: ReturnType<typeof setTimeout> | null = null
  store.subscribe(() => {
    timer ??= setTimeout(() => {
      timer = null
      const { landing: _, ...kept } = store.getState()
      void client.call('view.save', { key: storageKey, json: JSON.stringify(kept) })
    }, saveAfterMs)
  })
}

function changedOnly(now: ReviewState): Partial<ReviewState> {
  const entries = Object.entries(now).filter(([key, value]) => value !== initial[key as keyof ReviewState])
  return Object.fromEntries(entries) as Partial<ReviewState>
}

/** What an earlier run wrote; each part that is not as expected is left out. Null for text that is no object. */
export function parseMemory(json: string): Partial<ReviewState> | null {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return null // written by another version, or cut short
  }
  if (typeof value !== 'object' || value === null) return null
  const from = value as Record<string, unknown>
  const read: Record<string, unknown> = {}
  for (const key of ['ignoreWhitespace', 'hideUnchanged', 'wide'])
    if (typeof from[key] === 'boolean') read[key] = from[key]
  for (const [key, least, most] of [
    ['listShare', 10, 80],
    ['listWidth', 160, 600],
  ] as const) {
    const number = from[key]
    if (typeof number === 'number' && number >= least && number <= most) read[key] = number
  }
  read['scopes'] = readRecord(from['scopes'], (entry) => entry === 'uncommitted' || entry === 'branch')
  read['selected'] = readRecord(from['selected'], (entry) => typeof entry === 'string')
  read['folded'] = readRecord(
    from['folded'],
    (entry) => Array.isArray(entry) && entry.every((path) => typeof path === 'string'),
  )
  return read as Partial<ReviewState>
}

function readRecord(value: unknown, accept: (entry: unknown) => boolean): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => accept(entry)))
}

/** `record` with `key` set, as its newest; the oldest fall out. */
export function withEntry<T>(record: Readonly<Record<SessionId, T>>, key: SessionId, value: T): Record<SessionId, T> {
  const entries = (Object.entries(record) as [SessionId, T][]).filter(([known]) => known !== key)
  return Object.fromEntries([...entries.slice(-(remembered - 1)), [key, value]]) as Record<SessionId, T>
}

export function scopeOf(state: ReviewState, session: SessionId): DiffScope {
  return state.scopes[session] ?? 'branch'
}

export function useReview<T>(select: (state: ReviewState) => T): T {
  return useStore(reviewStore(useDeck().client), select)
}
