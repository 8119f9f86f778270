import type { AgentId } from '@contract/ids.ts'
import type { Worktree } from '@contract/worktree.ts'
import { Bot, Ellipsis, FileCode, FolderGit2, Lock, SquareTerminal, Trash2 } from 'lucide-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'
import { newSessionPlace } from '../sessions/new-session.ts'
import { formatBytes } from '../shell/format.ts'
import { IconButton } from '../shell/IconButton.tsx'
import { Menu, type MenuItem } from '../shell/Menu.tsx'
import { RelativeTime } from '../shell/RelativeTime.tsx'
import { worktreeName } from './sort.ts'
import css from './Worktrees.module.css'

interface Props {
  worktree: Worktree
  onRemove(worktree: Worktree): void
}

/** One worktree: what is checked out, how far it is, what it holds, who works in it, what can be done. */
export const WorktreeRow = memo(function WorktreeRow({ worktree, onRemove }: Props) {
  const deck = useDeck()
  const { t } = useTranslation()
  const repository = deck.stores.view.getState().repository

  const failed = (code: string, message: string): void =>
    deck.notify({ kind: 'failed', text: t(`error.${code}`, { defaultValue: message }), detail: message })

  const openTerminal = async (): Promise<void> => {
    if (worktree.session) {
      deck.stores.view.setState({ page: 'stage' })
      deck.run('session.show', worktree.session)
      return
    }
    if (repository === null) return
    const result = await deck.client.call('session.create', {
      repository,
      agent: 'shell' as AgentId,
      title: worktreeName(worktree).slice(0, 200),
      place: worktree.main ? { kind: 'in-place' } : { kind: 'existing-worktree', path: worktree.path },
      ...deck.stage.current?.measure(),
    })
    if (!result.ok) return failed(result.error.code, result.error.message)
    deck.stores.view.setState({ page: 'stage' })
    const first = result.value.sessions[0]
    if (first) deck.run('session.show', first.id)
  }

  const items: MenuItem[] = [
    {
      label: worktree.session ? t('worktree.showSession') : t('worktree.openTerminal'),
      icon: <SquareTerminal size={16} aria-hidden />,
      disabled: worktree.missing,
      run: () => void openTerminal(),
    },
    {
      label: t('worktree.openEditor'),
      icon: <FileCode size={16} aria-hidden />,
      disabled: worktree.missing,
      run: () =>
        void deck.client.call('host.openInEditor', { path: worktree.path }).then((result) => {
          if (!result.ok) failed(result.error.code, result.error.message)
        }),
    },
    {
      label: t('worktree.adopt'),
      icon: <Bot size={16} aria-hidden />,
      disabled: worktree.missing || worktree.session !== null,
      run: () => {
        newSessionPlace.setState({
          place: worktree.main ? { kind: 'in-place' } : { kind: 'existing-worktree', path: worktree.path },
        })
        deck.run('session.new')
      },
    },
    {
      label: t('worktree.copyPath'),
      icon: <FolderGit2 size={16} aria-hidden />,
      run: () => void navigator.clipboard.writeText(worktree.path).catch(() => undefined),
    },
    'separator',
    {
      label: t('worktree.remove'),
      icon: <Trash2 size={16} aria-hidden />,
      danger: true,
      disabled: worktree.main,
      run: () => onRemove(worktree),
    },
  ]

  const dirty = worktree.dirty ?? 0
  const untracked = worktree.untracked ?? 0
  return (
    <div role="row" className={css.row}>
      <div role="cell" className={css.cell}>
        <span className={css.name}>
          <span className={css.nameText}>{worktreeName(worktree)}</span>
          {worktree.main && <span className={css.tag}>{t('worktree.main')}</span>}
          {!worktree.main && !worktree.ours && <span className={css.tag}>{t('worktree.theirs')}</span>}
          {worktree.branch === null && !worktree.missing && <span className={css.tag}>{t('worktree.detached')}</span>}
          {worktree.locked !== null && (
            <span className={css.tag} title={worktree.locked}>
              <Lock size={12} aria-hidden /> {t('worktree.locked')}
            </span>
          )}
          {worktree.operation && <span className={css.warn}>{worktree.operation}</span>}
          {worktree.missing && <span className={css.warn}>{t('worktree.missing')}</span>}
        </span>
        <span className={css.path} title={worktree.path}>
          {worktree.path}
        </span>
      </div>
      <div role="cell" className={css.cell}>
        {worktree.ahead !== null && worktree.behind !== null && (
          <span className={css.numbers} title={worktree.base ?? undefined}>
            ↑{worktree.ahead} ↓{worktree.behind}
          </span>
        )}
      </div>
      <div role="cell" className={css.cell}>
        {worktree.dirty === null ? (
          <span className={css.faint}>–</span>
        ) : dirty + untracked === 0 ? (
          <span className={css.faint}>{t('worktree.clean')}</span>
        ) : (
          <span className={css.numbers}>
            {dirty > 0 && t('worktree.dirty', { count: dirty })}
            {dirty > 0 && untracked > 0 && ', '}
            {untracked > 0 && t('worktree.untracked', { count: untracked })}
          </span>
        )}
      </div>
      <div role="cell" className={css.cell}>
        <span className={css.clip}>{worktree.sessionTitle ?? ''}</span>
      </div>
      <div role="cell" className={css.cell}>
        {worktree.activeAt && <RelativeTime at={worktree.activeAt} />}
      </div>
      <div role="cell" className={css.cell}>
        <span className={css.numbers}>{worktree.sizeBytes === null ? '–' : formatBytes(worktree.sizeBytes)}</span>
      </div>
      <div role="cell" className={css.cell}>
        <Menu
          trigger={
            <IconButton
              label={t('worktree.actionsFor', { name: worktreeName(worktree) })}
              icon={<Ellipsis size={16} />}
            />
          }
          items={items}
        />
      </div>
    </div>
  )
})
