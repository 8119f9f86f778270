import type { AgentReport } from '@contract/agent.ts'
import { Copy, FlaskConical, FolderGit2, FolderOpen } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { IconButton } from '../shell/IconButton.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import { TextField } from '../shell/TextField.tsx'
import { openRepositoryDialog } from './dialog.ts'
import { RefusalPanel } from './RefusalPanel.tsx'
import css from './Repositories.module.css'
import { useOpening } from './use-open.ts'

/** What can be used now stands before what could be installed. */
function foundFirst(a: AgentReport, b: AgentReport): number {
  return Number(a.found === 'no') - Number(b.found === 'no')
}

/** The first screen: open a repository, what agents this machine has, or a sample to try things on. */
export function Welcome() {
  const deck = useDeck()
  const { t } = useTranslation()
  const opening = useOpening()
  const [typed, setTyped] = useState('')
  const host = useStore(deck.stores.host, (state) => state.value)
  const recent = useStore(deck.stores.repositories, (state) => state.value)
  const agents = useStore(deck.stores.agents, (state) => state.value)
  // "Any command" is no program that could be there or not.
  const found = agents?.filter((agent) => !agent.takesCommand).toSorted(foundFirst) ?? []
  const git = host?.git

  return (
    <div className={css.welcome}>
      <div className={css.welcomeInner}>
        <header>
          <h1 className={css.welcomeTitle}>{t('repository.welcomeTitle')}</h1>
          <p className={css.welcomeText}>{t('repository.welcomeText')}</p>
        </header>
        {git && !git.usable && (
          <p className={css.refusal} role="alert">
            {git.message}
          </p>
        )}
        {host && host.git === null && (
          <p className={css.refusal} role="alert">
            {t('error.git-missing')}
          </p>
        )}
        <section className={css.welcomeOpen} aria-label={t('repository.openTitle')}>
          <Button
            variant="primary"
            icon={<FolderOpen size={16} aria-hidden />}
            disabled={opening.busy}
            onClick={() => {
              if (host?.capabilities.nativeFolderPicker) void opening.pick()
              else openRepositoryDialog.setState({ open: true })
            }}
          >
            {t('repository.openTitle')}
          </Button>
          <div className={css.welcomePath}>
            <TextField
              label={t('repository.path')}
              hideLabel
              value={typed}
              onChange={setTyped}
              placeholder={t('repository.pathHint')}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && !event.nativeEvent.isComposing && typed.trim() !== '')
                  void opening.open(typed.trim())
              }}
            />
          </div>
          <Button
            variant="quiet"
            icon={<FlaskConical size={16} aria-hidden />}
            disabled={opening.busy}
            onClick={() => void opening.sample()}
          >
            {t('repository.sample')}
          </Button>
          {opening.busy && <Spinner label={t('repository.opening')} />}
        </section>
        <RefusalPanel opening={opening} />
        <div className={css.welcomeColumns}>
          <section>
            <h2 className={css.heading}>{t('repository.recent')}</h2>
            {recent && recent.length > 0 ? (
              <ul className={css.list}>
                {recent.map((repository) => (
                  <li key={repository.id}>
                    <button
                      type="button"
                      className={css.row}
                      disabled={opening.busy}
                      onClick={() => void opening.open(repository.path)}
                    >
                      <FolderGit2 size={16} aria-hidden />
                      <span className={css.rowMain}>{repository.name}</span>
                      <span className={css.rowSide} title={repository.path}>
                        {repository.available ? repository.path : t('repository.gone')}
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
            ) : (
              <p className={css.quiet}>{t('repository.noRecent')}</p>
            )}
          </section>
          <section>
            <h2 className={css.heading}>{t('repository.agents')}</h2>
            <ul className={css.list}>
              {found.map((agent) => (
                <li key={agent.id} className={css.agentRow}>
                  <span className={css.rowMain}>{agent.name}</span>
                  {agent.found === 'yes' && (
                    <span className={css.rowSide} title={agent.path ?? undefined}>
                      {agent.version ?? t('repository.found')}
                    </span>
                  )}
                  {agent.found === 'unknown' && <span className={css.rowSide}>{t('repository.looking')}</span>}
                  {agent.found === 'no' && agent.install && (
                    <span className={css.install}>
                      <code>{agent.install}</code>
                      <IconButton
                        label={t('repository.copyInstall', { agent: agent.name })}
                        icon={<Copy size={16} />}
                        onClick={() => {
                          const command = agent.install ?? ''
                          void navigator.clipboard.writeText(command).then(
                            () => deck.notify({ kind: 'done', text: t('repository.commandCopied') }),
                            () => deck.notify({ kind: 'failed', text: command }),
                          )
                        }}
                      />
                    </span>
                  )}
                </li>
              ))}
            </ul>
          </section>
        </div>
      </div>
    </div>
  )
}
