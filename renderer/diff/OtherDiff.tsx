import type { FileDiff } from '@contract/diff.ts'
import { FileQuestion, GitCommitHorizontal, Package } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../shell/EmptyState.tsx'
import { formatBytes } from '../shell/format.ts'
import styles from './OtherDiff.module.css'

/** What is neither text nor image, in words: sizes of a binary, commits of a submodule, why a file is not shown. */
export function OtherDiff({ diff }: { diff: Exclude<FileDiff, { kind: 'text' } | { kind: 'image' }> }) {
  const { t } = useTranslation()
  if (diff.kind === 'submodule') {
    const short = (commit: string | null): string => (commit === null ? t('diff.none') : commit.slice(0, 12))
    return (
      <div className={styles['submodule']}>
        <p className={styles['head']}>
          <GitCommitHorizontal size={16} aria-hidden />
          {t('diff.submodule')}
          <code>{short(diff.oldCommit)}</code>→<code>{short(diff.newCommit)}</code>
        </p>
        {diff.log.trim() === '' ? (
          <p className={styles['quiet']}>{t('diff.submodule-no-log')}</p>
        ) : (
          <pre className={styles['log']}>{diff.log}</pre>
        )}
      </div>
    )
  }
  const sizes = <Sizes old={diff.oldSizeBytes} now={diff.newSizeBytes} />
  if (diff.kind === 'binary') return <EmptyState icon={<Package size={24} />} title={t('diff.binary')} text={sizes} />
  return (
    <EmptyState
      icon={<FileQuestion size={24} />}
      title={t('diff.too-large')}
      text={
        <>
          {sizes}
          <br />
          {t('diff.too-large-text', { limit: formatBytes(diff.limitBytes) })}
        </>
      }
    />
  )
}

function Sizes({ old, now }: { old: number | null; now: number | null }) {
  const { t } = useTranslation()
  if (old === null && now === null) return null
  if (old === null) return t('diff.size-new', { size: formatBytes(now ?? 0) })
  if (now === null) return t('diff.size-gone', { size: formatBytes(old) })
  if (old === now) return t('diff.size-same', { size: formatBytes(now) })
  const change = `${now > old ? '+' : '−'}${formatBytes(Math.abs(now - old))}`
  return t('diff.size-changed', { old: formatBytes(old), now: formatBytes(now), change })
}
