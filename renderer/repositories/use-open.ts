import type { Repository, RepositoryWarning } from '@contract/repository.ts'
import type { Failure, Result } from '@contract/result.ts'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'

/** A folder that could not be opened as it is, and what git or the disk said of it. */
export interface Refusal {
  path: string
  failure: Failure
}

export interface Opening {
  busy: boolean
  refusal: Refusal | null
  /** Opens a folder; the refusal is kept until the next try. Resolves to whether it is open now. */
  open(path: string): Promise<boolean>
  /** Only after the person asked for it in so many words. */
  initialise(path: string, commit: 'empty' | 'all'): Promise<boolean>
  sample(): Promise<boolean>
  /** The system's own picker, where the host has one. */
  pick(): Promise<boolean>
  clear(): void
}

/** Opening a repository, shared by welcome screen and dialog. */
export function useOpening(): Opening {
  const deck = useDeck()
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)

  const entered = (
    path: string,
    result: Result<{ repository: Repository; warnings?: RepositoryWarning[] }>,
  ): boolean => {
    if (!result.ok) {
      setRefusal({ path, failure: result.error })
      return false
    }
    setRefusal(null)
    deck.stores.view.setState({ repository: result.value.repository.id, page: 'stage' })
    for (const warning of result.value.warnings ?? []) {
      deck.notify({
        kind: 'note',
        text: `${result.value.repository.name}: ${t(`repository.warning.${warning.kind}`, { defaultValue: warning.message })}`,
        detail: warning.paths?.join('\n'),
      })
    }
    return true
  }

  const during = async (work: () => Promise<boolean>): Promise<boolean> => {
    setBusy(true)
    try {
      return await work()
    } finally {
      setBusy(false)
    }
  }

  const open = (path: string): Promise<boolean> =>
    during(async () => entered(path, await deck.client.call('repository.open', { path })))

  return {
    busy,
    refusal,
    open,
    initialise: (path, commit) =>
      during(async () => entered(path, await deck.client.call('repository.initialise', { path, commit }))),
    sample: () => during(async () => entered('', await deck.client.call('repository.sample', {}))),
    pick: async () => {
      const picked = await deck.client.call('host.pickFolder', {})
      return picked.ok && picked.value.path !== null ? open(picked.value.path) : false
    },
    clear: () => setRefusal(null),
  }
}
