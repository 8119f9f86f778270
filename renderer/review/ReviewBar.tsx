import type { DiffScope } from '@contract/diff.ts'
import { ChevronLeft, ChevronRight, FolderTree, List, Maximize2, Minimize2, Search, SkipForward } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { IconButton } from '../shell/IconButton.tsx'
import { Segmented } from '../shell/Segmented.tsx'
import { useCommandKeys } from '../shell/use-command-keys.ts'
import { viewedProgress } from './ledger.ts'
import type { Reading } from './reading.ts'
import { reviewStore, useReview } from './review-state.ts'
import styles from './ReviewBar.module.css'

/** What is compared, how much of it was seen, and how the files are shown. */
export function ReviewBar({
  reading,
  base,
  filtering,
  onFilter,
  narrow,
  canWiden,
  turns,
  listing,
  onListing,
}: {
  reading: Reading
  base: string
  filtering: boolean
  onFilter(): void
  narrow: boolean
  canWiden: boolean
  /** No room for files and diff at once: `listing` says which is shown. */
  turns: boolean
  listing: boolean
  onListing(): void
}) {
  const { t, i18n } = useTranslation()
  const { client } = useDeck()
  const wide = useReview((state) => state.wide)
  const nextKeys = useCommandKeys('review.nextUnseen')
  const { list } = reading.changes
  const progress = useMemo(() => viewedProgress(list?.files ?? [], reading.marks), [list, reading.marks])
  const untracked = useMemo(() => (list?.files ?? []).filter((file) => file.untracked).length, [list])
  const number = (value: number): string => value.toLocaleString(i18n.language)
  return (
    <div className={styles['bar']} data-narrow={narrow || undefined}>
      {turns ? (
        <Button size="small" aria-pressed={listing} onClick={onListing}>
          {t(listing ? 'review.show-diff' : 'review.show-files')}
        </Button>
      ) : null}
      <Segmented<DiffScope>
        value={reading.scope}
        onChange={reading.setScope}
        label={t('review.scope')}
        options={[
          { value: 'branch', label: t('review.scope-branch', { base }) },
          { value: 'uncommitted', label: t('review.scope-uncommitted') },
        ]}
      />
      <span className={styles['end']}>
        {turns && !listing ? (
          <>
            <IconButton
              size="small"
              label={t('review.command-previous-file')}
              keys="p"
              icon={<ChevronLeft size={14} />}
              onClick={() => reading.step(-1)}
            />
            <IconButton
              size="small"
              label={t('review.command-next-file')}
              keys="n"
              icon={<ChevronRight size={14} />}
              onClick={() => reading.step(1)}
            />
          </>
        ) : null}
        {turns && !listing ? null : (
          <>
            <IconButton
              size="small"
              label={t('review.next-unseen')}
              keys={nextKeys ?? 'u'}
              icon={<SkipForward size={14} />}
              disabled={progress.viewed >= progress.total}
              onClick={() => reading.step(1, true)}
            />
            <IconButton
              size="small"
              label={t(reading.layout === 'tree' ? 'review.as-list' : 'review.as-tree')}
              icon={reading.layout === 'tree' ? <List size={14} /> : <FolderTree size={14} />}
              onClick={() =>
                void client.call('settings.change', { fileList: reading.layout === 'tree' ? 'list' : 'tree' })
              }
            />
            <IconButton
              size="small"
              label={t('review.filter')}
              keys="/"
              pressed={filtering}
              icon={<Search size={14} />}
              onClick={onFilter}
            />
          </>
        )}
        {canWiden ? (
          <IconButton
            size="small"
            className={styles['widen']}
            label={t(wide ? 'review.narrow' : 'review.wide')}
            pressed={wide}
            icon={wide ? <Minimize2 size={14} /> : <Maximize2 size={14} />}
            onClick={() => reviewStore(client).setState({ wide: !wide })}
          />
        ) : null}
      </span>
      {list && list.files.length > 0 && !turns ? (
        <span className={styles['counts']}>
          <span>{t('review.file-count', { count: list.files.length, shown: number(list.files.length) })}</span>
          <span className={styles['added']}>+{number(list.added)}</span>
          <span className={styles['removed']}>−{number(list.removed)}</span>
          {untracked > 0 ? (
            <span className={styles['quiet']} title={t('review.untracked-why')}>
              {t('review.untracked-count', { count: untracked, shown: number(untracked) })}
            </span>
          ) : null}
          <span className={styles['progress']} title={t('review.progress-why')}>
            {narrow ? null : <meter min={0} max={progress.total} value={progress.viewed} aria-hidden />}
            {t('review.progress', { viewed: number(progress.viewed), total: number(progress.total) })}
          </span>
        </span>
      ) : null}
    </div>
  )
}
