import { Command as Cmdk, defaultFilter } from 'cmdk'
import { Dialog as Base } from '@base-ui/react/dialog'
import { ChevronRight, FolderGit2 } from 'lucide-react'
import { useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'
import { inListOrder } from '../sessions/commands.ts'
import { showSession } from '../sessions/actions.ts'
import type { Command } from './command.ts'
import { shortRef } from './format.ts'
import { Keys } from './Keys.tsx'
import { closeOverlay } from './overlays.ts'
import styles from './Palette.module.css'
import { allCommands } from './registry.ts'
import { StateGlyph } from './StateGlyph.tsx'
import { useCommandKeys } from './use-command-keys.ts'

/** Sessions, commands and repositories behind one field. Enter runs; the list is as it was when it opened. */
export function Palette() {
  const deck = useDeck()
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const sessions = useMemo(() => inListOrder(deck), [deck])
  const repositories = useMemo(() => deck.stores.repositories.getState().value ?? [], [deck])
  const commands = useMemo(
    () =>
      allCommands().filter(
        (command) =>
          command.id !== 'program.palette' &&
          !/^session\.(go\d|show)$/.test(command.id) &&
          (command.when?.(deck) ?? true),
      ),
    [deck],
  )
  const run = (action: () => void) => (): void => {
    closeOverlay()
    // After the sheet has gone and given the focus back, so that what runs may take it.
    setTimeout(action)
  }
  const groups: Command['group'][] = ['session', 'pane', 'review', 'repository', 'view', 'program']
  return (
    <Base.Root open onOpenChange={(open) => (open ? undefined : closeOverlay())}>
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup className={styles['popup']} data-modal="" aria-label={t('shell.palette')}>
          <Cmdk
            label={t('shell.palette')}
            loop
            className={styles['cmdk'] ?? ''}
            filter={(value, typed, keywords) => defaultFilter((keywords ?? [value]).join(' '), typed)}
          >
            <Cmdk.Input
              value={search}
              onValueChange={setSearch}
              placeholder={t('shell.paletteHint')}
              className={styles['input'] ?? ''}
            />
            <Cmdk.List className={styles['list'] ?? ''}>
              <Cmdk.Empty className={styles['empty'] ?? ''}>{t('shell.nothingFound', { text: search })}</Cmdk.Empty>
              {sessions.length > 0 ? (
                <Cmdk.Group heading={t('session.sessions')}>
                  {sessions.map((session) => (
                    <Line
                      key={session.id}
                      value={`session:${session.id}`}
                      words={[
                        session.title,
                        session.branch ? shortRef(session.branch) : '',
                        t(`state.${session.state}`),
                      ]}
                      icon={<StateGlyph state={session.state} spoken={false} />}
                      label={session.title}
                      aside={t(`state.${session.state}`)}
                      onRun={run(() => showSession(deck, session.id))}
                    />
                  ))}
                </Cmdk.Group>
              ) : null}
              {groups.map((group) => {
                const members = commands.filter((command) => command.group === group)
                return members.length === 0 ? null : (
                  <Cmdk.Group key={group} heading={t(`shell.group-${group}`)}>
                    {members.map((command) => (
                      <CommandLine key={command.id} command={command} onRun={run(() => deck.run(command.id))} />
                    ))}
                  </Cmdk.Group>
                )
              })}
              {repositories.length > 0 ? (
                <Cmdk.Group heading={t('shell.repositories')}>
                  {repositories
                    .filter((repository) => repository.available)
                    .map((repository) => (
                      <Line
                        key={repository.id}
                        value={`repository:${repository.id}`}
                        words={[repository.name, repository.path]}
                        icon={<FolderGit2 size={16} />}
                        label={repository.name}
                        aside={repository.path}
                        onRun={run(() => deck.stores.view.setState({ repository: repository.id }))}
                      />
                    ))}
                </Cmdk.Group>
              ) : null}
            </Cmdk.List>
          </Cmdk>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function CommandLine({ command, onRun }: { command: Command; onRun(): void }) {
  const { t, i18n } = useTranslation()
  const keys = useCommandKeys(command.id)
  const label = t(command.label)
  // English words find a command in every language: people know them from elsewhere.
  const english = i18n.getFixedT('en')(command.label)
  return (
    <Line
      value={`command:${command.id}`}
      words={[label, english]}
      icon={<ChevronRight size={16} />}
      label={label}
      {...(keys ? { keys } : {})}
      onRun={onRun}
    />
  )
}

function Line(props: {
  value: string
  words: string[]
  icon: ReactNode
  label: string
  aside?: string
  keys?: string
  onRun(): void
}) {
  return (
    <Cmdk.Item value={props.value} keywords={props.words} onSelect={props.onRun} className={styles['item'] ?? ''}>
      <span className={styles['icon']}>{props.icon}</span>
      <span className={styles['label']}>{props.label}</span>
      {props.aside ? <span className={styles['aside']}>{props.aside}</span> : null}
      {props.keys ? <Keys chord={props.keys} /> : null}
    </Cmdk.Item>
  )
}
