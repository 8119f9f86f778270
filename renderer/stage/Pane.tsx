import type { SessionId } from '@contract/ids.ts'
import type { Session } from '@contract/session.ts'
import { lazy, Suspense, useEffect, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Spinner } from '../shell/Spinner.tsx'
import { Composer } from '../terminal/Composer.tsx'
import { TerminalView } from '../terminal/TerminalView.tsx'
import { EndedBar } from './EndedBar.tsx'
import styles from './Pane.module.css'
import { agentRuns, paneState, showsStages, terminalOf } from './pane-state.ts'
import { Split } from './Split.tsx'
import { StagesView } from './StagesView.tsx'

// The diff editor is large; a pane that shows only its terminal does not wait for it.
const DiffPane = lazy(() => import('../diff/DiffPane.tsx').then((file) => ({ default: file.DiffPane })))

/** What a pane shows of its session: terminal, diff or both; the stages while there is no agent yet. */
export function Pane({ id }: { id: SessionId }) {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const session = useStore(stores.sessions, (state) => state.value?.byId[id] ?? null)
  const mode = useStore(stores.view, (state) => state.paneModes[id] ?? 'terminal')
  if (!session) return <p className={styles['note']}>{t('stage.missing')}</p>
  const terminal = mode === 'diff' ? null : <TerminalSide session={session} />
  const diff =
    mode === 'terminal' ? null : (
      <div className={styles['diff']}>
        <Suspense fallback={<Spinner label={t('stage.loading-diff')} />}>
          <DiffPane session={id} />
        </Suspense>
      </div>
    )
  return (
    <div className={styles['pane']} data-pane={id}>
      {terminal && diff ? <Both terminal={terminal} diff={diff} /> : (terminal ?? diff)}
    </div>
  )
}

function Both({ terminal, diff }: { terminal: ReactNode; diff: ReactNode }) {
  const deck = useDeck()
  const share = useStore(paneState(deck), (state) => state.share)
  return (
    <Split share={share} onShare={(next) => paneState(deck).setState({ share: next })}>
      {terminal}
      {diff}
    </Split>
  )
}

function TerminalSide({ session }: { session: Session }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const state = paneState(deck)
  const chosen = useStore(state, ({ terminal }) => terminal[session.id])
  const finding = useStore(state, (each) => each.finding)
  const composing = useStore(state, (each) => each.composing.includes(session.id))
  const shown = terminalOf(session, chosen)
  const composer = useRef<HTMLDivElement>(null)
  const opened = useRef(composing)

  // Opened by the person just now: the keyboard goes along.
  useEffect(() => {
    if (composing && !opened.current) composer.current?.querySelector('textarea')?.focus()
    opened.current = composing
  }, [composing])

  const inStages = showsStages(session) && (chosen === undefined || shown?.kind === 'setup')
  const running = session.stages.find((stage) => stage.state !== 'done' && stage.state !== 'skipped')
  const showing = inStages ? `${running?.kind} ${running?.state}` : shown?.id
  // What had the keyboard went with what the pane showed before, or nothing had it yet: the pane in use takes it.
  useEffect(() => {
    const { focused, page } = deck.stores.view.getState()
    if (focused !== session.id || page !== 'stage' || document.activeElement !== document.body) return
    if (!matchMedia('(pointer: coarse)').matches) deck.stage.current?.focusTerminal(session.id)
  }, [deck, session.id, showing])

  let content: ReactNode
  if (inStages) content = <StagesView session={session} />
  else if (!shown) content = <p className={styles['note']}>{t('stage.no-terminal')}</p>
  else {
    content = (
      <>
        <TerminalView
          key={shown.id}
          terminal={shown.id}
          session={session.id}
          worktree={session.worktree}
          name={t('terminal.name', { kind: t(`terminal.kind-${shown.kind}`), title: session.title })}
          finding={finding === shown.id}
          onFind={(open) => state.setState({ finding: open ? shown.id : null })}
        />
        {shown.alive ? null : <EndedBar session={session} terminal={shown} />}
      </>
    )
  }
  return (
    <div className={styles['terminal']}>
      {content}
      {composing && (shown?.kind ?? 'agent') === 'agent' ? (
        <div ref={composer}>
          <Composer
            session={session.id}
            title={session.title}
            running={agentRuns(session)}
            starting={session.state === 'starting'}
            onLeave={() => deck.stage.current?.focusTerminal(session.id)}
          />
        </div>
      ) : null}
    </div>
  )
}
