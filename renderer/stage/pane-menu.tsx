import type { Session } from '@contract/session.ts'
import { Columns2, Eraser, FileDiff, MessageSquareText, Play, Search, SquareTerminal, X } from 'lucide-react'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { useSessionMenu } from '../sessions/use-session-menu.tsx'
import type { MenuItem } from '../shell/Menu.tsx'
import { useCommandKeys } from '../shell/use-command-keys.ts'
import type { PaneMode } from '../stores/view.ts'
import { setMode } from './actions.ts'
import { paneState } from './pane-state.ts'

/** Everything that can be done from a pane: what concerns its terminal, its session, and itself. */
export function usePaneMenu(session: Session): MenuItem[] {
  const deck = useDeck()
  const { t } = useTranslation()
  const ofSession = useSessionMenu(session.id)
  const mode = useStore(deck.stores.view, (state) => state.paneModes[session.id] ?? 'terminal')
  const composing = useStore(paneState(deck), (state) => state.composing.includes(session.id))
  const findKeys = useCommandKeys('terminal.find')
  const composerKeys = useCommandKeys('terminal.composer')
  const closeKeys = useCommandKeys('pane.close')
  const shellKeys = useCommandKeys('terminal.newShell')
  const keys = (chord: string | undefined): { keys?: string } => (chord ? { keys: chord } : {})
  const run = (command: string) => () => deck.run(command, session.id)
  const show = (wanted: PaneMode, icon: ReactElement): MenuItem => ({
    label: t(`stage.mode-${wanted}`),
    icon,
    checked: mode === wanted,
    run: () => setMode(deck, session.id, wanted),
  })
  return [
    show('terminal', <SquareTerminal size={16} />),
    show('diff', <FileDiff size={16} />),
    show('both', <Columns2 size={16} />),
    'separator',
    {
      label: t('stage.new-shell'),
      icon: <SquareTerminal size={16} />,
      ...keys(shellKeys),
      run: run('terminal.newShell'),
    },
    { label: t('stage.run-command'), icon: <Play size={16} />, run: run('terminal.run') },
    {
      label: t('stage.composer'),
      icon: <MessageSquareText size={16} />,
      checked: composing,
      ...keys(composerKeys),
      run: run('terminal.composer'),
    },
    { label: t('terminal.find'), icon: <Search size={16} />, ...keys(findKeys), run: run('terminal.find') },
    { label: t('terminal.clear'), icon: <Eraser size={16} />, run: run('terminal.clear') },
    'separator',
    ...ofSession,
    'separator',
    {
      label: t('stage.close-pane'),
      detail: t('stage.close-pane-detail'),
      icon: <X size={16} />,
      ...keys(closeKeys),
      run: run('pane.close'),
    },
  ]
}
