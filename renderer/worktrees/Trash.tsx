import type { TrashEntry } from '@contract/worktree.ts'
import { RotateCcw, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { Dialog } from '../shell/Dialog.tsx'
import { formatBytes } from '../shell/format.ts'
import { RelativeTime } from '../shell/RelativeTime.tsx'
import css from './Worktrees.module.css'

/** What was removed and can still be brought back: folder, branch, index and untracked files. */
export function Trash() {
  const deck = useDeck()
  const { t } = useTranslation()
  const [entries, setEntries] = useState<TrashEntry[]>([])
  const [busy, setBusy] = useState<string | null>(null)
  const [deleting, setDeleting] = useState<TrashEntry | null>(null)

  useEffect(() => {
    const handle = deck.client.open('worktree.trash', {}, { event: (event) => setEntries(event.entries) })
    return () => handle.close()
  }, [deck])

  const bringBack = async (entry: TrashEntry): Promise<void> => {
    setBusy(entry.id)
    const result = await deck.client.call('worktree.bringBack', { id: entry.id })
    setBusy(null)
    if (result.ok) deck.notify({ kind: 'done', text: t('worktree.broughtBack', { path: result.value.path }) })
    else
      deck.notify({
        kind: 'failed',
        text: t(`error.${result.error.code}`, { defaultValue: result.error.message }),
        detail: [result.error.message, result.error.detail].filter(Boolean).join('\n'),
      })
  }

  const deleteForGood = async (entry: TrashEntry): Promise<void> => {
    setDeleting(null)
    setBusy(entry.id)
    const result = await deck.client.call('worktree.empty', { id: entry.id })
    setBusy(null)
    if (!result.ok)
      deck.notify({
        kind: 'failed',
        text: t(`error.${result.error.code}`, { defaultValue: result.error.message }),
        detail: result.error.message,
      })
  }

  return (
    <section className={css.trash} aria-label={t('worktree.trash')}>
      <h2 className={css.trashTitle}>{t('worktree.trash')}</h2>
      {entries.length === 0 ? (
        <p className={css.faint}>{t('worktree.trashEmpty')}</p>
      ) : (
        <ul className={css.trashList}>
          {entries.map((entry) => (
            <li key={entry.id} className={css.trashRow}>
              <span className={css.trashMain}>
                <span className={css.nameText}>{entry.title || entry.branch?.replace(/^refs\/heads\//, '')}</span>
                <span className={css.path} title={entry.path}>
                  {entry.path}
                </span>
              </span>
              <span className={css.faint}>
                {[
                  entry.uncommitted > 0 && t('worktree.dirty', { count: entry.uncommitted }),
                  entry.untracked > 0 && t('worktree.untracked', { count: entry.untracked }),
                  entry.sizeBytes !== null && formatBytes(entry.sizeBytes),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
              <span
                className={css.faint}
                title={t('worktree.keptUntil', { date: new Date(entry.keptUntil).toLocaleDateString() })}
              >
                <RelativeTime at={entry.removedAt} />
              </span>
              <Button
                size="small"
                icon={<RotateCcw size={16} aria-hidden />}
                disabled={busy !== null}
                onClick={() => void bringBack(entry)}
              >
                {t('worktree.bringBack')}
              </Button>
              <Button
                size="small"
                variant="quiet"
                icon={<Trash2 size={16} aria-hidden />}
                disabled={busy !== null}
                onClick={() => setDeleting(entry)}
              >
                {t('worktree.deleteForGood')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Dialog
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={t('worktree.deleteTitle')}
        footer={
          <>
            <Button onClick={() => setDeleting(null)}>{t('worktree.keep')}</Button>
            <Button variant="danger" onClick={() => deleting && void deleteForGood(deleting)}>
              {t('worktree.deleteForGood')}
            </Button>
          </>
        }
      >
        <p className={css.lead}>{deleting && t('worktree.deleteText', { path: deleting.path })}</p>
      </Dialog>
    </section>
  )
}
