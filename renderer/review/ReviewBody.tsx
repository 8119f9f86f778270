import { GitCompareArrows, TriangleAlert } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { DiffFile, type DiffHandle } from '../diff/DiffFile.tsx'
import { EmptyState } from '../shell/EmptyState.tsx'
import { shortRef } from '../shell/format.ts'
import { Spinner } from '../shell/Spinner.tsx'
import { TextField } from '../shell/TextField.tsx'
import { addActions, touchActions, type ReviewActions } from './active.ts'
import { FileList } from './FileList.tsx'
import type { Reading } from './reading.ts'
import { ReviewBar } from './ReviewBar.tsx'
import styles from './ReviewBody.module.css'
import { SplitLine } from '../shell/SplitLine.tsx'
import { reviewStore, useReview } from './review-state.ts'

/** Width (pixels) from which the files stand beside the diff. */
const besideFrom = 860
/** Under this height (pixels), one above the other, files and diff take turns. */
const turnsBelow = 420

export interface Deciding {
  approve(): void
  land(): void
}

/** Scope, files and the open diff of one session. `deciding` and `footer` are the review column's; a pane has none. */
export function ReviewBody({
  reading,
  deciding = null,
  footer,
}: {
  reading: Reading
  deciding?: Deciding | null
  footer?: ReactNode
}) {
  const { t } = useTranslation()
  const { client, stores } = useDeck()
  const { session } = reading
  const about = useStore(stores.sessions, (state) => state.value?.byId[session] ?? null)
  const listShare = useReview((state) => state.listShare)
  const listWidth = useReview((state) => state.listWidth)
  const root = useRef<HTMLDivElement>(null)
  const files = useRef<HTMLDivElement>(null)
  const diff = useRef<DiffHandle>(null)
  const filterField = useRef<HTMLDivElement>(null)
  const [filtering, setFiltering] = useState(false)
  const [beside, setBeside] = useState(false)
  const [low, setLow] = useState(false)
  const [listing, setListing] = useState(false)
  const turns = low && !beside
  const latest = useRef(deciding)
  const { step, toggleViewed, viewedAndOn, setFilter } = reading

  useEffect(() => {
    latest.current = deciding
  })

  useEffect(() => {
    const element = root.current
    if (!element) return
    const observer = new ResizeObserver(() => {
      setBeside(element.clientWidth >= besideFrom)
      setLow(element.clientHeight < turnsBelow)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const openFilter = useCallback(() => {
    setFiltering(true)
    setListing(true)
    filterField.current?.querySelector('input')?.focus()
  }, [])
  const closeFilter = useCallback(() => {
    setFiltering(false)
    setFilter('')
    files.current?.focus()
  }, [setFilter])

  const decides = deciding !== null
  const actions = useMemo<ReviewActions>(
    () => ({
      session,
      step,
      toggleViewed,
      viewedAndOn,
      goToChange: (which) => diff.current?.goToChange(which),
      focusFiles: () => files.current?.focus(),
      focusDiff: () => diff.current?.focus(),
      filter: openFilter,
      ...(decides ? { approve: () => latest.current?.approve(), land: () => latest.current?.land() } : {}),
    }),
    [session, step, toggleViewed, viewedAndOn, openFilter, decides],
  )
  useEffect(() => addActions(client, actions), [client, actions])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return
    const keys: Record<string, () => void> = {
      n: () => step(1),
      p: () => step(-1),
      u: () => step(1, true),
      v: toggleViewed,
      e: viewedAndOn,
      ']': () => diff.current?.goToChange('next'),
      '[': () => diff.current?.goToChange('previous'),
      '/': openFilter,
    }
    const run = keys[event.key]
    if (!run) return
    event.preventDefault()
    event.stopPropagation()
    run()
  }

  const { list, problem } = reading.changes
  const empty = list !== null && list.files.length === 0 && list.leftOut.length === 0 && list.unmerged.length === 0
  const base = shortRef(list?.baseRef ?? about?.base ?? '')
  const resize = (pixels: number, size: number): void => {
    if (beside)
      reviewStore(client).setState({ listWidth: Math.round(Math.min(Math.max(pixels, 160), 600, size - 320)) })
    else reviewStore(client).setState({ listShare: Math.min(Math.max((pixels / size) * 100, 10), 80) })
  }

  return (
    <div
      ref={root}
      className={styles['body']}
      role="group"
      aria-label={t('review.changes-of', { title: about?.title ?? '' })}
      onKeyDownCapture={onKeyDown}
      onPointerDownCapture={() => touchActions(client, actions)}
      onFocusCapture={() => touchActions(client, actions)}
    >
      <ReviewBar
        reading={reading}
        base={base}
        filtering={filtering}
        onFilter={filtering ? closeFilter : openFilter}
        narrow={!beside}
        canWiden={decides}
        turns={turns}
        listing={listing}
        onListing={() => setListing(!listing)}
      />
      {problem !== null && list !== null ? (
        <p className={styles['problem']} role="alert">
          <TriangleAlert size={14} aria-hidden />
          {t('review.problem-stale', { problem })}
        </p>
      ) : null}
      {list === null ? (
        <div className={styles['wait']}>
          {problem === null ? (
            <Spinner label={t(about?.state === 'starting' ? 'review.waiting-worktree' : 'review.waiting-list')} />
          ) : (
            <EmptyState icon={<TriangleAlert size={24} />} title={t('review.problem')} text={problem} />
          )}
        </div>
      ) : empty && !reading.gone ? (
        <div className={styles['wait']}>
          <EmptyState
            icon={<GitCompareArrows size={24} />}
            title={t(`review.empty-${reading.scope}`)}
            text={t(`review.empty-${reading.scope}-text`, { base })}
          />
        </div>
      ) : (
        <div
          className={styles['split']}
          data-beside={beside || undefined}
          data-turn={turns ? (listing ? 'list' : 'diff') : undefined}
          style={
            turns
              ? {}
              : beside
                ? { gridTemplateColumns: `${listWidth}px 1px minmax(0, 1fr)` }
                : { gridTemplateRows: `minmax(${listMinimum(reading)}px, ${listShare}%) 1px minmax(0, 1fr)` }
          }
        >
          <div className={styles['list']}>
            {filtering ? (
              <div
                ref={filterField}
                className={styles['filter']}
                onKeyDown={(event) => {
                  if (event.key === 'Escape') closeFilter()
                  else if (event.key === 'ArrowDown' || event.key === 'Enter') files.current?.focus()
                  else return
                  event.preventDefault()
                  event.stopPropagation()
                }}
              >
                <TextField
                  value={reading.filter}
                  onChange={setFilter}
                  label={t('review.filter')}
                  hideLabel
                  placeholder={t('review.filter')}
                  // With its first frame: the keys typed next are meant for it.
                  autoFocus
                />
              </div>
            ) : null}
            {reading.rows.length === 0 ? (
              <p className={styles['none']}>{t(reading.filter ? 'review.filter-none' : 'review.nothing')}</p>
            ) : (
              <FileList
                reading={reading}
                listRef={files}
                onEnter={() => {
                  setListing(false)
                  diff.current?.focus()
                }}
                onPick={() => setListing(false)}
              />
            )}
          </div>
          <SplitLine
            vertical={beside}
            label={t('review.resize')}
            percent={beside ? listWidth / 10 : listShare}
            onMove={resize}
          />
          <div className={styles['diff']}>
            {reading.file ? (
              <DiffFile reading={reading} worktree={about?.worktree ?? ''} handle={diff} />
            ) : (
              <EmptyState title={t('review.choose-file')} />
            )}
          </div>
        </div>
      )}
      {footer}
    </div>
  )
}

/** The list is never smaller than its rows need, up to three of them. */
function listMinimum(reading: Reading): number {
  return Math.min(Math.max(reading.rows.length, 1), 3) * 30
}

/** Letters typed into a field are text; the editor's own hidden field only reads. */
function isTyping(target: EventTarget): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('.monaco-editor .find-widget, .quick-input-widget')) return true
  if (target.closest('.monaco-editor')) return false
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox' && target.type !== 'range'
  return target instanceof HTMLTextAreaElement || target.isContentEditable
}
