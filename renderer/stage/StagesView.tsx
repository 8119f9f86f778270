import type { Session } from '@contract/session.ts'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { reasonToText } from '../sessions/reason.ts'
import { SessionStages } from '../sessions/SessionStages.tsx'
import { TerminalView } from '../terminal/TerminalView.tsx'
import { paneState } from './pane-state.ts'
import styles from './StagesView.module.css'

/** What stands in a pane before its agent is there: the stages, what the person is asked, the prompt, and the set-up script at work. */
export function StagesView({ session }: { session: Session }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const finding = useStore(paneState(deck), (state) => state.finding)
  const setup = session.terminals.findLast((terminal) => terminal.kind === 'setup')
  const setupStage = session.stages.find((stage) => stage.kind === 'setup')
  // What a failed one wrote stands in its stage, above the buttons.
  const showSetup = setup && setupStage?.state === 'running'
  return (
    <div className={styles['stages']}>
      <div className={styles['scroll']} data-stages="" role="group" aria-label={session.title} tabIndex={-1}>
        <h2 className={styles['title']}>{session.title}</h2>
        <p className={styles['reason']}>{reasonToText(t, session.reason)}</p>
        <SessionStages session={session.id} />
        {session.prompt !== '' ? (
          <details className={styles['prompt']}>
            <summary>{t('stage.prompt')}</summary>
            <p className={styles['prompt-text']}>{session.prompt}</p>
          </details>
        ) : null}
      </div>
      {showSetup ? (
        <div className={styles['terminal']}>
          <TerminalView
            terminal={setup.id}
            session={session.id}
            worktree={session.worktree}
            name={t('terminal.name', { kind: t('terminal.kind-setup'), title: session.title })}
            finding={finding === setup.id}
            onFind={(open) => paneState(deck).setState({ finding: open ? setup.id : null })}
          />
        </div>
      ) : null}
    </div>
  )
}
