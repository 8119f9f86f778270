/** Live change lists and marks of what was seen, one stream each however many views show them. */
import type { Client } from '@contract/client.ts'
import type { ChangedFile, ChangeList, DiffScope } from '@contract/diff.ts'
import type { SessionId } from '@contract/ids.ts'
import type { Failure } from '@contract/result.ts'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { useDeck } from '../deck.ts'
import { sortFiles } from './file-tree.ts'
import { changedBetween } from './ledger.ts'

export interface Changes {
  list: ChangeList | null
  /** The list's files in the order of the tree. */
  sorted: readonly ChangedFile[]
  byPath: ReadonlyMap<string, ChangedFile>
  /** What is wrong with the worktree or the stream, in words; the last list stays. */
  problem: string | null
  /** When the list last became another while it was shown (milliseconds), and which paths did. */
  changedAt: number | null
  changedPaths: readonly string[]
}

export interface Viewed {
  marks: Readonly<Record<string, string>> | null
}

interface Shared<S> {
  store: StoreApi<S>
  uses: number
  close(): void
}

const nothing: Changes = { list: null, sorted: [], byPath: new Map(), problem: null, changedAt: null, changedPaths: [] }
const byClient = new WeakMap<Client, Map<string, Shared<unknown>>>()
/** A stream that nobody shows is kept this long: switching panes and back should not begin anew. */
const lingerMs = 3000

function share<S>(client: Client, key: string, open: () => { store: StoreApi<S>; close(): void }): Shared<S> {
  const all = byClient.get(client) ?? new Map<string, Shared<unknown>>()
  byClient.set(client, all)
  const known = all.get(key) as Shared<S> | undefined
  if (known) return known
  const made = { ...open(), uses: 0 }
  all.set(key, made as Shared<unknown>)
  return made
}

function holdOn<S>(client: Client, key: string, shared: Shared<S>): () => void {
  shared.uses++
  return () => {
    shared.uses--
    setTimeout(() => {
      if (shared.uses > 0 || byClient.get(client)?.get(key) !== shared) return
      byClient.get(client)?.delete(key)
      shared.close()
    }, lingerMs)
  }
}

/** The next state of a followed list. Pure. */
export function foldChanges(
  before: Changes,
  event: { kind: 'list'; list: ChangeList } | { kind: 'problem'; message: string },
  nowMs: number,
): Changes {
  if (event.kind === 'problem') return { ...before, problem: event.message }
  const { list } = event
  const sorted = sortFiles(list.files)
  const byPath = new Map(list.files.map((file) => [file.path, file]))
  if (!before.list) return { ...nothing, list, sorted, byPath }
  const moved = before.list.tree !== list.tree || before.list.base !== list.base
  return {
    list,
    sorted,
    byPath,
    problem: null,
    changedAt: moved ? nowMs : before.changedAt,
    changedPaths: moved ? changedBetween(before.list, list) : before.changedPaths,
  }
}

function openChanges(client: Client, session: SessionId, scope: DiffScope): Shared<Changes> {
  return share<Changes>(client, `changes:${session}:${scope}`, () => {
    const store = createStore<Changes>(() => nothing)
    const handle = client.open(
      'diff.changes',
      { session, scope },
      {
        event: (event) => store.setState(foldChanges(store.getState(), event, performance.now()), true),
        end: (error: Failure | undefined) => {
          if (error) store.setState({ problem: error.message })
        },
      },
    )
    return { store, close: () => handle.close() }
  })
}

function openViewed(client: Client, session: SessionId): Shared<Viewed> {
  return share<Viewed>(client, `viewed:${session}`, () => {
    const store = createStore<Viewed>(() => ({ marks: null }))
    const handle = client.open(
      'review.viewed',
      { session },
      { event: ({ viewed }) => store.setState({ marks: viewed }) },
    )
    return { store, close: () => handle.close() }
  })
}

/** The live list of a session's changes; `nothing` until the first comes. */
export function useChanges(session: SessionId, scope: DiffScope): Changes {
  const { client } = useDeck()
  const shared = openChanges(client, session, scope)
  useEffect(() => holdOn(client, `changes:${session}:${scope}`, shared), [client, session, scope, shared])
  return useStore(shared.store)
}

const unmarked: Readonly<Record<string, string>> = {}

export interface ViewedMarks {
  marks: Readonly<Record<string, string>>
  /** Sets or takes away the marks of files at their present content; shown at once. */
  mark(files: readonly { path: string; id: string }[], viewed: boolean): void
}

export function useViewed(session: SessionId): ViewedMarks {
  const { client } = useDeck()
  const shared = openViewed(client, session)
  useEffect(() => holdOn(client, `viewed:${session}`, shared), [client, session, shared])
  const marks = useStore(shared.store, (state) => state.marks ?? unmarked)
  const [mark] = useState(() => markWith(client))
  return { marks, mark: (files, viewed) => mark(session, shared.store, files, viewed) }
}

function markWith(client: Client) {
  return (
    session: SessionId,
    store: StoreApi<Viewed>,
    files: readonly { path: string; id: string }[],
    viewed: boolean,
  ): void => {
    if (files.length === 0) return
    const before = store.getState().marks ?? {}
    const next = { ...before }
    for (const file of files) {
      if (viewed) next[file.path] = file.id
      else delete next[file.path]
    }
    store.setState({ marks: next })
    void (async () => {
      for (let from = 0; from < files.length; from += 10_000) {
        const part = files.slice(from, from + 10_000).map((file) => ({ ...file, viewed }))
        const result = await client.call('review.setViewed', { session, files: part })
        // Nothing is claimed that the backend does not know.
        if (!result.ok) store.setState({ marks: before })
      }
    })()
  }
}
