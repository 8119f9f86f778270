import type { Repository } from '@contract/repository.ts'
import type { TrashEntry, Worktree } from '@contract/worktree.ts'
import { useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { formatBytes } from '../shell/format.ts'
import styles from './Settings.module.css'

const none: readonly Repository[] = []

/** What this program has put on the machine, where, and how large it is as far as that is known. */
export function MachineSection() {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const host = useStore(stores.host, (state) => state.value)
  const folder = useStore(stores.settings, (state) => state.value?.worktreeFolder ?? '')
  const worktrees = useOwnWorktrees()
  const trash = useTrash()
  if (!host) return null
  return (
    <dl className={styles['facts']}>
      <Fact name="dataFolder">
        <code>{host.dataFolder}</code>
      </Fact>
      <Fact name="worktreesOnDisk">
        {folder ? <code>{folder}</code> : t('settings.inDataFolder')}
        <span className={styles['hint']}>
          {t('settings.worktreeCount', { count: worktrees.length })} · <Size of={worktrees} />
        </span>
      </Fact>
      <Fact name="trash">
        {trash === null ? (
          t('shell.loading')
        ) : (
          <>
            {t('settings.trashCount', { count: trash.length })}
            {trash.length > 0 ? (
              <span className={styles['hint']}>
                <Size of={trash} />
              </span>
            ) : null}
          </>
        )}
      </Fact>
      <Fact name="git">
        {host.git ? (
          <>
            <code>{host.git.path}</code>
            <span className={styles['hint']}>{host.git.message ?? host.git.version}</span>
          </>
        ) : (
          t('error.git-missing')
        )}
      </Fact>
      <Fact name="program">
        {`Quarterdeck ${host.version}`}
        <span className={styles['hint']}>
          {t('settings.processes', { pid: host.pid, pty: host.ptyHost.pid ?? '–' })}
          {host.address ? ` · ${host.address.replace(/#.*/, '')}` : ''}
        </span>
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <>
      <dt>{t(`settings.${name}`)}</dt>
      <dd>{children}</dd>
    </>
  )
}

/** Sum of what is known; says so where something is not. */
function Size({ of }: { of: readonly { sizeBytes: number | null }[] }) {
  const { t } = useTranslation()
  const known = of.filter((one) => one.sizeBytes !== null)
  const sum = formatBytes(known.reduce((total, one) => total + (one.sizeBytes ?? 0), 0))
  if (of.length > 0 && known.length === 0) return t('settings.sizeUnknown')
  return known.length < of.length ? t('settings.sizeAtLeast', { size: sum }) : sum
}

/** Worktrees made by this program in all opened repositories, while the section is on screen. */
function useOwnWorktrees(): readonly Worktree[] {
  const { client, stores } = useDeck()
  const repositories = useStore(stores.repositories, (state) => state.value ?? none)
  const [byRepository, setByRepository] = useState<Readonly<Record<string, readonly Worktree[]>>>({})
  useEffect(() => {
    const handles = repositories
      .filter((repository) => repository.available)
      .map((repository) =>
        client.open(
          'worktree.list',
          { repository: repository.id },
          {
            event: ({ worktrees }) =>
              setByRepository((before) => ({ ...before, [repository.id]: worktrees.filter((one) => one.ours) })),
          },
        ),
      )
    return () => handles.forEach((handle) => handle.close())
  }, [client, repositories])
  return Object.values(byRepository).flat()
}

function useTrash(): readonly TrashEntry[] | null {
  const { client } = useDeck()
  const [entries, setEntries] = useState<readonly TrashEntry[] | null>(null)
  useEffect(() => {
    const handle = client.open('worktree.trash', {}, { event: (event) => setEntries(event.entries) })
    return () => handle.close()
  }, [client])
  return entries
}
