import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { Button } from './Button.tsx'
import styles from './FullPage.module.css'
import { overlays } from './overlays.ts'

function FullPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={styles['page']}>
      <div className={styles['inner']}>
        <h1 className={styles['title']}>{title}</h1>
        {children}
      </div>
    </main>
  )
}

/** This tab has no token, or an old one: what that means and how to get in. */
export function RefusedPage() {
  const { t } = useTranslation()
  return (
    <FullPage title={t('shell.refusedTitle')}>
      <p>{t('shell.refusedText')}</p>
      <p>{t('shell.refusedHow')}</p>
      <pre>npm start</pre>
      <Button onClick={() => location.reload()}>{t('shell.reload')}</Button>
    </FullPage>
  )
}

/** The program was ended from this page: what became of the agents, and how to come back. */
export function EndedPage() {
  const { t } = useTranslation()
  const ended = useStore(overlays, (state) => state.ended)
  return (
    <FullPage title={t('shell.endedTitle')}>
      <p>{t(`shell.ended-${ended}`)}</p>
      <p>{t('shell.endedHow')}</p>
      <pre>npm start</pre>
      <p>{t('shell.endedTab')}</p>
    </FullPage>
  )
}
