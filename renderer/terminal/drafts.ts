import type { SessionId } from '@contract/ids.ts'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Deck } from '../deck.ts'
import { createHistory, parseDraft, rememberSent, type SentHistory } from './history.ts'

export interface Draft {
  text: string
  history: SentHistory
  /** False until what was kept has been read; nothing is written before. */
  loaded: boolean
}

export interface Drafts {
  of(session: SessionId): StoreApi<Draft>
  /** Writes what is not yet written. */
  flush(): void
}

const saveAfterMs = 400
const all = new WeakMap<Deck, Drafts>()

/** Unsent messages and what was sent before, per session, kept across restarts under `draft:<session>`. */
export function drafts(deck: Deck): Drafts {
  const known = all.get(deck)
  if (known) return known
  const made = createDrafts(deck)
  all.set(deck, made)
  return made
}

function createDrafts(deck: Deck): Drafts {
  const stores = new Map<SessionId, StoreApi<Draft>>()
  const unsaved = new Set<SessionId>()
  let timer: ReturnType<typeof setTimeout> | null = null

  const flush = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    for (const session of unsaved) {
      const draft = stores.get(session)?.getState()
      if (!draft) continue
      const empty = draft.text === '' && draft.history.sent.length === 0
      const json = empty ? null : JSON.stringify({ text: draft.text, sent: draft.history.sent })
      void deck.client.call('view.save', { key: `draft:${session}`, json })
    }
    unsaved.clear()
  }
  // The page may be closed at any moment; what was typed is written before.
  window.addEventListener('pagehide', flush)

  const load = async (session: SessionId, store: StoreApi<Draft>): Promise<void> => {
    const result = await deck.client.call('view.load', { key: `draft:${session}` })
    if (!result.ok) return
    const kept = parseDraft(result.value.json)
    const typed = store.getState().text
    // What was typed while it was being read goes on top.
    const text = typed === '' ? kept.text : typed
    store.setState({ text, history: createHistory(kept.sent, text), loaded: true })
  }

  return {
    of: (session) => {
      const known = stores.get(session)
      if (known) return known
      const store = createStore<Draft>(() => ({ text: '', history: createHistory([], ''), loaded: false }))
      stores.set(session, store)
      store.subscribe((state, before) => {
        if (!state.loaded || !before.loaded) return
        if (state.text === before.text && state.history.sent === before.history.sent) return
        unsaved.add(session)
        timer ??= setTimeout(flush, saveAfterMs)
      })
      void load(session, store)
      return store
    },
    flush,
  }
}

/** Notes that `text` was sent, and empties the field unless the person went on typing. */
export function markSent(store: StoreApi<Draft>, text: string): void {
  store.setState((state) => ({
    text: state.text === text ? '' : state.text,
    history: rememberSent(state.history, text),
  }))
}
