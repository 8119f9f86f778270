import type { Failure } from '@contract/result.ts'
import type { Worktree } from '@contract/worktree.ts'
import { useVirtualizer } from '@tanstack/react-virtual'
import { FolderTree } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { EmptyState } from '../shell/EmptyState.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import { TextField } from '../shell/TextField.tsx'
import { RemoveDialog } from './RemoveDialog.tsx'
import { sortWorktrees, type SortKey } from './sort.ts'
import { Trash } from './Trash.tsx'
import { WorktreeRow } from './WorktreeRow.tsx'
import css from './Worktrees.module.css'

const columns: readonly { key: SortKey; label: string }[] = [
  { key: 'name', label: 'worktree.branch' },
  { key: 'ahead', label: 'worktree.aheadBehind' },
  { key: 'dirty', label: 'worktree.changes' },
  { key: 'session', label: 'worktree.session' },
  { key: 'activeAt', label: 'worktree.active' },
  { key: 'sizeBytes', label: 'worktree.size' },
]

/** Every worktree of the repository, ours and others', and the trash. */
export function WorktreesPage() {
  const deck = useDeck()
  const { t } = useTranslation()
  const repository = useStore(deck.stores.view, (state) => state.repository)
  const name = useStore(
    deck.stores.repositories,
    (state) => state.value?.find((one) => one.id === repository)?.name ?? '',
  )
  const [worktrees, setWorktrees] = useState<Worktree[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [filter, setFilter] = useState('')
  const [sort, setSort] = useState<{ key: SortKey; down: boolean }>({ key: 'activeAt', down: true })
  const [removing, setRemoving] = useState<Worktree | null>(null)

  useEffect(() => {
    if (repository === null) return undefined
    const handle = deck.client.open(
      'worktree.list',
      { repository },
      {
        event: (event) => {
          setWorktrees(event.worktrees)
          setProblem(event.problem)
        },
        end: (error: Failure | undefined) => {
          if (error) setProblem(error.message)
        },
      },
    )
    return () => {
      handle.close()
      setWorktrees(null)
    }
  }, [deck, repository])

  const shown = useMemo(() => sortWorktrees(worktrees ?? [], sort, filter), [worktrees, sort, filter])
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 45,
    overscan: 12,
    getItemKey: (index) => shown[index]?.path ?? index,
  })
  const remove = useCallback((worktree: Worktree) => setRemoving(worktree), [])

  if (repository === null)
    return (
      <EmptyState
        icon={<FolderTree size={24} />}
        title={t('worktree.noRepository')}
        action={
          <Button variant="primary" onClick={() => deck.run('repository.open')}>
            {t('repository.openTitle')}
          </Button>
        }
      />
    )

  return (
    <div className={css.page}>
      <header className={css.header}>
        <h1 className={css.title}>{t('worktree.title', { name })}</h1>
        <div className={css.filter}>
          <TextField
            label={t('worktree.filter')}
            hideLabel
            value={filter}
            onChange={setFilter}
            placeholder={t('worktree.filter')}
          />
        </div>
        <Button variant="quiet" onClick={() => deck.stores.view.setState({ page: 'stage' })}>
          {t('worktree.back')}
        </Button>
      </header>
      {problem && (
        <p className={css.problem} role="alert">
          {problem}
        </p>
      )}
      <div className={css.scroller} ref={scroller}>
        <div
          role="table"
          aria-label={t('worktree.title', { name })}
          aria-rowcount={shown.length + 1}
          className={css.table}
        >
          <div role="row" className={css.head}>
            {columns.map((column) => (
              <div
                role="columnheader"
                key={column.key}
                className={css.cell}
                aria-sort={sort.key === column.key ? (sort.down ? 'descending' : 'ascending') : 'none'}
              >
                <button
                  type="button"
                  className={css.sort}
                  onClick={() =>
                    setSort((before) => ({ key: column.key, down: before.key === column.key ? !before.down : true }))
                  }
                >
                  {t(column.label)}
                  {sort.key === column.key && <span aria-hidden>{sort.down ? ' ↓' : ' ↑'}</span>}
                </button>
              </div>
            ))}
            <div role="columnheader" className={css.cell}>
              <span className={css.hidden}>{t('worktree.actions')}</span>
            </div>
          </div>
          <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
            {rows.getVirtualItems().map((item) => {
              const worktree = shown[item.index]
              return (
                worktree && (
                  <div
                    key={item.key}
                    ref={rows.measureElement}
                    data-index={item.index}
                    className={css.virtual}
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <WorktreeRow worktree={worktree} onRemove={remove} />
                  </div>
                )
              )
            })}
          </div>
        </div>
        {worktrees === null && !problem && (
          <div className={css.wait}>
            <Spinner label={t('worktree.reading')} />
          </div>
        )}
        {worktrees !== null && shown.length === 0 && (
          <EmptyState title={filter === '' ? t('worktree.none') : t('worktree.noMatch', { filter })} />
        )}
        <Trash />
      </div>
      <RemoveDialog repository={repository} worktree={removing} onClose={() => setRemoving(null)} />
    </div>
  )
}
