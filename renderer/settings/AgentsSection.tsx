import type { AgentReport } from '@contract/agent.ts'
import { CircleCheck, CircleDashed, Copy, ExternalLink, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { notifyFailure } from '../shell/failure.ts'
import { IconButton } from '../shell/IconButton.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import styles from './Settings.module.css'

/** The agents found on this machine; how to install those that are not. */
export function AgentsSection() {
  const deck = useDeck()
  const { t } = useTranslation()
  const agents = useStore(deck.stores.agents, (state) => state.value)
  const [busy, setBusy] = useState(false)
  const look = async (): Promise<void> => {
    setBusy(true)
    const answer = await deck.client.call('agent.refresh', {})
    setBusy(false)
    if (!answer.ok) notifyFailure(deck, answer.error, t('settings.lookAgain'))
  }
  return (
    <>
      <p className={styles['hint']}>{t('settings.agentsWhat')}</p>
      {agents === null ? (
        <Spinner label={t('settings.looking')} />
      ) : (
        <ul className={styles['agents']}>
          {agents.map((agent) => (
            <Agent key={agent.id} agent={agent} />
          ))}
        </ul>
      )}
      <Button icon={<RefreshCw size={16} />} disabled={busy} onClick={() => void look()}>
        {t(busy ? 'settings.looking' : 'settings.lookAgain')}
      </Button>
    </>
  )
}

function Agent({ agent }: { agent: AgentReport }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const { install, documentation } = agent
  const open = async (url: string): Promise<void> => {
    if (!deck.stores.host.getState().value?.capabilities.openExternal) {
      window.open(url, '_blank', 'noopener,noreferrer')
      return
    }
    const answer = await deck.client.call('host.openExternal', { url })
    if (!answer.ok) notifyFailure(deck, answer.error)
  }
  return (
    <li className={styles['agent']}>
      <span className={styles['found']} data-found={agent.found} aria-hidden>
        {agent.found === 'yes' ? <CircleCheck size={16} /> : <CircleDashed size={16} />}
      </span>
      <div className={styles['about']}>
        <span className={styles['name']}>
          {agent.name}
          {agent.version ? <span className={styles['version']}> {agent.version}</span> : null}
        </span>
        <span className={styles['hint']}>
          {agent.found === 'unknown'
            ? t('settings.looking')
            : agent.found === 'yes'
              ? (agent.path ?? t(agent.takesCommand ? 'settings.agentCommand' : 'settings.agentFound'))
              : t('settings.agentMissing')}
        </span>
        {agent.found === 'no' && install ? (
          <span className={styles['install']}>
            <code>{install}</code>
            <IconButton
              size="small"
              label={t('settings.copyInstall')}
              icon={<Copy size={14} />}
              onClick={() =>
                void navigator.clipboard
                  .writeText(install)
                  .then(() => deck.notify({ kind: 'done', text: t('session.copied', { text: install }) }))
              }
            />
          </span>
        ) : null}
      </div>
      {documentation && /^https?:/.test(documentation) ? (
        <IconButton
          label={t('settings.documentation', { agent: agent.name })}
          icon={<ExternalLink size={16} />}
          onClick={() => void open(documentation)}
        />
      ) : null}
    </li>
  )
}
