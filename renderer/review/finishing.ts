import type { Session } from '@contract/session.ts'
import type { TFunction } from 'i18next'
import type { Deck } from '../deck.ts'

/** Stops the agent and moves its worktree to the trash; what was done, or why not, is told with an undo. False when it did not pass. */
export async function discardSession(deck: Deck, session: Session, t: TFunction): Promise<boolean> {
  const result = await deck.client.call('session.discard', { session: session.id })
  if (!result.ok) {
    deck.notify({ kind: 'failed', text: t('landing.discard-failed'), detail: result.error.message })
    return false
  }
  const { trash } = result.value
  deck.notify({
    kind: 'done',
    text: t('landing.discarded', { title: session.title }),
    ...(trash
      ? {
          action: {
            label: t('landing.undo'),
            run: () => {
              void deck.client.call('worktree.bringBack', { id: trash.id }).then((back) => {
                if (back.ok) deck.notify({ kind: 'done', text: t('landing.brought-back', { path: back.value.path }) })
                else deck.notify({ kind: 'failed', text: t('landing.undo-failed'), detail: back.error.message })
              })
            },
          },
        }
      : {}),
  })
  return true
}

/** Takes the session off the list, its agent stopped first; worktree and branch stay. */
export async function archiveSession(deck: Deck, session: Session, t: TFunction): Promise<boolean> {
  if (session.pid !== null) {
    const stopped = await deck.client.call('session.stop', { session: session.id })
    if (!stopped.ok) {
      deck.notify({ kind: 'failed', text: t('landing.archive-failed'), detail: stopped.error.message })
      return false
    }
  }
  const result = await deck.client.call('session.archive', { session: session.id, archived: true })
  if (!result.ok) {
    deck.notify({ kind: 'failed', text: t('landing.archive-failed'), detail: result.error.message })
    return false
  }
  deck.notify({
    kind: 'done',
    text: t('landing.archived', { title: session.title }),
    action: {
      label: t('landing.undo'),
      run: () => void deck.client.call('session.archive', { session: session.id, archived: false }),
    },
  })
  return true
}
