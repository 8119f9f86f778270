import {
  CircleHelp,
  LogOut,
  Menu as MenuIcon,
  PanelLeft,
  PanelRight,
  Plus,
  Search,
  Settings,
  SunMoon,
  FolderTree,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { RepositoryMenu } from '../repositories/RepositoryMenu.tsx'
import { needsPerson } from '../sessions/grouping.ts'
import { IconButton } from './IconButton.tsx'
import { Keys } from './Keys.tsx'
import { Menu, type MenuItem } from './Menu.tsx'
import { StateGlyph } from './StateGlyph.tsx'
import styles from './TitleBar.module.css'
import { useCommandKeys } from './use-command-keys.ts'

/** Repository, who needs me, search or run, new session, columns, menu. */
export function TitleBar({ narrow }: { narrow: boolean }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const listOpen = useStore(deck.stores.view, (state) => state.listOpen)
  const reviewOpen = useStore(deck.stores.view, (state) => state.reviewOpen)
  const paletteKeys = useCommandKeys('program.palette')
  const newKeys = useCommandKeys('session.new')
  const listKeys = useCommandKeys('view.toggleList')
  const reviewKeys = useCommandKeys('view.toggleReview')
  return (
    <header className={styles['bar']}>
      <h1 className={styles['name']}>Quarterdeck</h1>
      {narrow ? null : (
        <IconButton
          label={t('shell.toggleList')}
          {...(listKeys ? { keys: listKeys } : {})}
          icon={<PanelLeft size={16} />}
          pressed={listOpen}
          onClick={() => deck.run('view.toggleList')}
        />
      )}
      <RepositoryMenu />
      <NeedYou />
      <button type="button" className={styles['search']} onClick={() => deck.run('program.palette')}>
        <Search size={14} aria-hidden />
        <span className={styles['searchText']}>{t('shell.searchOrRun')}</span>
        {paletteKeys ? <Keys chord={paletteKeys} /> : null}
      </button>
      <IconButton
        label={t('session.new')}
        {...(newKeys ? { keys: newKeys } : {})}
        icon={<Plus size={16} />}
        onClick={() => deck.run('session.new')}
      />
      {narrow ? null : (
        <IconButton
          label={t('shell.toggleReview')}
          {...(reviewKeys ? { keys: reviewKeys } : {})}
          icon={<PanelRight size={16} />}
          pressed={reviewOpen}
          onClick={() => deck.run('view.toggleReview')}
        />
      )}
      <MainMenu />
    </header>
  )
}

function NeedYou() {
  const deck = useDeck()
  const { t } = useTranslation()
  const keys = useCommandKeys('session.nextNeedingMe')
  const count = useStore(deck.stores.sessions, (state) =>
    state.value ? state.value.ids.filter((id) => needsPerson(state.value!.byId[id]!)).length : 0,
  )
  if (count === 0) return null
  return (
    <button
      type="button"
      className={styles['need']}
      title={[t('session.nextNeedingMe'), keys].filter(Boolean).join(' · ')}
      onClick={() => deck.run('session.nextNeedingMe')}
    >
      <StateGlyph state="needs-approval" size={12} spoken={false} />
      <span className={styles['needLong']}>{t('shell.needYou', { count })}</span>
      <span className={styles['needShort']} aria-hidden>
        {count}
      </span>
    </button>
  )
}

function MainMenu() {
  const deck = useDeck()
  const { t } = useTranslation()
  const page = useStore(deck.stores.view, (state) => state.page)
  const keys = {
    settings: useCommandKeys('program.settings'),
    keys: useCommandKeys('program.keys'),
    worktrees: useCommandKeys('view.worktrees'),
    quit: useCommandKeys('program.quit'),
    theme: useCommandKeys('view.theme'),
  }
  const run = (id: string) => () => deck.run(id)
  const withKeys = (chord: string | undefined) => (chord ? { keys: chord } : {})
  const items: MenuItem[] = [
    {
      label: t(page === 'worktrees' ? 'shell.showStage' : 'shell.worktrees'),
      icon: <FolderTree size={16} />,
      run: run('view.worktrees'),
      ...withKeys(keys.worktrees),
    },
    {
      label: t(page === 'settings' ? 'shell.closeSettings' : 'shell.settings'),
      icon: <Settings size={16} />,
      run: run('program.settings'),
      ...withKeys(keys.settings),
    },
    { label: t('shell.nextTheme'), icon: <SunMoon size={16} />, run: run('view.theme'), ...withKeys(keys.theme) },
    { label: t('shell.keys'), icon: <CircleHelp size={16} />, run: run('program.keys'), ...withKeys(keys.keys) },
    'separator',
    { label: t('shell.quit'), icon: <LogOut size={16} />, run: run('program.quit'), ...withKeys(keys.quit) },
  ]
  return (
    <Menu align="end" trigger={<IconButton label={t('shell.menu')} icon={<MenuIcon size={16} />} />} items={items} />
  )
}
