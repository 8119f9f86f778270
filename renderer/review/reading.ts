import type { ChangedFile, DiffScope } from '@contract/diff.ts'
import type { SessionId } from '@contract/ids.ts'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { useChanges, useViewed, type Changes, type ViewedMarks } from './changes.ts'
import { buildRows, contentId, isViewed, readingOrder, stepFile, type Row } from './file-tree.ts'
import { reviewStore, scopeOf, useReview, withEntry } from './review-state.ts'

/** Everything that a view of one session's changes reads and does. */
export interface Reading {
  session: SessionId
  scope: DiffScope
  setScope(scope: DiffScope): void
  changes: Changes
  marks: ViewedMarks['marks']
  rows: readonly Row[]
  /** Files in the order they are read. */
  order: readonly ChangedFile[]
  filter: string
  setFilter(filter: string): void
  layout: 'tree' | 'list'
  /** The open file as last seen; `gone` when it is no longer among the changes. */
  file: ChangedFile | null
  gone: boolean
  select(path: string): void
  step(direction: 1 | -1, unseenOnly?: boolean): void
  mark(files: readonly ChangedFile[], viewed: boolean): void
  toggleViewed(): void
  viewedAndOn(): void
  toggleFolded(key: string): void
}

const noFolds: readonly string[] = []

export function useReading(session: SessionId): Reading {
  const { client, stores } = useDeck()
  const store = reviewStore(client)
  const scope = useReview((state) => scopeOf(state, session))
  const changes = useChanges(session, scope)
  const { marks, mark: setMarks } = useViewed(session)
  const layout = useStore(stores.settings, (state) => state.value?.fileList ?? 'tree')
  const foldedKeys = useReview((state) => state.folded[session] ?? noFolds)
  const wanted = useReview((state) => state.selected[session] ?? null)
  const [filter, setFilter] = useState('')
  const { list, sorted, byPath } = changes

  const folded = useMemo(() => new Set(foldedKeys), [foldedKeys])
  const rows = useMemo(
    () => (list ? buildRows(list, sorted, { layout, filter, folded, viewed: marks }) : []),
    [list, sorted, layout, filter, folded, marks],
  )
  const order = useMemo(
    () => (list ? readingOrder(list, sorted, { layout, filter, folded: new Set(), viewed: {} }) : []),
    [list, sorted, layout, filter],
  )

  // The open file as it was last among the changes: shown on when it vanishes, with a word that it has.
  const [last, setLast] = useState<{ file: ChangedFile; scope: DiffScope } | null>(null)
  const present = wanted === null ? null : (byPath.get(wanted) ?? null)
  if (present && (last?.file !== present || last.scope !== scope)) setLast({ file: present, scope })
  const gone = list !== null && present === null && last !== null && last.file.path === wanted && last.scope === scope
  const file = present ?? (gone ? last.file : null)

  const select = useCallback(
    (path: string) => store.setState((state) => ({ selected: withEntry(state.selected, session, path) })),
    [store, session],
  )

  // Something is open as soon as there is something: the first file not seen yet.
  useEffect(() => {
    if (!list || file || order.length === 0) return
    const first = order.find((candidate) => !isViewed(candidate, marks)) ?? order[0]
    if (first) select(first.path)
  }, [list, file, order, marks, select])

  const latest = useRef({ order, file, marks, wanted })
  useEffect(() => {
    latest.current = { order, file, marks, wanted }
  })

  const step = useCallback(
    (direction: 1 | -1, unseenOnly = false) => {
      const now = latest.current
      const next = stepFile(
        now.order,
        now.wanted,
        direction,
        (candidate) => !unseenOnly || !isViewed(candidate, now.marks),
      )
      if (next) select(next.path)
    },
    [select],
  )
  const mark = useCallback(
    (files: readonly ChangedFile[], viewed: boolean) =>
      setMarks(
        files.map((entry) => ({ path: entry.path, id: contentId(entry) })),
        viewed,
      ),
    [setMarks],
  )
  const toggleViewed = useCallback(() => {
    const { file: open, marks: known } = latest.current
    if (open) mark([open], !isViewed(open, known))
  }, [mark])
  const viewedAndOn = useCallback(() => {
    const { file: open } = latest.current
    if (open) mark([open], true)
    step(1, true)
  }, [mark, step])

  return {
    session,
    scope,
    setScope: useCallback(
      (next) => store.setState((state) => ({ scopes: withEntry(state.scopes, session, next) })),
      [store, session],
    ),
    changes,
    marks,
    rows,
    order,
    filter,
    setFilter,
    layout,
    file,
    gone,
    select,
    step,
    mark,
    toggleViewed,
    viewedAndOn,
    toggleFolded: useCallback(
      (key) =>
        store.setState((state) => {
          const known = state.folded[session] ?? noFolds
          const next = known.includes(key) ? known.filter((entry) => entry !== key) : [...known, key]
          return { folded: withEntry(state.folded, session, next) }
        }),
      [store, session],
    ),
  }
}
