import type { SessionId } from '@contract/ids.ts'
import type { Session } from '@contract/session.ts'
import { Ellipsis } from 'lucide-react'
import { memo, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { baseName, shortRef } from '../shell/format.ts'
import { isComposing } from '../shell/keys.ts'
import { overlays } from '../shell/overlays.ts'
import { RelativeTime } from '../shell/RelativeTime.tsx'
import { StateGlyph } from '../shell/StateGlyph.tsx'
import { renameSession } from './actions.ts'
import { shownState } from './grouping.ts'
import { isTelling, reasonToText, runningStage } from './reason.ts'
import styles from './SessionList.module.css'

/** Two lines of the list: glyph, title, time in state; then why it is so, or branch and agent, with changed lines. */
export const SessionRow = memo(function SessionRow({ id, shortcut }: { id: SessionId; shortcut: string | undefined }) {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const session = useStore(stores.sessions, (state) => state.value?.byId[id])
  const renaming = useStore(overlays, (state) => state.renaming === id)
  const agentName = useStore(
    stores.agents,
    (state) => state.value?.find((agent) => agent.id === session?.agent)?.name ?? session?.agent ?? '',
  )
  const severalRepositories = useStore(stores.repositories, (state) => (state.value?.length ?? 0) > 1)
  if (!session) return <div className={styles['gone']}>{t('session.gone')}</div>
  const branch = session.branch ? shortRef(session.branch) : t('session.noBranch')
  const counts = session.changed
  return (
    <>
      <StateGlyph state={shownState(session)} />
      <div className={styles['lines']}>
        <div className={styles['first']}>
          {renaming ? (
            <TitleField session={session} />
          ) : (
            <span
              className={styles['title']}
              title={[session.title, branch, session.worktree, shortcut].filter(Boolean).join('\n')}
            >
              {session.title}
            </span>
          )}
          <span className={styles['aside']}>
            <RelativeTime at={session.since} />
          </span>
        </div>
        <div className={styles['second']}>
          <span className={styles['why']} data-need={session.problem ? 'problem' : undefined}>
            <SecondLine session={session} branch={branch} agent={agentName} repository={severalRepositories} />
          </span>
          <Tag session={session} />
          {counts && counts.files > 0 ? (
            <span className={styles['counts']}>
              <span className={styles['spoken']}>
                {t('session.counts', { count: counts.files, added: counts.added, removed: counts.removed })}
              </span>
              <span aria-hidden className={styles['added']}>
                +{counts.added}
              </span>
              <span aria-hidden className={styles['removed']}>
                −{counts.removed}
              </span>
            </span>
          ) : null}
        </div>
      </div>
      <span className={styles['more']} data-more="" aria-hidden title={t('session.more', { title: session.title })}>
        <Ellipsis size={16} />
      </span>
    </>
  )
})

function SecondLine(props: { session: Session; branch: string; agent: string; repository: boolean }) {
  const { session, branch, agent, repository } = props
  const { t } = useTranslation()
  if (session.problem) return session.problem
  const stage = runningStage(session)
  if (stage && session.state === 'starting') {
    const progress = stage.progress
      ? ` · ${t('session.progress', { done: stage.progress.done.toLocaleString(), total: stage.progress.total.toLocaleString() })}`
      : ''
    return reasonToText(t, session.reason) + progress
  }
  if (isTelling(session)) return reasonToText(t, session.reason)
  return [repository ? baseName(session.repositoryPath) : '', branch, agent].filter(Boolean).join(' · ')
}

function Tag({ session }: { session: Session }) {
  const { t } = useTranslation()
  if (session.landed && session.tree === session.landed.tree) {
    return <span className={styles['tag']}>{t('session.landedTag')}</span>
  }
  if (session.approval?.current) return <span className={styles['tag']}>{t('session.approvedTag')}</span>
  return null
}

/** The title as a field, in place. Enter or leaving keeps it, Esc does not; a candidate's Enter belongs to the input method. */
function TitleField({ session }: { session: Session }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const [typed, setTyped] = useState(session.title)
  const field = useRef<HTMLInputElement>(null)
  const done = useRef(false)
  useEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [])
  const end = async (keep: boolean): Promise<void> => {
    if (done.current) return
    done.current = true
    const stands = !keep || (await renameSession(deck, session, typed))
    done.current = stands
    if (stands && overlays.getState().renaming === session.id) overlays.setState({ renaming: null })
  }
  return (
    <input
      ref={field}
      className={styles['field']}
      aria-label={t('session.renameLabel', { title: session.title })}
      value={typed}
      maxLength={200}
      spellCheck={false}
      onChange={(event) => setTyped(event.target.value)}
      onClick={(event) => event.stopPropagation()}
      onBlur={() => void end(true)}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (isComposing(event.nativeEvent)) return
        if (event.key === 'Enter') void end(true)
        else if (event.key === 'Escape') void end(false)
        else return
        event.preventDefault()
        if (done.current) event.currentTarget.closest<HTMLElement>('[role=tree]')?.focus()
      }}
    />
  )
}
