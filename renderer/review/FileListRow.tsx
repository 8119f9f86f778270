import { ChevronDown, ChevronRight, CircleDot } from 'lucide-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { statusLetter } from '../diff/file-facts.ts'
import { Checkbox } from '../shell/Checkbox.tsx'
import { formatBytes } from '../shell/format.ts'
import styles from './FileList.module.css'
import {
  changedSinceViewed,
  isViewed,
  type FileRow,
  type FolderRow,
  type NamedRow,
  type Row,
  type SectionRow,
} from './file-tree.ts'

interface RowProps {
  id: string
  row: Row
  top: number
  height: number
  open: boolean
  current: boolean
  marks: Readonly<Record<string, string>>
  onPress(): void
  onToggle(): void
}

export const FileListRow = memo(
  function FileListRow({ id, row, top, height, open, current, marks, onPress, onToggle }: RowProps) {
    const foldable = row.kind === 'folder' || row.kind === 'section'
    return (
      <div
        id={id}
        role="treeitem"
        aria-level={row.kind === 'file' || row.kind === 'folder' ? row.depth + 1 : 1}
        aria-selected={open}
        {...(foldable ? { 'aria-expanded': row.open } : {})}
        className={styles['row']}
        data-kind={row.kind}
        data-open={open || undefined}
        data-current={current || undefined}
        style={{ transform: `translateY(${top}px)`, height }}
        onMouseDown={(event) => {
          // The keys stay with the list; its row is no field of its own.
          if (!(event.target instanceof HTMLInputElement))
            event.currentTarget.parentElement?.focus({ preventScroll: true })
        }}
        onClick={(event) => {
          if (!(event.target instanceof Element && event.target.closest('label'))) onPress()
        }}
      >
        {row.kind === 'file' ? <FileCells row={row} marks={marks} onToggle={onToggle} /> : null}
        {row.kind === 'folder' ? <FolderCells row={row} onToggle={onToggle} /> : null}
        {row.kind === 'section' ? <SectionCells row={row} /> : null}
        {row.kind === 'named' ? <NamedCells row={row} /> : null}
      </div>
    )
  },
  (before, after) =>
    before.row === after.row &&
    before.top === after.top &&
    before.height === after.height &&
    before.open === after.open &&
    before.current === after.current &&
    before.marks === after.marks,
)

function FileCells({ row, marks, onToggle }: { row: FileRow; marks: RowProps['marks']; onToggle(): void }) {
  const { t } = useTranslation()
  const { file } = row
  const seen = isViewed(file, marks)
  const changed = changedSinceViewed(file, marks)
  const letter = statusLetter(file)
  const state = t(file.untracked ? 'review.state-untracked' : `review.state-${file.status}`)
  const title = file.oldPath ? `${file.oldPath} → ${file.path}` : file.path
  return (
    <>
      <span className={styles['indent']} style={{ width: row.depth * 14 + 4 }} />
      <span
        className={styles['letter']}
        data-letter={letter}
        data-untracked={file.untracked || undefined}
        title={state}
      >
        <span aria-hidden>{letter}</span>
        <span className={styles['spoken']}>{state}</span>
      </span>
      <span className={styles['name']} data-seen={seen || undefined} title={title}>
        <bdi>{row.name}</bdi>
        {row.folder ? (
          <span className={styles['folder']}>
            <bdi>{row.folder}</bdi>
          </span>
        ) : null}
      </span>
      {changed ? (
        <span className={styles['changed']} title={t('review.changed-since-viewed')}>
          <CircleDot size={12} aria-label={t('review.changed-since-viewed')} />
        </span>
      ) : null}
      <Counts added={file.added} removed={file.removed} binary={file.binary} submodule={file.submodule} />
      <Checkbox checked={seen} onChange={onToggle} label={t('review.viewed-file', { path: file.path })} hideLabel />
    </>
  )
}

function FolderCells({ row, onToggle }: { row: FolderRow; onToggle(): void }) {
  const { t } = useTranslation()
  const Chevron = row.open ? ChevronDown : ChevronRight
  return (
    <>
      <span className={styles['indent']} style={{ width: row.depth * 14 }} />
      <Chevron size={14} aria-hidden className={styles['chevron']} />
      <span className={styles['name']} data-folder title={row.key}>
        <bdi>{row.name}</bdi>
      </span>
      <span className={styles['tally']}>{t('review.folder-viewed', { viewed: row.viewed, count: row.files })}</span>
      {row.open ? null : <Counts added={row.added} removed={row.removed} />}
      <Checkbox
        checked={row.viewed === row.files}
        onChange={onToggle}
        label={t('review.viewed-folder', { path: row.key })}
        hideLabel
      />
    </>
  )
}

function SectionCells({ row }: { row: SectionRow }) {
  const { t } = useTranslation()
  const Chevron = row.open ? ChevronDown : ChevronRight
  return (
    <>
      <Chevron size={14} aria-hidden className={styles['chevron']} />
      <span className={styles['name']} data-section={row.section} title={t(`review.section-${row.section}-why`)}>
        {t(`review.section-${row.section}`, { count: row.count })}
      </span>
      {row.section === 'left-out' ? null : <Counts added={row.added} removed={row.removed} />}
    </>
  )
}

function NamedCells({ row }: { row: NamedRow }) {
  return (
    <>
      <span className={styles['indent']} style={{ width: 18 }} />
      <span className={styles['name']} data-seen title={row.path}>
        <bdi>{row.path}</bdi>
      </span>
      {row.sizeBytes === null ? null : <span className={styles['tally']}>{formatBytes(row.sizeBytes)}</span>}
    </>
  )
}

/** Added and removed lines, or what the file is where lines are not counted. */
function Counts({
  added,
  removed,
  binary = false,
  submodule = false,
}: {
  added: number
  removed: number
  binary?: boolean
  submodule?: boolean
}) {
  const { t, i18n } = useTranslation()
  if (submodule) return <span className={styles['tally']}>{t('review.submodule')}</span>
  if (binary) return <span className={styles['tally']}>{t('review.binary')}</span>
  return (
    <span className={styles['counts']}>
      {added > 0 ? <span className={styles['added']}>+{added.toLocaleString(i18n.language)}</span> : null}
      {removed > 0 ? <span className={styles['removed']}>−{removed.toLocaleString(i18n.language)}</span> : null}
    </span>
  )
}
