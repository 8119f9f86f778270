import type { SessionId } from '@contract/ids.ts'
import type { IDockviewPanelHeaderProps } from 'dockview-react'
import { useEffect, useRef, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { reasonToText } from '../sessions/reason.ts'
import { shortRef } from '../shell/format.ts'
import { RelativeTime } from '../shell/RelativeTime.tsx'
import { StateGlyph } from '../shell/StateGlyph.tsx'
import styles from './PaneHeader.module.css'

/** The handle of a pane, which it is dragged by. */
export function PaneTab({ api }: IDockviewPanelHeaderProps) {
  const { stores } = useDeck()
  const id = api.id as SessionId
  const title = useStore(stores.sessions, (state) => state.value?.byId[id]?.title ?? '')
  const head = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (title !== '') api.setTitle(title)
    // Its name is what it shows, not the title alone.
    head.current?.closest('.dv-tab')?.removeAttribute('aria-label')
  }, [api, title])
  return <PaneHead id={id} ref={head} />
}

/** Left of a pane's header line: state, title, agent, branch, why it is in that state and since when, changed lines. Holds no buttons. */
export function PaneHead({ id, ref }: { id: SessionId; ref?: Ref<HTMLDivElement> }) {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const session = useStore(stores.sessions, (state) => state.value?.byId[id] ?? null)
  const agents = useStore(stores.agents, (state) => state.value)
  if (!session) return <div ref={ref} className={styles['tab']} />
  const agent = agents?.find((each) => each.id === session.agent)?.name ?? session.agent
  const reason = reasonToText(t, session.reason)
  const { changed } = session
  return (
    <div ref={ref} className={styles['tab']} data-need={session.state}>
      <StateGlyph state={session.state} />
      <span className={styles['title']} title={session.title}>
        {session.title}
      </span>
      <span className={styles['more']}>
        <span className={styles['agent']}>{agent}</span>
        {session.branch ? (
          <span className={styles['branch']} title={session.branch}>
            {shortRef(session.branch)}
          </span>
        ) : null}
        <span className={styles['reason']} title={reason}>
          {reason}
        </span>
        <span className={styles['time']}>
          <RelativeTime at={session.since} />
        </span>
      </span>
      {changed && changed.files > 0 ? (
        <span className={styles['counts']} title={t('stage.files', { count: changed.files })}>
          <span className={styles['added']}>+{changed.added}</span>
          <span className={styles['removed']}>−{changed.removed}</span>
        </span>
      ) : null}
    </div>
  )
}
