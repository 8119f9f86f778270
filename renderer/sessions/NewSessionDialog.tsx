import type { AgentReport } from '@contract/agent.ts'
import type { AgentId } from '@contract/ids.ts'
import type { Repository, RepositorySettings } from '@contract/repository.ts'
import type { Failure } from '@contract/result.ts'
import { Copy } from 'lucide-react'
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { Dialog } from '../shell/Dialog.tsx'
import { IconButton } from '../shell/IconButton.tsx'
import { LabelledSelect } from './LabelledSelect.tsx'
import { TextField } from '../shell/TextField.tsx'
import { emptyDraft, loadDraft, newSessionPlace, saveDraft, whatIsMissing, type SessionDraft } from './new-session.ts'
import css from './NewSession.module.css'
import { NewSessionWhere } from './NewSessionWhere.tsx'

const noAgents: readonly AgentReport[] = []

/** Starts one or several sessions. What was typed is kept until they have started, through failures and restarts. */
export function NewSessionDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const current = useStore(deck.stores.view, (state) => state.repository)
  const repository = useStore(deck.stores.repositories, (state) => state.value?.find((one) => one.id === current))
  const promptField = useRef<HTMLTextAreaElement>(null)
  return (
    <Dialog open={open} onClose={onClose} title={t('newSession.title')} width={680} initialFocus={promptField}>
      {repository ? (
        <Form key={repository.id} repository={repository} onClose={onClose} promptField={promptField} />
      ) : (
        <div className={css.none}>
          <p>{t('newSession.noRepository')}</p>
          <Button
            variant="primary"
            onClick={() => {
              onClose()
              deck.run('repository.open')
            }}
          >
            {t('repository.openTitle')}
          </Button>
        </div>
      )}
    </Dialog>
  )
}

