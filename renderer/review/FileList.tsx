import type { ChangedFile } from '@contract/diff.ts'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { FileListRow } from './FileListRow.tsx'
import { isViewed, keepInPlace, type Row } from './file-tree.ts'
import styles from './FileList.module.css'
import type { Reading } from './reading.ts'

const rowHeights = { compact: 28, comfortable: 32 } as const

/**
 * The changed files. Arrow keys move and open, left and right fold, space marks as viewed, Enter goes to the diff.
 * When files come and go, what is in sight stays where it is.
 */
export function FileList({
  reading,
  listRef,
  onEnter,
  onPick,
}: {
  reading: Reading
  listRef: Ref<HTMLDivElement>
  onEnter(): void
  /** A file was pressed. */
  onPick(): void
}) {
  const { t } = useTranslation()
  const { stores } = useDeck()
  const density = useStore(stores.settings, (state) => state.value?.density ?? 'compact')
  const rowHeight = rowHeights[density]
  const { rows, marks, select, mark, toggleFolded } = reading
  const openPath = reading.file?.path ?? null
  const listId = useId()
  const scroller = useRef<HTMLDivElement>(null)
  /** The row that the keys speak of where it is not the open file: a folder or section. */
  const [cursor, setCursor] = useState<string | null>(null)
  const current = cursor ?? openPath
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
  })

  useEffect(() => virtual.measure(), [virtual, rowHeight])

  const shape = `${reading.layout} ${reading.scope} ${reading.filter}`
  const before = useRef<readonly Row[]>(rows)
  const shapeBefore = useRef(shape)
  const folding = useRef(false)
  useLayoutEffect(() => {
    const view = scroller.current
    const was = before.current
    before.current = rows
    const reshaped = shapeBefore.current !== shape
    shapeBefore.current = shape
    if (!view || was === rows || was.length === 0) return
    if (reshaped) {
      // Another list, asked for by the person: begin with the open file, or at the top.
      const index = rows.findIndex((row) => row.key === openPath)
      view.scrollTop = Math.max(0, index * rowHeight - view.clientHeight / 3)
      return
    }
    if (folding.current) {
      folding.current = false // the person folded: what is above has not moved
      return
    }
    const shift = keepInPlace(was, rows, openPath, { scrollTop: view.scrollTop, height: view.clientHeight }, rowHeight)
    if (shift !== 0) view.scrollTop += shift
  }, [rows, shape, openPath, rowHeight])

  // Another file was opened (by key, button or command): bring its row into sight.
  const shown = useRef<string | null>(null)
  useEffect(() => {
    if (openPath === null || shown.current === openPath) return
    const index = rows.findIndex((row) => row.key === openPath)
    if (index === -1) return
    shown.current = openPath
    setCursor(null)
    virtual.scrollToIndex(index, { align: 'auto' })
  }, [openPath, rows, virtual])

  const go = (index: number): void => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)]
    if (!row) return
    virtual.scrollToIndex(rows.indexOf(row), { align: 'auto' })
    if (row.kind === 'file') {
      setCursor(null)
      select(row.file.path)
    } else setCursor(row.key)
  }
  const fold = (key: string): void => {
    folding.current = true
    toggleFolded(key)
  }
  const toggle = (row: Row): void => {
    if (row.kind === 'file') mark([row.file], !isViewed(row.file, marks))
    else if (row.kind === 'folder') {
      const inside = filesUnder(reading.order, row.key)
      mark(inside, !inside.every((file) => isViewed(file, marks)))
    }
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return
    const at = rows.findIndex((row) => row.key === current)
    const row = rows[at]
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1)
    const foldable = row?.kind === 'folder' || row?.kind === 'section' ? row : null
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at === -1 ? 0 : at - 1),
      PageDown: () => go(at + page),
      PageUp: () => go(at - page),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => (foldable && !foldable.open ? fold(foldable.key) : go(at + 1)),
      ArrowLeft: () => {
        if (foldable?.open) fold(foldable.key)
        else if (row) go(parentOf(rows, at))
      },
      ' ': () => row && toggle(row),
      Enter: () => (foldable ? fold(foldable.key) : onEnter()),
    }
    const run = keys[event.key]
    if (!run) return
    event.preventDefault()
    event.stopPropagation()
    run()
  }

  return (
    <div ref={scroller} className={styles['scroller']}>
      <div
        ref={listRef}
        role="tree"
        aria-label={t('review.files')}
        aria-activedescendant={current === null ? undefined : rowId(listId, current)}
        tabIndex={0}
        className={styles['rows']}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index]
          return row ? (
            <FileListRow
              key={item.key}
              id={rowId(listId, row.key)}
              row={row}
              top={item.start}
              height={rowHeight}
              open={row.key === openPath}
              current={row.key === current}
              marks={marks}
              onPress={() => {
                if (row.kind === 'file') {
                  go(item.index)
                  onPick()
                } else if (row.kind !== 'named') {
                  setCursor(row.key)
                  fold(row.key)
                }
              }}
              onToggle={() => toggle(row)}
            />
          ) : null
        })}
      </div>
    </div>
  )
}

function rowId(list: string, key: string): string {
  return `${list}-${key.replaceAll(/\s/g, '_')}`
}

function filesUnder(order: readonly ChangedFile[], folder: string): ChangedFile[] {
  return order.filter((file) => !file.generated && file.path.startsWith(`${folder}/`))
}

function parentOf(rows: readonly Row[], index: number): number {
  const depth = depthOf(rows[index])
  for (let above = index - 1; above >= 0; above--) {
    const row = rows[above]
    if (row && (row.kind === 'folder' || row.kind === 'section') && depthOf(row) < depth) return above
  }
  return index
}

function depthOf(row: Row | undefined): number {
  if (!row) return 0
  if (row.kind === 'section') return -1
  return row.kind === 'named' ? 0 : row.depth
}
