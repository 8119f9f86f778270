import type { Settings, SettingsChange } from '@contract/settings.ts'
import { Search, X } from 'lucide-react'
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { EmptyState } from '../shell/EmptyState.tsx'
import { notifyFailure } from '../shell/failure.ts'
import { IconButton } from '../shell/IconButton.tsx'
import { KeyTable } from '../shell/KeyTable.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import { TextField } from '../shell/TextField.tsx'
import { AgentsSection } from './AgentsSection.tsx'
import { MachineSection } from './MachineSection.tsx'
import styles from './Settings.module.css'
import { sections, type SectionName } from './sections.ts'
import { ButtonRow, ChoiceRow, NumberRow, SwitchRow, TextRow } from './rows.tsx'
import { formatArguments, parseArguments } from './arguments.ts'

/** All settings of the person, in plain words. Each takes effect at once. */
export function SettingsPage() {
  const deck = useDeck()
  const { t, i18n } = useTranslation()
  const settings = useStore(deck.stores.settings, (state) => state.value)
  const [search, setSearch] = useState('')
  const english = i18n.getFixedT('en')
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean)
    // A section is found by its heading, its names and its hints, in the person's language or in English.
    return sections.filter((section) => {
      const text = [section.name, ...section.texts]
        .flatMap((key) => [t(`settings.${key}`), english(`settings.${key}`)])
        .join(' ')
        .toLowerCase()
      return words.every((word) => text.includes(word))
    })
  }, [search, t, english])
  return (
    <div className={styles['page']}>
      <header className={styles['head']}>
        <h1 className={styles['title']}>{t('settings.title')}</h1>
        <div className={styles['search']}>
          <TextField
            label={t('settings.search')}
            hideLabel
            placeholder={t('settings.search')}
            icon={<Search size={14} />}
            value={search}
            onChange={setSearch}
          />
        </div>
        <IconButton
          label={t('shell.closeSettings')}
          icon={<X size={16} />}
          onClick={() => deck.stores.view.setState({ page: 'stage' })}
        />
      </header>
      {settings === null ? (
        <Spinner label={t('shell.loading')} />
      ) : found.length === 0 ? (
        <EmptyState title={t('settings.nothing', { text: search })} />
      ) : (
        <div className={styles['body']}>
          <nav className={styles['toc']} aria-label={t('settings.title')}>
            {found.map(({ name }) => (
              <a
                key={name}
                href={`#settings-${name}`}
                onClick={(event) => {
                  event.preventDefault()
                  document.getElementById(`settings-${name}`)?.scrollIntoView({ block: 'start' })
                }}
              >
                {t(`settings.${name}`)}
              </a>
            ))}
          </nav>
          <div className={styles['sections']}>
            {found.map(({ name }) => (
              <div key={name} id={`settings-${name}`} className={styles['section']}>
                <h2 className={styles['heading']}>{t(`settings.${name}`)}</h2>
                <SettingsContext value={settings}>
                  <Section name={name} />
                </SettingsContext>
              </div>
            ))}
          </div>
        </div>
      )}
    </div>
  )
}

const SettingsContext = createContext<Settings | null>(null)

function useSettings(): { settings: Settings; change(part: SettingsChange): void } {
  const deck = useDeck()
  const { t } = useTranslation()
  const settings = useContext(SettingsContext)
  if (!settings) throw new Error('a setting outside of the settings page')
  const change = async (part: SettingsChange): Promise<void> => {
    const answer = await deck.client.call('settings.change', part)
    if (!answer.ok) notifyFailure(deck, answer.error, t('settings.title'))
  }
  return { settings, change: (part) => void change(part) }
}

const parts: Record<SectionName, () => ReactNode> = {
  appearance: Appearance,
  agents: AgentsSection,
  sessions: Sessions,
  terminal: Terminal,
  review: Review,
  worktrees: Worktrees,
  closing: Closing,
  keyboard: KeyTable,
  machine: MachineSection,
}

function Section({ name }: { name: SectionName }) {
  const Part = parts[name]
  return <Part />
}

function Appearance() {
  const { settings, change } = useSettings()
  const { t } = useTranslation()
  return (
    <>
      <ChoiceRow
        name="theme"
        value={settings.theme}
        options={[
          { value: 'system', label: t('settings.asSystem') },
          { value: 'light', label: t('settings.light') },
          { value: 'dark', label: t('settings.dark') },
        ]}
        onChange={(theme) => change({ theme })}
      />
      <ChoiceRow
        name="language"
        value={settings.language}
        options={[
          { value: 'system', label: t('settings.asSystem') },
          { value: 'en', label: 'English' },
          { value: 'zh-CN', label: '简体中文' },
        ]}
        onChange={(language) => change({ language })}
      />
      <ChoiceRow
        name="density"
        value={settings.density}
        options={[
          { value: 'compact', label: t('settings.compact') },
          { value: 'comfortable', label: t('settings.comfortable') },
        ]}
        onChange={(density) => change({ density })}
      />
    </>
  )
}