function Form({
  repository,
  onClose,
  promptField,
}: {
  repository: Repository
  onClose(): void
  promptField: RefObject<HTMLTextAreaElement | null>
}) {
  const deck = useDeck()
  const { t } = useTranslation()
  const agents = useStore(deck.stores.agents, (state) => state.value ?? noAgents)
  const defaultAgent = useStore(deck.stores.settings, (state) => state.value?.defaultAgent ?? '')
  const recentCommands = useStore(deck.stores.settings, (state) => state.value?.recentCommands)
  const modifier = useStore(deck.stores.host, (state) => state.value?.capabilities.keyModifier ?? 'alt')
  const [draft, setDraft] = useState<SessionDraft>(emptyDraft)
  const [proposal, setProposal] = useState({ title: '', branch: '' })
  const [settings, setSettings] = useState<RepositorySettings | null>(null)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const touched = useRef(false)

  useEffect(() => {
    const { place } = newSessionPlace.getState()
    newSessionPlace.setState({ place: null })
    void loadDraft(deck, repository.id).then((saved) => {
      // Whoever was quicker than the saved draft keeps what they typed.
      if (!touched.current) setDraft({ ...saved, place: place ?? saved.place })
    })
    void deck.client.call('repository.settings', { repository: repository.id }).then((result) => {
      if (result.ok) setSettings(result.value)
    })
  }, [deck, repository.id])

  const change = useCallback((part: Partial<SessionDraft>): void => {
    touched.current = true
    setDraft((before) => ({ ...before, ...part }))
  }, [])

  useEffect(() => {
    if (!touched.current) return undefined
    const timer = setTimeout(() => {
      void saveDraft(deck, repository.id, draft)
    }, 300)
    return () => clearTimeout(timer)
  }, [deck, repository.id, draft])

  const chosen =
    agents.find((agent) => agent.id === draft.agent) ??
    agents.find((agent) => agent.id === defaultAgent && agent.found !== 'no') ??
    agents.find((agent) => agent.found === 'yes' && agent.takesPrompt && !agent.takesCommand) ??
    agents.find((agent) => agent.found !== 'no')
  const agentId = chosen?.id ?? ''

  const seed = draft.title.trim() !== '' ? draft.title : draft.prompt
  useEffect(() => {
    let latest = true
    const timer = setTimeout(() => {
      void deck.client
        .call('session.propose', { repository: repository.id, prompt: seed, agent: agentId })
        .then((result) => {
          if (latest && result.ok) setProposal(result.value)
        })
    }, 150)
    return () => {
      latest = false
      clearTimeout(timer)
    }
  }, [deck, repository.id, seed, agentId])

  const missing = whatIsMissing(draft, chosen)
  const start = async (): Promise<void> => {
    if (missing !== null || !chosen || busy) return
    setBusy(true)
    setFailure(null)
    const size = deck.stage.current?.measure() ?? { cols: 120, rows: 40 }
    const result = await deck.client.call('session.create', {
      repository: repository.id,
      agent: chosen.id as AgentId,
      command: chosen.takesCommand ? draft.command : undefined,
      prompt: draft.prompt,
      title: draft.title.trim() === '' ? undefined : draft.title.trim(),
      base: draft.base === '' ? undefined : draft.base,
      branch: draft.place.kind === 'new-worktree' && draft.branch.trim() !== '' ? draft.branch.trim() : undefined,
      copies: draft.place.kind === 'new-worktree' ? draft.copies : 1,
      mode: chosen.modes.some((mode) => mode.id === draft.mode) ? draft.mode : undefined,
      place: draft.place,
      changes: draft.place.kind === 'new-worktree' ? draft.changes : 'leave',
      ...size,
    })
    setBusy(false)
    if (!result.ok) {
      setFailure(result.error)
      return
    }
    touched.current = false
    void saveDraft(deck, repository.id, {
      ...emptyDraft,
      agent: chosen.id,
      command: draft.command,
      mode: draft.mode,
    })
    const recents = recentCommands ?? []
    const command = draft.command.trim()
    const update: { defaultAgent: string; recentCommands?: string[] } = { defaultAgent: chosen.id }
    if (chosen.takesCommand && command !== '' && recents[0] !== command)
      update.recentCommands = [command, ...recents.filter((one) => one !== command)].slice(0, 20)
    void deck.client.call('settings.change', update)
    onClose()
    deck.stores.view.setState({ page: 'stage' })
    const first = result.value.sessions[0]
    if (first) deck.run('session.show', first.id)
  }

  return (
    <div
      className={css.form}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing) {
          event.preventDefault()
          void start()
        }
      }}
    >
      <div className={css.body}>
        <div className={css.columns}>
          <LabelledSelect
            label={t('newSession.agent')}
            value={agentId}
            onChange={(agent) => change({ agent, mode: '' })}
            options={agents.map((agent) => ({
              value: agent.id,
              label: agent.name,
              detail:
                agent.found === 'no'
                  ? t('newSession.notInstalled')
                  : agent.found === 'unknown'
                    ? t('repository.looking')
                    : (agent.version ?? undefined),
            }))}
          />
          {chosen && chosen.modes.length > 0 && (
            <LabelledSelect
              label={t('newSession.mode')}
              value={chosen.modes.some((mode) => mode.id === draft.mode) ? draft.mode : (chosen.modes[0]?.id ?? '')}
              onChange={(mode) => change({ mode })}
              options={chosen.modes.map((mode) => ({ value: mode.id, label: mode.name, detail: mode.description }))}
            />
          )}
        </div>
        {chosen?.found === 'no' && <Install agent={chosen} />}
        {chosen?.takesCommand && (
          <>
            <TextField
              label={t('newSession.command')}
              value={draft.command}
              onChange={(command) => change({ command })}
              placeholder={t('newSession.commandHint')}
              spellCheck={false}
              list="new-session-commands"
            />
            <datalist id="new-session-commands">
              {recentCommands?.map((command) => (
                <option key={command} value={command} />
              ))}
            </datalist>
          </>
        )}
        <label className={css.promptField}>
          <span className={css.label}>{t('newSession.prompt')}</span>
          <textarea
            className={css.prompt}
            rows={5}
            ref={promptField}
            autoFocus
            value={draft.prompt}
            placeholder={t('newSession.promptHint')}
            onChange={(event) => change({ prompt: event.target.value })}
          />
        </label>
        <TextField
          label={t('newSession.sessionTitle')}
          value={draft.title}
          onChange={(title) => change({ title })}
          placeholder={proposal.title}
        />
        <NewSessionWhere repository={repository} draft={draft} change={change} proposedBranch={proposal.branch} />
        {draft.place.kind === 'new-worktree' && (
          <div className={css.copies}>
            <label>
              <span className={css.label}>{t('newSession.copies')}</span>
              <input
                type="number"
                min={1}
                max={20}
                value={draft.copies}
                onChange={(event) =>
                  change({ copies: Math.min(20, Math.max(1, Math.round(Number(event.target.value)) || 1)) })
                }
              />
            </label>
            <p className={css.note}>{t('newSession.copiesText', { count: draft.copies })}</p>
          </div>
        )}
        {settings && <SetupNote settings={settings} />}
        {failure && (
          <div className={css.failure} role="alert">
            <strong>{t(`error.${failure.code}`, { defaultValue: failure.message })}</strong>
            <span>{failure.message}</span>
            {failure.paths && failure.paths.length > 0 && <code>{failure.paths.slice(0, 10).join('\n')}</code>}
            {failure.detail && <pre>{failure.detail}</pre>}
          </div>
        )}
      </div>
      <footer className={css.footer}>
        <span className={css.missing}>{missing ? t(missing) : t('newSession.keptText')}</span>
        <Button onClick={onClose}>{t('newSession.cancel')}</Button>
        <Button
          variant="primary"
          disabled={missing !== null || busy}
          onClick={() => void start()}
          title={modifier === 'mod' ? 'Ctrl/⌘ Enter' : 'Ctrl Enter'}
        >
          {busy
            ? t('newSession.starting')
            : t('newSession.start', { count: draft.place.kind === 'new-worktree' ? draft.copies : 1 })}
        </Button>
      </footer>
    </div>
  )
}

function Install({ agent }: { agent: AgentReport }) {
  const deck = useDeck()
  const { t } = useTranslation()
  return (
    <div className={css.install}>
      <span>{t('newSession.installText', { agent: agent.name })}</span>
      {agent.install && (
        <>
          <code>{agent.install}</code>
          <IconButton
            label={t('repository.copyInstall', { agent: agent.name })}
            icon={<Copy size={16} />}
            onClick={() => void navigator.clipboard.writeText(agent.install ?? '').catch(() => undefined)}
          />
        </>
      )}
      <Button size="small" variant="quiet" onClick={() => void deck.client.call('agent.refresh', {})}>
        {t('newSession.lookAgain')}
      </Button>
    </div>
  )
}

function SetupNote({ settings }: { settings: RepositorySettings }) {
  const { t } = useTranslation()
  if (settings.problem)
    return <p className={css.note}>{t('newSession.settingsProblem', { problem: settings.problem })}</p>
  if (!settings.setup) return null
  return (
    <details className={css.files}>
      <summary>
        {settings.setup.confirmed
          ? t('newSession.setupConfirmed', { source: settings.source })
          : t('newSession.setupAsked', { source: settings.source })}
      </summary>
      <pre>{settings.setup.command}</pre>
    </details>
  )
}
