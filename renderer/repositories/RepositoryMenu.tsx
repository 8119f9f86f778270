import { ChevronsUpDown, FolderGit2, FolderOpen, FolderTree, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Menu, type MenuItem } from '../shell/Menu.tsx'
import { openRepositoryDialog } from './dialog.ts'
import { OpenRepositoryDialog } from './OpenRepositoryDialog.tsx'
import css from './Repositories.module.css'
import { useOpening } from './use-open.ts'

/** The repository in the title bar: which one, change it, open another, its worktrees. */
export function RepositoryMenu() {
  const deck = useDeck()
  const { t } = useTranslation()
  const opening = useOpening()
  const current = useStore(deck.stores.view, (state) => state.repository)
  const repositories = useStore(deck.stores.repositories, (state) => state.value) ?? []
  const shown = repositories.find((repository) => repository.id === current)

  const items: MenuItem[] = [
    ...repositories.slice(0, 12).map(
      (repository): MenuItem => ({
        label: repository.name,
        icon: <FolderGit2 size={16} aria-hidden />,
        checked: repository.id === current,
        disabled: !repository.available,
        run: () => {
          void opening.open(repository.path)
        },
      }),
    ),
    'separator',
    {
      label: t('repository.openOther'),
      icon: <FolderOpen size={16} aria-hidden />,
      run: () => openRepositoryDialog.setState({ open: true }),
    },
  ]
  if (shown) {
    items.push(
      {
        label: t('repository.worktrees'),
        icon: <FolderTree size={16} aria-hidden />,
        run: () => deck.stores.view.setState({ page: 'worktrees' }),
      },
      'separator',
      {
        label: t('repository.forget', { name: shown.name }),
        icon: <X size={16} aria-hidden />,
        run: () => {
          void deck.client.call('repository.forget', { repository: shown.id }).then((result) => {
            if (result.ok) deck.stores.view.setState({ repository: null })
            else
              deck.notify({
                kind: 'failed',
                text: t(`error.${result.error.code}`, { defaultValue: result.error.message }),
                detail: result.error.message,
              })
          })
        },
      },
    )
  }

  return (
    <>
      <Menu
        trigger={
          <button type="button" className={css.menuButton} title={shown?.path}>
            <FolderGit2 size={16} aria-hidden />
            <span className={css.menuName}>{shown?.name ?? t('repository.none')}</span>
            <ChevronsUpDown size={14} aria-hidden />
          </button>
        }
        items={items}
      />
      <OpenRepositoryDialog />
    </>
  )
}
