import { CircleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { baseName, formatBytes, shortRef } from './format.ts'
import { IconButton } from './IconButton.tsx'
import { Menu } from './Menu.tsx'
import styles from './StatusBar.module.css'

/** Left: where the focused session stands. Right: the machine and the connection. What is not known is said to be so. */
export function StatusBar() {
  return (
    <footer className={styles['bar']}>
      <Where />
      <Machine />
    </footer>
  )
}

function Where() {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const focused = useStore(stores.view, (state) => state.focused)
  const current = useStore(stores.view, (state) => state.repository)
  const session = useStore(stores.sessions, (state) => (focused ? state.value?.byId[focused] : undefined))
  const repository = useStore(stores.repositories, (state) => state.value?.find((one) => one.id === current))
  if (!session) {
    return (
      <div className={styles['where']}>
        {repository ? (
          <>
            <span title={repository.path}>{repository.name}</span>
            <span className={styles['quiet']}>{t('shell.statusBase', { base: shortRef(repository.base) })}</span>
          </>
        ) : null}
      </div>
    )
  }
  const branch = session.branch ? shortRef(session.branch) : t('session.noBranch')
  const { changed } = session
  return (
    <div className={styles['where']} title={session.worktree}>
      <span className={styles['long']}>{baseName(session.repositoryPath)}</span>
      <span
        className={styles['branch']}
        aria-label={t('shell.statusBranch', { branch, base: shortRef(session.base) })}
        role="img"
      >
        {branch} <span className={styles['quiet']}>←</span> {shortRef(session.base)}
      </span>
      <span
        role="img"
        aria-label={t('shell.statusAhead', { ahead: session.ahead, behind: session.behind })}
        title={t('shell.statusAhead', { ahead: session.ahead, behind: session.behind })}
      >
        ↑{session.ahead} ↓{session.behind}
      </span>
      <span>{changed ? t('shell.statusChanged', { count: changed.files }) : t('shell.statusUnknown')}</span>
    </div>
  )
}

function Machine() {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const load = useStore(stores.host, (state) => state.value?.load ?? null)
  const ptyHost = useStore(stores.host, (state) => state.value?.ptyHost.state)
  const connection = useStore(stores.connection, (state) => state.state)
  return (
    <div className={styles['machine']}>
      <Problems />
      {ptyHost === 'lost' ? <span className={styles['bad']}>{t('shell.ptyHostLost')}</span> : null}
      {load ? (
        <>
          <span>{t('shell.statusAgents', { count: load.agents })}</span>
          <span title={t('shell.statusMemoryHint')}>{formatBytes(load.memoryBytes)}</span>
          <span title={t('shell.statusCpuHint')}>{Math.round(load.cpuPercent)} %</span>
        </>
      ) : (
        <span className={styles['quiet']}>{t('shell.statusLoadUnknown')}</span>
      )}
      <span className={styles['connection']} data-state={connection}>
        {t(`shell.connection-${connection}`)}
      </span>
    </div>
  )
}

/** What went wrong at start and was worked around. */
function Problems() {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const problems = useStore(stores.host, (state) => state.value?.problems)
  if (!problems || problems.length === 0) return null
  return (
    <Menu
      align="end"
      trigger={
        <IconButton
          size="small"
          label={t('shell.problems', { count: problems.length })}
          icon={<CircleAlert size={14} className={styles['warn']} />}
        />
      }
      items={problems.map((problem) => ({ label: problem, run: () => {} }))}
    />
  )
}
