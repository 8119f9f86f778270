import type { SessionId } from '@contract/ids.ts'
import {
  Archive,
  Check,
  Copy,
  FolderOpen,
  ListChecks,
  Pause,
  Pencil,
  Play,
  RotateCcw,
  Square,
  Trash2,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { notifyFailure } from '../shell/failure.ts'
import { shortRef } from '../shell/format.ts'
import type { MenuItem } from '../shell/Menu.tsx'
import { can } from './actions.ts'

/** What can be done with a session, as menu items; the same in list and pane. Empty for a session that is gone. */
export function useSessionMenu(id: SessionId | null): MenuItem[] {
  const deck = useDeck()
  const { t } = useTranslation()
  const session = useStore(deck.stores.sessions, (state) => (id ? state.value?.byId[id] : undefined))
  if (!session) return []
  const run = (command: string) => () => deck.run(command, session.id)
  const copy = (text: string) => () => {
    void navigator.clipboard
      .writeText(text)
      .then(() => deck.notify({ kind: 'done', text: t('session.copied', { text }) }))
  }
  const openEditor = async (): Promise<void> => {
    const answer = await deck.client.call('host.openInEditor', { path: session.worktree })
    if (!answer.ok) notifyFailure(deck, answer.error, t('session.openEditor'))
  }
  const { branch } = session
  const items: (MenuItem | null)[] = [
    can.retry(session) ? { label: t('session.retry'), icon: <RotateCcw size={16} />, run: run('session.retry') } : null,
    session.stages.length > 0 || session.pendingScript
      ? {
          label: t(session.pendingScript ? 'session.review' : 'session.showStages'),
          icon: <ListChecks size={16} />,
          run: run('session.stages'),
        }
      : null,
    can.interrupt(session)
      ? {
          label: t('session.interrupt'),
          detail: t('session.interruptHint'),
          icon: <Pause size={16} />,
          run: run('session.interrupt'),
        }
      : null,
    can.stop(session)
      ? {
          label: t('session.stop'),
          detail: t('session.stopHint'),
          icon: <Square size={16} />,
          run: run('session.stop'),
        }
      : null,
    can.resume(session)
      ? {
          label: t(session.canResume ? 'session.resume' : 'session.startAgain'),
          icon: <Play size={16} />,
          run: run('session.resume'),
        }
      : null,
    'separator',
    { label: t('session.rename'), keys: 'F2', icon: <Pencil size={16} />, run: run('session.rename') },
    branch ? { label: t('session.copyBranch'), icon: <Copy size={16} />, run: copy(shortRef(branch)) } : null,
    { label: t('session.copyPath'), icon: <Copy size={16} />, run: copy(session.worktree) },
    { label: t('session.openEditor'), icon: <FolderOpen size={16} />, run: () => void openEditor() },
    'separator',
    can.archive(session)
      ? {
          label: t('session.archive'),
          detail: t('session.archiveHint'),
          icon: session.landed ? <Check size={16} /> : <Archive size={16} />,
          run: run('session.archive'),
        }
      : null,
    { label: t('session.discardMenu'), danger: true, icon: <Trash2 size={16} />, run: run('session.discard') },
  ]
  return items.filter((item) => item !== null)
}
