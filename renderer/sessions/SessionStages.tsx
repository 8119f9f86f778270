import type { SessionId } from '@contract/ids.ts'
import type { Session, Stage } from '@contract/session.ts'
import { Check, Circle, Minus, Play, RotateCcw, X } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { notifyFailure } from '../shell/failure.ts'
import { StateGlyph } from '../shell/StateGlyph.tsx'
import { retrySession } from './actions.ts'
import styles from './SessionStages.module.css'

const marks: Record<Stage['state'], ReactNode> = {
  waiting: <Circle size={14} />,
  running: <StateGlyph state="working" spoken={false} />,
  done: <Check size={16} />,
  skipped: <Minus size={16} />,
  failed: <X size={16} />,
  'needs-confirmation': <StateGlyph state="needs-approval" spoken={false} />,
}

/** How a session starts, stage by stage: progress, output, the script that waits for the person's word, and what failed with its retry. */
export function SessionStages({ session: id }: { session: SessionId }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const session = useStore(deck.stores.sessions, (state) => state.value?.byId[id])
  if (!session) return <p className={styles['note']}>{t('session.gone')}</p>
  const failed = session.stages.find((stage) => stage.state === 'failed')
  return (
    <div className={styles['stages']}>
      <ol className={styles['list']}>
        {session.stages.map((stage) => (
          <StageLine key={stage.kind} stage={stage} />
        ))}
      </ol>
      {session.pendingScript ? <Script session={session} script={session.pendingScript} /> : null}
      {failed ? (
        <div className={styles['actions']}>
          {session.prompt ? <p className={styles['note']}>{t('session.promptKept')}</p> : null}
          {failed.kind === 'setup' ? <SkipSetup session={id} /> : null}
          <Button variant="primary" icon={<RotateCcw size={16} />} onClick={() => void retrySession(deck, id)}>
            {t('session.retryShort')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}

function SkipSetup({ session }: { session: SessionId }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const skip = async (): Promise<void> => {
    const result = await deck.client.call('session.answerSetup', { session, hash: '', answer: 'skip' })
    if (!result.ok) notifyFailure(deck, result.error, t('session.stage-setup'))
  }
  return <Button onClick={() => void skip()}>{t('session.scriptSkip')}</Button>
}

function StageLine({ stage }: { stage: Stage }) {
  const { t } = useTranslation()
  const { progress } = stage
  return (
    <li className={styles['stage']} data-state={stage.state}>
      <span className={styles['mark']} aria-hidden>
        {marks[stage.state]}
      </span>
      <span className={styles['name']}>{t(`session.stage-${stage.kind}`)}</span>
      <span className={styles['state']}>
        {t(`session.stageState-${stage.state}`)}
        {progress && stage.state === 'running' ? (
          <>
            {' · '}
            {t('session.progress', { done: progress.done.toLocaleString(), total: progress.total.toLocaleString() })}
          </>
        ) : null}
      </span>
      {progress && stage.state === 'running' ? (
        <progress
          className={styles['progress']}
          value={progress.done}
          max={Math.max(1, progress.total)}
          aria-label={t(`session.stage-${stage.kind}`)}
        />
      ) : null}
      {stage.output || stage.state === 'failed' ? (
        <details className={styles['output']} open={stage.state === 'failed'}>
          <summary>{t('session.output')}</summary>
          <pre tabIndex={0}>{stage.output || t('session.noOutput')}</pre>
        </details>
      ) : null}
    </li>
  )
}

function Script({ session, script }: { session: Session; script: NonNullable<Session['pendingScript']> }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const answer = async (word: 'run' | 'skip'): Promise<void> => {
    setBusy(true)
    const result = await deck.client.call('session.answerSetup', {
      session: session.id,
      hash: script.hash,
      answer: word,
    })
    setBusy(false)
    if (!result.ok) notifyFailure(deck, result.error, t('session.stage-setup'))
  }
  return (
    <section className={styles['script']} aria-label={t('session.script', { source: script.source })}>
      <h3 className={styles['source']}>{t('session.script', { source: script.source })}</h3>
      <p className={styles['note']}>{t('session.scriptWhat')}</p>
      <pre tabIndex={0}>{script.command}</pre>
      <div className={styles['actions']}>
        <Button disabled={busy} onClick={() => void answer('skip')}>
          {t('session.scriptSkip')}
        </Button>
        <Button variant="primary" disabled={busy} icon={<Play size={16} />} onClick={() => void answer('run')}>
          {t('session.scriptRun')}
        </Button>
      </div>
    </section>
  )
}
