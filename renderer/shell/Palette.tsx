import { Dialog as Base } from '@base-ui/react/dialog'
import { Command as Cmdk } from 'cmdk'
import { ChevronRight, FolderGit2 } from 'lucide-react'
import { useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { showSession } from '../sessions/actions.ts'
import { inListOrder } from '../sessions/commands.ts'
import { shownState } from '../sessions/grouping.ts'
import type { Command } from './command.ts'
import { shortRef } from './format.ts'
import { bindings, formatChord, parseChord } from './keys.ts'
import { Keys } from './Keys.tsx'
import { closeOverlay } from './overlays.ts'
import { scoreEntry } from './palette-score.ts'
import styles from './Palette.module.css'
import { allCommands } from './registry.ts'
import { StateGlyph } from './StateGlyph.tsx'
import { useKeyContext } from './use-command-keys.ts'
import { useFocusBefore } from './use-focus-before.ts'

interface Entry {
  /** Unique, and what the list selects by. */
  value: string
  heading: string
  label: string
  /** What a search looks through besides the label. */
  words: string[]
  icon: ReactNode
  aside?: string
  keys?: string
  run(): void
}

/** Before anything is typed a few sessions are enough: the commands stand below them. */
const sessionsAtFirst = 6
/** More answers than this nobody reads. */
const answers = 50

/** Sessions, commands and repositories behind one field. Enter runs; the list is as it was when it opened. */
export function Palette() {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const before = useFocusBefore(true)
  const entries = useEntries()
  const typed = search.trim()
  const groups = useMemo(
    () => (typed === '' ? grouped(entries) : [{ heading: '', entries: found(entries, typed) }]),
    [entries, typed],
  )
  const run = (entry: Entry) => (): void => {
    closeOverlay()
    // After the sheet has gone and given the focus back, so that what runs may take it.
    setTimeout(entry.run)
  }
  const count = groups.reduce((sum, group) => sum + group.entries.length, 0)
  return (
    <Base.Root open onOpenChange={(open) => (open ? undefined : closeOverlay())}>
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup className={styles['popup']} data-modal="" aria-label={t('shell.palette')} finalFocus={before}>
          <Cmdk
            label={t('shell.palette')}
            loop
            shouldFilter={false}
            vimBindings={false}
            className={styles['cmdk'] ?? ''}
          >
            <Cmdk.Input
              autoFocus
              value={search}
              onValueChange={setSearch}
              placeholder={t('shell.paletteHint')}
              className={styles['input'] ?? ''}
            />
            <Cmdk.List label={t('shell.palette')} className={styles['list'] ?? ''}>
              {count === 0 ? <p className={styles['empty']}>{t('shell.nothingFound', { text: typed })}</p> : null}
              {groups.map((group) => (
                <Cmdk.Group key={group.heading} heading={group.heading || undefined}>
                  {group.entries.map((entry) => (
                    <Cmdk.Item
                      key={entry.value}
                      value={entry.value}
                      onSelect={run(entry)}
                      className={styles['item'] ?? ''}
                    >
                      <span className={styles['icon']}>{entry.icon}</span>
                      <span className={styles['label']}>{entry.label}</span>
                      {entry.aside ? <span className={styles['aside']}>{entry.aside}</span> : null}
                      {entry.keys ? <Keys chord={entry.keys} /> : null}
                    </Cmdk.Item>
                  ))}
                </Cmdk.Group>
              ))}
            </Cmdk.List>
          </Cmdk>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function found(entries: readonly Entry[], typed: string): Entry[] {
  return entries
    .map((entry) => ({ entry, score: scoreEntry([entry.label, ...entry.words], typed) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, answers)
    .map((one) => one.entry)
}

function grouped(entries: readonly Entry[]): { heading: string; entries: Entry[] }[] {
  const groups = new Map<string, Entry[]>()
  let sessions = 0
  for (const entry of entries) {
    if (entry.value.startsWith('session:') && ++sessions > sessionsAtFirst) continue
    groups.set(entry.heading, [...(groups.get(entry.heading) ?? []), entry])
  }
  return [...groups].map(([heading, members]) => ({ heading, entries: members }))
}

const groups: Command['group'][] = ['session', 'pane', 'review', 'repository', 'view', 'program']

/** Everything that can be found, in the order it is shown in. */
function useEntries(): Entry[] {
  const deck = useDeck()
  const { t, i18n } = useTranslation()
  const context = useKeyContext()
  const changed = useStore(deck.stores.settings, (state) => state.value?.keys)
  return useMemo(() => {
    const english = i18n.getFixedT('en')
    const bound = bindings(allCommands(), changed ?? {})
    const sessions = inListOrder(deck).map((session): Entry => {
      const state = t(`state.${shownState(session)}`)
      return {
        value: `session:${session.id}`,
        heading: t('session.sessions'),
        label: session.title,
        words: [session.branch ? shortRef(session.branch) : '', state],
        icon: <StateGlyph state={shownState(session)} spoken={false} />,
        aside: state,
        run: () => showSession(deck, session.id),
      }
    })
    const possible = allCommands().filter(
      (command) =>
        command.id !== 'program.palette' &&
        !/^session\.(go\d|show)$/.test(command.id) &&
        (command.when?.(deck) ?? true),
    )
    const commands = groups.flatMap((group) =>
      possible
        .filter((command) => command.group === group)
        .map((command): Entry => {
          const chord = parseChord(bound.get(command.id) ?? '')
          return {
            value: `command:${command.id}`,
            heading: t(`shell.group-${group}`),
            label: t(command.label),
            // English words find a command in every language: people know them from elsewhere.
            words: [english(command.label)],
            icon: <ChevronRight size={16} />,
            ...(chord ? { keys: formatChord(chord, context) } : {}),
            run: () => deck.run(command.id),
          }
        }),
    )
    const repositories = (deck.stores.repositories.getState().value ?? [])
      .filter((repository) => repository.available)
      .map(
        (repository): Entry => ({
          value: `repository:${repository.id}`,
          heading: t('shell.repositories'),
          label: repository.name,
          words: [repository.path],
          icon: <FolderGit2 size={16} />,
          aside: repository.path,
          run: () => deck.stores.view.setState({ repository: repository.id }),
        }),
      )
    return [...sessions, ...commands, ...repositories]
  }, [deck, t, i18n, context, changed])
}
