import type { Session, SessionState } from '@contract/session.ts'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'
import { reasonToText } from '../sessions/reason.ts'
import styles from './Announcer.module.css'

/** Worth saying aloud; everything else would be noise with ten agents at work. */
const spoken: readonly SessionState[] = ['needs-approval', 'asks-question', 'failed', 'turn-finished']

/** Tells a screen reader when a session comes to want something. */
export function Announcer() {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  useEffect(() => {
    let before = stores.sessions.getState().value
    return stores.sessions.subscribe(({ value }) => {
      const told = before
      before = value
      if (!told || !value) return
      const news = value.ids
        .flatMap((id): Session[] => {
          const now = value.byId[id]
          const then = told.byId[id]
          return now && then && now.state !== then.state && spoken.includes(now.state) ? [now] : []
        })
        .map((session) => `${session.title}: ${t(`state.${session.state}`)}. ${reasonToText(t, session.reason)}`)
      if (news.length > 0) setWords(news.join(' '))
    })
  }, [stores, t])
  return (
    <div aria-live="polite" role="log" className={styles['announcer']}>
      {words}
    </div>
  )
}
