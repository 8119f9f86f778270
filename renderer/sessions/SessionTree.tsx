import type { SessionId } from '@contract/ids.ts'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { isComposing } from '../shell/keys.ts'
import { ContextMenu } from '../shell/Menu.tsx'
import { overlays } from '../shell/overlays.ts'
import { useCommandKeys } from '../shell/use-command-keys.ts'
import { showSession } from './actions.ts'
import type { Layout } from './grouping.ts'
import { flatten, type ListItem } from './list-items.ts'
import styles from './SessionList.module.css'
import { SessionRow } from './SessionRow.tsx'
import { useSessionMenu } from './use-session-menu.tsx'

const rowHeight = 46
const headingHeight = 30
/** Below this every row is drawn; above, those in sight and a few around them. */
const virtualFrom = 100
/** So long after the last key the list may settle again. */
const keysRestMs = 5000

interface Props {
  layout: Layout
  /** The first nine, for the keys that go to them. */
  order: readonly SessionId[]
  /** The keyboard is at work in the list, or has come to rest or gone. */
  onKeys(working: boolean): void
  onMenu(open: boolean): void
}

/** Groups and sessions as one tree: arrows move, Enter shows, left and right fold, F2 renames, Delete discards. */
export function SessionTree({ layout, order, onKeys, onMenu }: Props) {
  const deck = useDeck()
  const { t } = useTranslation()
  const folded = useStore(deck.stores.view, (state) => state.folded)
  const focused = useStore(deck.stores.view, (state) => state.focused)
  const renaming = useStore(overlays, (state) => state.renaming)
  const repositories = useStore(deck.stores.repositories, (state) => state.value)
  const items = useMemo(() => flatten(layout, folded), [layout, folded])
  const [cursor, setCursor] = useState<string | null>(null)
  const [menuFor, setMenuFor] = useState<SessionId | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const menu = useSessionMenu(menuFor)
  const goKeys = useCommandKeys('session.go1')

  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items[index]?.kind === 'group' ? headingHeight : rowHeight),
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: items.length <= virtualFrom ? virtualFrom : 12,
    initialRect: { width: 264, height: 800 },
  })

  // Keyed by item, so that the cursor stays on its row when others come and go.
  const at = items.findIndex((item) => item.key === (cursor ?? focused))
  const active = items[at] ?? items[0]

  const goTo = (index: number): void => {
    const item = items[Math.max(0, Math.min(items.length - 1, index))]
    if (!item) return
    setCursor(item.key)
    virtual.scrollToIndex(items.indexOf(item))
  }
  const fold = (group: string, fold: boolean): void => {
    const rest = folded.filter((key) => key !== group)
    deck.stores.view.setState({ folded: fold ? [...rest, group] : rest })
  }
  const press = (item: ListItem): void => {
    setCursor(item.key)
    if (item.kind === 'group') fold(item.key, !item.folded)
    else showSession(deck, item.session)
  }

  // The session that is being renamed may stand anywhere, in a folded group too.
  useEffect(() => {
    if (!renaming) return
    const group = layout.find((one) => one.ids.includes(renaming))
    const { folded: now } = deck.stores.view.getState()
    if (group && now.includes(group.key)) {
      deck.stores.view.setState({ folded: now.filter((key) => key !== group.key) })
    }
    const index = items.findIndex((item) => item.key === renaming)
    if (index >= 0) virtual.scrollToIndex(index)
    // Only when a renaming begins: later changes of the list must not move it.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [renaming])

  const resting = useRef<ReturnType<typeof setTimeout> | null>(null)
  const rest = (): void => {
    if (resting.current !== null) clearTimeout(resting.current)
    resting.current = null
    onKeys(false)
  }
  const work = (): void => {
    if (resting.current !== null) clearTimeout(resting.current)
    resting.current = setTimeout(rest, keysRestMs)
    onKeys(true)
  }
  useEffect(
    () => () => {
      if (resting.current !== null) clearTimeout(resting.current)
    },
    [],
  )

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget || isComposing(event.nativeEvent)) return
    if (event.ctrlKey || event.altKey || event.metaKey || !active) return
    work()
    const index = items.indexOf(active)
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 1)
    const moves: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: items.length - 1,
    }
    const to = moves[event.key]
    if (to !== undefined) goTo(to)
    else if (event.key === 'Enter' || event.key === ' ') press(active)
    else if (event.key === 'ArrowLeft') {
      if (active.kind === 'session') goTo(items.findIndex((item) => item.key === active.group))
      else fold(active.key, true)
    } else if (event.key === 'ArrowRight') {
      if (active.kind !== 'group') return
      if (active.folded) fold(active.key, false)
      else goTo(index + 1)
    } else if (active.kind === 'session' && event.key === 'F2') deck.run('session.rename', active.session)
    else if (active.kind === 'session' && event.key === 'Delete') deck.run('session.discard', active.session)
    else if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      openMenuAt(document.getElementById(active.id))
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  /** A right click made by the keyboard or the row's own button. */
  const openMenuAt = (element: Element | null): void => {
    if (!element) return
    const box = element.getBoundingClientRect()
    element.dispatchEvent(
      new window.MouseEvent('contextmenu', {
        bubbles: true,
        cancelable: true,
        clientX: box.left + Math.min(box.width, 24),
        clientY: box.bottom - 4,
      }),
    )
  }
  const onContextMenu = (event: MouseEvent): void => {
    const row = (event.target as Element).closest<HTMLElement>('[data-session]')
    const session = (row?.dataset['session'] ?? null) as SessionId | null
    setMenuFor(session)
    if (session) setCursor(session)
    else event.preventDefault()
  }

  return (
    <ContextMenu items={menu} onOpenChange={onMenu}>
      <div ref={scroller} className={styles['scroller']} onContextMenuCapture={onContextMenu}>
        <div
          role="tree"
          tabIndex={0}
          aria-label={t('session.sessions')}
          className={styles['tree']}
          style={{ height: virtual.getTotalSize() }}
          {...(active ? { 'aria-activedescendant': active.id } : {})}
          onKeyDown={onKeyDown}
          onBlur={() => rest()}
        >
          {virtual.getVirtualItems().map((line) => {
            const item = items[line.index]
            if (!item) return null
            const place = { top: line.start, height: line.size }
            const shared = {
              id: item.id,
              role: 'treeitem',
              'aria-posinset': item.place,
              'aria-setsize': item.of,
              'data-active': item === active || undefined,
              style: place,
            }
            if (item.kind === 'group') {
              const name = groupName(item.key)
              return (
                <div
                  key={item.key}
                  {...shared}
                  aria-level={1}
                  aria-expanded={!item.folded}
                  className={styles['group']}
                  onClick={() => press(item)}
                >
                  <GroupHeading name={name} count={item.count} folded={item.folded} />
                </div>
              )
            }
            const nth = order.indexOf(item.session)
            return (
              <div
                key={item.key}
                {...shared}
                aria-level={2}
                aria-selected={item.session === focused}
                data-session={item.session}
                className={styles['row']}
                onClick={(event) => {
                  const more = (event.target as Element).closest('[data-more]')
                  if (more) openMenuAt(more)
                  else press(item)
                }}
              >
                <SessionRow id={item.session} shortcut={nth < 0 ? undefined : goKeys?.replace('1', String(nth + 1))} />
              </div>
            )
          })}
        </div>
      </div>
    </ContextMenu>
  )

  function groupName(key: string): string {
    const repository = /^repository:(.*)$/.exec(key)?.[1]
    if (repository === undefined) return t(`session.group-${key}`)
    return repositories?.find((one) => one.id === repository)?.name ?? repository
  }
}

function GroupHeading({ name, count, folded }: { name: string; count: number; folded: boolean }) {
  const { t } = useTranslation()
  return (
    <>
      {folded ? <ChevronRight size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
      <span className={styles['name']}>{name}</span>
      <span className={styles['count']}>{count}</span>
      <span className={styles['spoken']}>{t('session.groupUnit', { count })}</span>
    </>
  )
}
