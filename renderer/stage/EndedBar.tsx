import type { Session, TerminalRef } from '@contract/session.ts'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { RelativeTime } from '../shell/RelativeTime.tsx'
import { terminalPool } from '../terminal/pool.ts'
import { closeTerminal, openTerminal, resumeHere, review } from './actions.ts'
import styles from './Pane.module.css'

/** Under a terminal whose program has ended: how, since when, and what to do now. The text above stays readable. */
export function EndedBar({ session, terminal }: { session: Session; terminal: TerminalRef }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const owner = { session: session.id, worktree: session.worktree, name: terminal.title }
  const screen = terminalPool(deck).find(terminal.id) ?? terminalPool(deck).screen(terminal.id, owner)
  const signal = useStore(screen.state, (state) => state.signal)
  const agent = terminal.kind === 'agent'
  const how =
    terminal.exitCode !== null
      ? t('terminal.exited-code', { code: terminal.exitCode })
      : signal !== null && signal !== 0
        ? t('terminal.exited-signal', { signal })
        : t('terminal.exited')
  return (
    <div className={styles['ended']} data-failed={(terminal.exitCode ?? 0) !== 0 || undefined} role="status">
      <span className={styles['ended-text']}>
        {how}
        {agent ? (
          <>
            {' · '}
            <RelativeTime at={session.since} />
          </>
        ) : null}
      </span>
      {agent && session.canResume ? (
        <Button size="small" variant="primary" onClick={() => void resumeHere(deck, session)}>
          {t('terminal.resume')}
        </Button>
      ) : null}
      {agent ? (
        <>
          <Button size="small" onClick={() => void openTerminal(deck, session, 'shell')}>
            {t('terminal.open-shell')}
          </Button>
          {(session.changed?.files ?? 0) > 0 ? (
            <Button size="small" onClick={() => review(deck, session.id)}>
              {t('terminal.review')}
            </Button>
          ) : null}
        </>
      ) : (
        <>
          {terminal.kind === 'run' ? (
            <Button size="small" onClick={() => void openTerminal(deck, session, 'run')}>
              {t('terminal.run-again')}
            </Button>
          ) : null}
          {terminal.kind === 'shell' || terminal.kind === 'run' ? (
            <Button size="small" onClick={() => void closeTerminal(deck, terminal)}>
              {t('terminal.close')}
            </Button>
          ) : null}
        </>
      )}
    </div>
  )
}
