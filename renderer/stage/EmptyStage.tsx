import { Columns2, FolderOpen, SquareTerminal } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { EmptyState } from '../shell/EmptyState.tsx'
import styles from './Stage.module.css'

/** What stands on a stage without panes: the next step. */
export function EmptyStage() {
  const deck = useDeck()
  const { t } = useTranslation()
  const repository = useStore(deck.stores.view, (state) => state.repository)
  const repositories = useStore(deck.stores.repositories, (state) => state.value?.length ?? 0)
  const sessions = useStore(
    deck.stores.sessions,
    (state) =>
      state.value?.ids.filter((id) => repository === null || state.value?.byId[id]?.repository === repository).length ??
      0,
  )
  const newSession = (
    <Button variant={sessions === 0 ? 'primary' : 'plain'} onClick={() => deck.run('session.new')}>
      {t('stage.new-session')}
    </Button>
  )
  return (
    <div className={styles['empty']}>
      {repositories === 0 ? (
        <EmptyState
          icon={<FolderOpen size={28} strokeWidth={1.5} />}
          title={t('stage.empty-repository')}
          text={t('stage.empty-repository-text')}
          action={
            <Button variant="primary" onClick={() => deck.run('repository.open')}>
              {t('stage.open-repository')}
            </Button>
          }
        />
      ) : sessions === 0 ? (
        <EmptyState
          icon={<SquareTerminal size={28} strokeWidth={1.5} />}
          title={t('stage.empty-none')}
          text={t('stage.empty-none-text')}
          action={newSession}
        />
      ) : (
        <EmptyState
          icon={<Columns2 size={28} strokeWidth={1.5} />}
          title={t('stage.empty-title')}
          text={t('stage.empty-closed-text')}
          action={
            <>
              <Button variant="primary" onClick={() => deck.stage.current?.preset(4)}>
                {t('stage.show-some')}
              </Button>
              {newSession}
            </>
          }
        />
      )}
    </div>
  )
}
