import type { SessionId } from '@contract/ids.ts'
import type { Session } from '@contract/session.ts'
import { ArrowLeft, GitBranch, PanelRight } from 'lucide-react'
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { EmptyState } from '../shell/EmptyState.tsx'
import { shortRef } from '../shell/format.ts'
import { useDecision } from './deciding.ts'
import { LandingDialog } from './LandingDialog.tsx'
import { useReading } from './reading.ts'
import { ReviewBody } from './ReviewBody.tsx'
import styles from './ReviewColumn.module.css'
import { reviewStore, useReview } from './review-state.ts'
import { VerdictBar } from './VerdictBar.tsx'

/** The right-hand column: what a session has changed, read, approved and landed. `session` null: none is chosen. */
export function ReviewColumn({ session }: { session: SessionId | null }) {
  const { t } = useTranslation()
  const { stores } = useDeck()
  const known = useStore(stores.sessions, (state) => (session === null ? null : (state.value?.byId[session] ?? null)))
  if (!known)
    return (
      <div className={styles['column']}>
        <EmptyState icon={<PanelRight size={24} />} title={t('review.no-session')} text={t('review.no-session-text')} />
      </div>
    )
  return <SessionReview key={known.id} session={known} />
}

function SessionReview({ session }: { session: Session }) {
  const { client } = useDeck()
  const wide = useReview((state) => state.wide)
  const landing = useReview((state) => state.landing === session.id)
  return (
    <Widened wide={wide}>
      <header className={styles['header']}>
        <h2 className={styles['title']} title={session.title}>
          {session.title}
        </h2>
        <BranchLine session={session} />
      </header>
      {session.problem ? (
        <p className={styles['problem']} role="alert">
          {session.problem}
        </p>
      ) : null}
      <DecidedBody session={session} />
      {landing ? (
        <LandingDialog session={session} onClose={() => reviewStore(client).setState({ landing: null })} />
      ) : null}
    </Widened>
  )
}

function DecidedBody({ session }: { session: Session }) {
  const reading = useReading(session.id)
  const decision = useDecision(reading, session)
  return (
    <ReviewBody reading={reading} deciding={decision} footer={<VerdictBar session={session} decision={decision} />} />
  )
}

function BranchLine({ session }: { session: Session }) {
  const { t } = useTranslation()
  return (
    <p className={styles['branch']}>
      <GitBranch size={14} aria-hidden />
      <bdi className={styles['ref']} title={session.branch ?? undefined}>
        {session.branch === null ? t('review.detached') : shortRef(session.branch)}
      </bdi>
      <ArrowLeft size={12} aria-label={t('review.based-on')} />
      <bdi className={styles['ref']} title={session.base}>
        {shortRef(session.base)}
      </bdi>
      <span title={t('review.ahead-why', { count: session.ahead })}>↑{session.ahead}</span>
      <span title={t('review.behind-why', { count: session.behind })}>↓{session.behind}</span>
    </p>
  )
}

/** Lies over the stage when wide: from the session list to the right edge, as high as the column. */
function Widened({ wide, children }: { wide: boolean; children: ReactNode }) {
  const { stores } = useDeck()
  const listOpen = useStore(stores.view, (state) => state.listOpen)
  const listWidth = useStore(stores.view, (state) => state.listWidth)
  const slot = useRef<HTMLDivElement>(null)
  const [box, setBox] = useState<{ top: number; right: number; height: number } | null>(null)
  useLayoutEffect(() => {
    const element = slot.current
    if (!element || !wide) return
    const measure = (): void => {
      const rect = element.getBoundingClientRect()
      setBox({ top: rect.top, right: innerWidth - rect.right, height: rect.height })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [wide])
  const left = innerWidth < 900 || !listOpen ? 0 : listWidth
  return (
    <div ref={slot} className={styles['column']}>
      <div
        className={wide ? styles['wide'] : styles['fill']}
        style={wide && box ? { top: box.top, right: box.right, height: box.height, left } : undefined}
      >
        {children}
      </div>
    </div>
  )
}
