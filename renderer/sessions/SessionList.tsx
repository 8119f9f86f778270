import type { Session } from '@contract/session.ts'
import { ArrowDownUp, ListFilter, Plus } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { EmptyState } from '../shell/EmptyState.tsx'
import { notifyFailure } from '../shell/failure.ts'
import { IconButton } from '../shell/IconButton.tsx'
import { Menu, type MenuItem } from '../shell/Menu.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import { useCommandKeys } from '../shell/use-command-keys.ts'
import { arrange, type Layout } from './grouping.ts'
import { SessionTree } from './SessionTree.tsx'
import styles from './SessionList.module.css'
import { usePointerInside } from './use-pointer-inside.ts'
import { useSettledLayout } from './use-settled-layout.ts'

const none: readonly never[] = []

/** All sessions of all repositories, by what they want from the person. */
export function SessionList() {
  const deck = useDeck()
  const { t } = useTranslation()
  const state = useStore(deck.stores.sessions, (followed) => followed.value)
  const groupBy = useStore(deck.stores.settings, (followed) => followed.value?.groupBy ?? 'need')
  const repositories = useStore(deck.stores.repositories, (followed) => followed.value ?? none)
  const [inside, setInside] = useState({ keys: false, menu: false })
  const list = useRef<HTMLElement>(null)
  const pointerInside = usePointerInside(list)
  const newKeys = useCommandKeys('session.new')

  const wanted = useMemo((): Layout => {
    const sessions: Session[] = state ? state.ids.flatMap((id) => state.byId[id] ?? []) : []
    return arrange(
      sessions,
      groupBy,
      repositories.map((one) => one.id),
    )
  }, [state, groupBy, repositories])
  const { layout, pending, settle } = useSettledLayout(wanted, pointerInside || inside.keys || inside.menu)
  const order = useMemo(() => wanted.flatMap((group) => group.ids).slice(0, 9), [wanted])

  const regroup = async (next: 'need' | 'repository'): Promise<void> => {
    const answer = await deck.client.call('settings.change', { groupBy: next })
    if (!answer.ok) notifyFailure(deck, answer.error)
    settle()
  }
  const items: MenuItem[] = [
    { label: t('session.need'), checked: groupBy === 'need', run: () => void regroup('need') },
    { label: t('session.repository'), checked: groupBy === 'repository', run: () => void regroup('repository') },
    'separator',
    { label: t('session.foldAll'), run: () => deck.stores.view.setState({ folded: layout.map((group) => group.key) }) },
    { label: t('session.unfoldAll'), run: () => deck.stores.view.setState({ folded: [] }) },
    'separator',
    { label: t('session.archivedList'), run: () => deck.run('session.archivedList') },
  ]
  const total = state?.ids.length ?? 0
  return (
    <nav ref={list} className={styles['list']} aria-label={t('session.sessions')}>
      <div className={styles['head']}>
        <h2 className={styles['heading']}>{t('session.sessions')}</h2>
        <span className={styles['total']}>{total > 0 ? total : ''}</span>
        {pending ? (
          <IconButton size="small" label={t('session.reorder')} icon={<ArrowDownUp size={14} />} onClick={settle} />
        ) : null}
        <Menu
          align="end"
          trigger={<IconButton size="small" label={t('session.groupBy')} icon={<ListFilter size={16} />} />}
          items={items}
        />
        <IconButton
          size="small"
          label={t('session.new')}
          {...(newKeys ? { keys: newKeys } : {})}
          icon={<Plus size={16} />}
          onClick={() => deck.run('session.new')}
        />
      </div>
      {state === null ? (
        <div className={styles['loading']}>
          <Spinner label={t('session.loading')} />
        </div>
      ) : total === 0 ? (
        <EmptyState
          title={t('session.emptyTitle')}
          text={t(repositories.length === 0 ? 'session.emptyNoRepository' : 'session.emptyText')}
          action={
            repositories.length === 0 ? null : (
              <Button icon={<Plus size={16} />} onClick={() => deck.run('session.new')}>
                {t('session.new')}
              </Button>
            )
          }
        />
      ) : (
        <SessionTree
          layout={layout}
          order={order}
          onKeys={(keys) => setInside((before) => ({ ...before, keys }))}
          onMenu={(menu) => setInside((before) => ({ ...before, menu }))}
        />
      )}
    </nav>
  )
}
