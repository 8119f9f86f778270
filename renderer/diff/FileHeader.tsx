import type { ChangedFile } from '@contract/diff.ts'
import { ArrowDown, ArrowUp, Copy, MoreHorizontal, SquareArrowOutUpRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { isViewed } from '../review/file-tree.ts'
import type { Reading } from '../review/reading.ts'
import { reviewStore, useReview } from '../review/review-state.ts'
import { Checkbox } from '../shell/Checkbox.tsx'
import { IconButton } from '../shell/IconButton.tsx'
import { Menu } from '../shell/Menu.tsx'
import { useCommandKeys } from '../shell/use-command-keys.ts'
import styles from './FileHeader.module.css'

/** Path, marks and steps of the open file. */
export function FileHeader({
  reading,
  file,
  updated,
  isText,
  onEditor,
  onChange,
}: {
  reading: Reading
  file: ChangedFile
  updated: boolean
  /** Both sides are text: there are changes to step through. */
  isText: boolean
  onEditor: (() => void) | null
  onChange(which: 'next' | 'previous'): void
}) {
  const { t } = useTranslation()
  const { run, notify } = useDeck()
  const { client, stores } = useDeck()
  const layout = useStore(stores.settings, (state) => state.value?.diffLayout ?? 'split')
  const wrap = useStore(stores.settings, (state) => state.value?.wordWrap ?? false)
  const ignoreWhitespace = useReview((state) => state.ignoreWhitespace)
  const hideUnchanged = useReview((state) => state.hideUnchanged)
  const layoutKeys = useCommandKeys('diff.layout')
  const wrapKeys = useCommandKeys('diff.wrap')
  const slash = file.path.lastIndexOf('/')
  const folder = file.path.slice(0, slash + 1)
  const name = file.path.slice(slash + 1)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(file.path)
      notify({ kind: 'done', text: t('diff.copied') })
    } catch {
      notify({ kind: 'failed', text: t('diff.copy-failed'), detail: file.path })
    }
  }
  const set = (change: { ignoreWhitespace?: boolean; hideUnchanged?: boolean }): void =>
    reviewStore(client).setState(change)
  return (
    <header className={styles['header']}>
      <h3 className={styles['path']} title={file.path} aria-label={file.path}>
        {folder ? (
          <span className={styles['folder']}>
            <bdi>{folder}</bdi>
          </span>
        ) : null}
        <span className={styles['name']}>
          <bdi>{name}</bdi>
        </span>
      </h3>
      {updated ? (
        <span className={styles['updated']} role="status">
          {t('diff.updated')}
        </span>
      ) : null}
      <span className={styles['tools']}>
        {onEditor ? (
          <IconButton
            size="small"
            label={t('diff.open-in-editor')}
            icon={<SquareArrowOutUpRight size={14} />}
            onClick={onEditor}
          />
        ) : null}
        {isText ? (
          <>
            <IconButton
              size="small"
              label={t('diff.previous-change')}
              keys="["
              icon={<ArrowUp size={14} />}
              onClick={() => onChange('previous')}
            />
            <IconButton
              size="small"
              label={t('diff.next-change')}
              keys="]"
              icon={<ArrowDown size={14} />}
              onClick={() => onChange('next')}
            />
          </>
        ) : null}
        <Menu
          align="end"
          trigger={<IconButton size="small" label={t('diff.view')} icon={<MoreHorizontal size={14} />} />}
          items={[
            { label: t('diff.copy-path'), icon: <Copy size={16} />, run: () => void copy() },
            'separator',
            {
              label: t('diff.layout-split'),
              checked: layout === 'split',
              ...(layoutKeys ? { keys: layoutKeys } : {}),
              run: () => run('diff.layout'),
            },
            {
              label: t('diff.wrap'),
              checked: wrap,
              ...(wrapKeys ? { keys: wrapKeys } : {}),
              run: () => run('diff.wrap'),
            },
            'separator',
            {
              label: t('diff.ignore-whitespace'),
              checked: ignoreWhitespace,
              run: () => set({ ignoreWhitespace: !ignoreWhitespace }),
            },
            {
              label: t('diff.hide-unchanged'),
              checked: hideUnchanged,
              run: () => set({ hideUnchanged: !hideUnchanged }),
            },
            'separator',
            { label: t('review.command-next-file'), keys: 'n', run: () => reading.step(1) },
            { label: t('review.command-previous-file'), keys: 'p', run: () => reading.step(-1) },
            { label: t('review.command-next-unseen'), keys: 'u', run: () => reading.step(1, true) },
            { label: t('review.command-toggle-viewed'), keys: 'v', run: reading.toggleViewed },
            { label: t('review.command-viewed-and-on'), keys: 'e', run: reading.viewedAndOn },
          ]}
        />
        <Checkbox
          checked={isViewed(file, reading.marks)}
          onChange={(viewed) => reading.mark([file], viewed)}
          label={t('diff.viewed')}
        />
      </span>
    </header>
  )
}
