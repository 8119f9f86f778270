import type { SessionId } from '@contract/ids.ts'
import type { Session } from '@contract/session.ts'
import { ArchiveRestore } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { Dialog } from '../shell/Dialog.tsx'
import { EmptyState } from '../shell/EmptyState.tsx'
import { shortRef } from '../shell/format.ts'
import { closeOverlay, overlays } from '../shell/overlays.ts'
import { RelativeTime } from '../shell/RelativeTime.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import { foldSessions, type SessionsState } from '../stores/sessions.ts'
import { discardSession, unarchiveSession } from './actions.ts'
import { isRunning } from './grouping.ts'
import styles from './SessionDialogs.module.css'
import { SessionStages } from './SessionStages.tsx'

/** The sheets about one session, and the one of those that were put away. */
export function SessionDialogs() {
  const open = useStore(overlays, (state) => state.open)
  switch (open?.kind) {
    case 'discard':
      return <DiscardDialog id={open.session} />
    case 'stages':
      return <StagesDialog id={open.session} />
    case 'archived':
      return <ArchivedDialog />
    default:
      return null
  }
}

function useSession(id: SessionId): Session | undefined {
  return useStore(useDeck().stores.sessions, (state) => state.value?.byId[id])
}

function StagesDialog({ id }: { id: SessionId }) {
  const { t } = useTranslation()
  const session = useSession(id)
  return (
    <Dialog open onClose={closeOverlay} title={t('session.stages', { title: session?.title ?? '' })} width={640}>
      <SessionStages session={id} />
    </Dialog>
  )
}

function DiscardDialog({ id }: { id: SessionId }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const session = useSession(id)
  const days = useStore(deck.stores.settings, (state) => state.value?.trashDays ?? 14)
  const [busy, setBusy] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!session) closeOverlay()
  }, [session])
  if (!session) return null
  const own = session.place === 'own'
  const landed = session.landed !== null && session.landed.tree === session.tree
  const { changed } = session
  const discard = async (): Promise<void> => {
    setBusy(true)
    const done = await discardSession(deck, session)
    setBusy(false)
    if (done) closeOverlay()
  }
  return (
    <Dialog
      open
      onClose={closeOverlay}
      title={t('session.discardTitle', { title: session.title })}
      initialFocus={button}
      footer={
        <>
          <Button onClick={closeOverlay}>{t('shell.cancel')}</Button>
          <Button ref={button} variant="danger" disabled={busy} onClick={() => void discard()}>
            {t('session.discard')}
          </Button>
        </>
      }
    >
      <div className={styles['words']}>
        <p>{own ? t('session.discardTrash', { count: days }) : t('session.discardStays')}</p>
        {changed && changed.files > 0 && !landed ? (
          <p>{t('session.discardChanges', { count: changed.files, added: changed.added, removed: changed.removed })}</p>
        ) : null}
        {isRunning(session) ? <p>{t('session.discardStops')}</p> : null}
        <p className={styles['path']}>
          {session.worktree}
          {session.branch ? ` · ${shortRef(session.branch)}` : ''}
        </p>
      </div>
    </Dialog>
  )
}

function ArchivedDialog() {
  const deck = useDeck()
  const { t } = useTranslation()
  const [state, setState] = useState<SessionsState | null>(null)
  useEffect(() => {
    const handle = deck.client.open(
      'session.list',
      { archived: true },
      { event: (event) => setState((before) => foldSessions(before, event)) },
    )
    return () => handle.close()
  }, [deck])
  return (
    <Dialog open onClose={closeOverlay} title={t('session.archivedList')} width={600}>
      <ArchivedList state={state} />
    </Dialog>
  )
}

function ArchivedList({ state }: { state: SessionsState | null }) {
  const deck = useDeck()
  const { t } = useTranslation()
  if (!state) return <Spinner label={t('session.loading')} />
  const archived = state.ids
    .flatMap((id) => state.byId[id] ?? [])
    .filter((session) => session.archivedAt !== null)
    .sort((a, b) => (b.archivedAt ?? '').localeCompare(a.archivedAt ?? ''))
  if (archived.length === 0) return <EmptyState title={t('session.archivedNone')} />
  return (
    <ul className={styles['archived']}>
      {archived.map((session) => (
        <li key={session.id}>
          <div className={styles['about']}>
            <span className={styles['title']}>{session.title}</span>
            <span className={styles['path']}>
              {[session.branch ? shortRef(session.branch) : '', session.problem ?? session.worktree]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </div>
          {session.archivedAt ? (
            <span className={styles['when']}>
              {t('session.archivedAt')} <RelativeTime at={session.archivedAt} />
            </span>
          ) : null}
          <Button
            size="small"
            icon={<ArchiveRestore size={16} />}
            onClick={() => void unarchiveSession(deck, session.id)}
          >
            {t('session.putBack')}
          </Button>
        </li>
      ))}
    </ul>
  )
}
