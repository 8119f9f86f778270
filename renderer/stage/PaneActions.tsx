import type { SessionId } from '@contract/ids.ts'
import type { Session, TerminalRef } from '@contract/session.ts'
import type { IDockviewHeaderActionsProps } from 'dockview-react'
import {
  Bot,
  Columns2,
  Ellipsis,
  FileDiff,
  Maximize2,
  Minimize2,
  Play,
  Plus,
  SquareTerminal,
  Terminal as TerminalIcon,
  Wrench,
  X,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { IconButton } from '../shell/IconButton.tsx'
import { Menu } from '../shell/Menu.tsx'
import { Segmented } from '../shell/Segmented.tsx'
import { useCommandKeys } from '../shell/use-command-keys.ts'
import type { PaneMode } from '../stores/view.ts'
import { closeTerminal, openTerminal, setMode, showTerminal } from './actions.ts'
import styles from './PaneHeader.module.css'
import { usePaneMenu } from './pane-menu.tsx'
import { paneState, terminalOf } from './pane-state.ts'

const terminalIcons: Record<TerminalRef['kind'], typeof Bot> = {
  agent: Bot,
  setup: Wrench,
  shell: TerminalIcon,
  run: Play,
  teardown: Wrench,
}

/** Right of a pane's header line: which terminal, what is shown, zoom, menu. Speaks of the group's visible pane. */
export function PaneActions({ activePanel }: IDockviewHeaderActionsProps) {
  const id = activePanel?.id as SessionId | undefined
  return id === undefined ? null : <Actions id={id} />
}

/** The same for a pane that stands alone. */
export function Actions({ id }: { id: SessionId }) {
  const deck = useDeck()
  const session = useStore(deck.stores.sessions, (state) => state.value?.byId[id] ?? null)
  return session ? <SessionActions session={session} /> : null
}

function SessionActions({ session }: { session: Session }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const { id } = session
  const items = usePaneMenu(session)
  const mode = useStore(deck.stores.view, (state) => state.paneModes[id] ?? 'terminal')
  const zoomed = useStore(paneState(deck), (state) => state.zoomed === id)
  const zoomKeys = useCommandKeys('pane.zoom')
  const modes: { value: PaneMode; label: string; icon: ReactNode }[] = [
    { value: 'terminal', label: t('stage.mode-terminal'), icon: <SquareTerminal size={16} /> },
    { value: 'diff', label: t('stage.mode-diff'), icon: <FileDiff size={16} /> },
    { value: 'both', label: t('stage.mode-both'), icon: <Columns2 size={16} /> },
  ]
  return (
    <div className={styles['actions']}>
      {mode === 'diff' ? null : <Terminals session={session} />}
      <div className={styles['modes']}>
        <Segmented label={t('stage.mode')} value={mode} options={modes} onChange={(next) => setMode(deck, id, next)} />
      </div>
      <IconButton
        size="small"
        className={styles['zoom'] ?? ''}
        label={zoomed ? t('stage.unzoom') : t('stage.zoom')}
        {...(zoomKeys ? { keys: zoomKeys } : {})}
        icon={zoomed ? <Minimize2 size={16} /> : <Maximize2 size={16} />}
        onClick={() => deck.stage.current?.toggleZoom(id)}
      />
      <Menu
        align="end"
        trigger={
          <IconButton
            size="small"
            label={t('stage.pane-menu', { title: session.title })}
            icon={<Ellipsis size={16} />}
          />
        }
        items={items}
      />
    </div>
  )
}

function useTerminalName(): (terminal: TerminalRef, all: readonly TerminalRef[]) => string {
  const { t } = useTranslation()
  return (terminal, all) => {
    const same = all.filter((each) => each.kind === terminal.kind)
    const name = t(`stage.${terminal.kind}`)
    const numbered = same.length > 1 ? `${name} ${same.indexOf(terminal) + 1}` : name
    return terminal.alive ? numbered : t('stage.terminal-ended', { name: numbered })
  }
}

/** One button per terminal where there are several, and the one that opens another. */
function Terminals({ session }: { session: Session }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const nameOf = useTerminalName()
  const chosen = useStore(paneState(deck), (state) => state.terminal[session.id])
  const shown = terminalOf(session, chosen)
  const shellKeys = useCommandKeys('terminal.newShell')
  const { terminals } = session
  const closable = shown && (shown.kind === 'shell' || shown.kind === 'run') ? shown : null
  return (
    <>
      {terminals.length > 1 ? (
        <div className={styles['terminals']} role="group" aria-label={t('stage.terminals', { title: session.title })}>
          {terminals.map((terminal) => {
            const Icon = terminalIcons[terminal.kind]
            return (
              <IconButton
                key={terminal.id}
                size="small"
                label={nameOf(terminal, terminals)}
                pressed={terminal.id === shown?.id}
                icon={<Icon size={16} data-ended={terminal.alive ? undefined : terminal.kind} />}
                onClick={() => showTerminal(deck, session.id, terminal.id)}
              />
            )
          })}
          {closable ? (
            <IconButton
              size="small"
              label={t(closable.alive ? 'stage.close-running' : 'stage.close-terminal')}
              icon={<X size={16} />}
              onClick={() => void closeTerminal(deck, closable)}
            />
          ) : null}
        </div>
      ) : null}
      <span className={styles['add']}>
        <Menu
          align="end"
          trigger={<IconButton size="small" label={t('stage.new-terminal')} icon={<Plus size={16} />} />}
          items={[
            {
              label: t('stage.new-shell'),
              icon: <TerminalIcon size={16} />,
              ...(shellKeys ? { keys: shellKeys } : {}),
              run: () => void openTerminal(deck, session, 'shell'),
            },
            {
              label: t('stage.run-command'),
              icon: <Play size={16} />,
              run: () => void openTerminal(deck, session, 'run'),
            },
          ]}
        />
      </span>
    </>
  )
}