function Sessions() {
  const { settings, change } = useSettings()
  const { t } = useTranslation()
  const agents = useStore(useDeck().stores.agents, (state) => state.value)
  return (
    <>
      <ChoiceRow
        name="defaultAgent"
        value={settings.defaultAgent}
        options={[
          { value: '', label: t('settings.lastUsed') },
          ...(agents ?? []).map((agent) => ({ value: agent.id as string, label: agent.name })),
        ]}
        onChange={(defaultAgent) => change({ defaultAgent })}
      />
      <ChoiceRow
        name="groupBy"
        value={settings.groupBy}
        options={[
          { value: 'need', label: t('session.need') },
          { value: 'repository', label: t('session.repository') },
        ]}
        onChange={(groupBy) => change({ groupBy })}
      />
      <SwitchRow name="autoResume" value={settings.autoResume} onChange={(autoResume) => change({ autoResume })} />
      <TextRow
        name="hiddenEnvironment"
        code
        value={settings.hiddenEnvironment.join(' ')}
        onChange={(typed) => change({ hiddenEnvironment: typed.split(/[\s,]+/).filter(Boolean) })}
      />
      <ButtonRow
        name="recentCommands"
        text={t('settings.recentCount', { count: settings.recentCommands.length })}
        button={t('settings.recentForget')}
        disabled={settings.recentCommands.length === 0}
        onPress={() => change({ recentCommands: [] })}
      />
      <TextRow
        name="editor"
        code
        placeholder="code --goto {path}:{line}:{column}"
        value={formatArguments(settings.editor)}
        onChange={(typed) => change({ editor: parseArguments(typed).slice(0, 20) })}
      />
    </>
  )
}

function Terminal() {
  const { settings, change } = useSettings()
  return (
    <>
      <NumberRow
        name="terminalFontSize"
        value={settings.terminalFontSize}
        least={8}
        most={32}
        onChange={(terminalFontSize) => change({ terminalFontSize })}
      />
      <TextRow
        name="terminalFontFamily"
        placeholder="JetBrains Mono"
        value={settings.terminalFontFamily}
        onChange={(terminalFontFamily) => change({ terminalFontFamily: terminalFontFamily.slice(0, 200) })}
      />
      <NumberRow
        name="scrollbackLines"
        value={settings.scrollbackLines}
        least={1000}
        most={100_000}
        step={1000}
        onChange={(scrollbackLines) => change({ scrollbackLines })}
      />
      <SwitchRow
        name="copyOnSelection"
        value={settings.copyOnSelection}
        onChange={(copyOnSelection) => change({ copyOnSelection })}
      />
    </>
  )
}

function Review() {
  const { settings, change } = useSettings()
  const { t } = useTranslation()
  return (
    <>
      <ChoiceRow
        name="diffLayout"
        value={settings.diffLayout}
        options={[
          { value: 'split', label: t('settings.split') },
          { value: 'inline', label: t('settings.inline') },
        ]}
        onChange={(diffLayout) => change({ diffLayout })}
      />
      <ChoiceRow
        name="fileList"
        value={settings.fileList}
        options={[
          { value: 'tree', label: t('settings.tree') },
          { value: 'list', label: t('settings.list') },
        ]}
        onChange={(fileList) => change({ fileList })}
      />
      <SwitchRow name="wordWrap" value={settings.wordWrap} onChange={(wordWrap) => change({ wordWrap })} />
    </>
  )
}

function Worktrees() {
  const { settings, change } = useSettings()
  const dataFolder = useStore(useDeck().stores.host, (state) => state.value?.dataFolder ?? '')
  return (
    <>
      <TextRow
        name="worktreeFolder"
        code
        placeholder={dataFolder}
        value={settings.worktreeFolder}
        problem={(typed) => (typed === '' || /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(typed) ? null : 'settings.notAbsolute')}
        onChange={(worktreeFolder) => change({ worktreeFolder })}
      />
      <NumberRow
        name="trashDays"
        value={settings.trashDays}
        least={1}
        most={365}
        onChange={(trashDays) => change({ trashDays })}
      />
    </>
  )
}

function Closing() {
  const { settings, change } = useSettings()
  const { t } = useTranslation()
  return (
    <ChoiceRow
      name="onQuit"
      value={settings.onQuit}
      options={[
        { value: 'ask', label: t('settings.quitAsk') },
        { value: 'keep', label: t('settings.quitKeep') },
        { value: 'stop', label: t('settings.quitStop') },
      ]}
      onChange={(onQuit) => change({ onQuit })}
    />
  )
}
