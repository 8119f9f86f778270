import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from './Button.tsx'
import { onTick } from './clock.ts'
import styles from './ConnectionBanner.module.css'

const never = (): (() => void) => () => {}

/** Over everything while the backend is away: what is shown is the last that was known, and when the next try is. */
export function ConnectionBanner() {
  const { stores, client } = useDeck()
  const { t } = useTranslation()
  const { state, retryAt, refused } = useStore(stores.connection)
  const seconds = useSyncExternalStore(retryAt === null ? never : onTick, () =>
    retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)),
  )
  if (refused || state === 'open' || state === 'closed') return null
  if (state === 'other-build') {
    return (
      <div role="alert" className={styles['banner']}>
        {t('shell.otherBuild')}
        <Button size="small" variant="primary" onClick={() => location.reload()}>
          {t('shell.reload')}
        </Button>
      </div>
    )
  }
  return (
    <div role="status" className={styles['banner']}>
      {state === 'connecting' ? t('shell.connecting') : t('shell.lost')}
      {state === 'lost' && seconds > 0 ? ` ${t('shell.nextTry', { count: seconds })}` : null}
      {state === 'lost' ? (
        <Button size="small" onClick={() => client.reconnect()}>
          {t('shell.tryNow')}
        </Button>
      ) : null}
    </div>
  )
}
