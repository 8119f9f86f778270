/** What can be done with a session, as the menu, the palette and the keys do it. Each tells its failure. */
import type { SessionId } from '@contract/ids.ts'
import type { Session } from '@contract/session.ts'
import i18next from 'i18next'
import type { Deck } from '../deck.ts'
import { notifyFailure } from '../shell/failure.ts'
import { failedStage, isRunning } from './grouping.ts'

export function sessionOf(deck: Deck, id: SessionId | null | undefined): Session | undefined {
  return id ? deck.stores.sessions.getState().value?.byId[id] : undefined
}

/** A session that was just made may be named before the list has told of it; so long it is waited for. */
const newSessionMs = 10_000

/** Brings a session to the front, wherever the person is, and gives its terminal the keyboard. One that is not known yet is shown once it is. */
export function showSession(deck: Deck, id: SessionId): void {
  const session = sessionOf(deck, id)
  if (!session) {
    const end = deck.stores.sessions.subscribe(() => {
      if (!sessionOf(deck, id)) return
      stop()
      showSession(deck, id)
    })
    const timer = setTimeout(end, newSessionMs)
    const stop = (): void => {
      clearTimeout(timer)
      end()
    }
    return
  }
  const { view } = deck.stores
  const elsewhere = view.getState().repository !== session.repository || deck.stage.current === null
  view.setState({ focused: id, repository: session.repository, page: 'stage', narrowView: 'stage' })
  if (elsewhere) showOnceLoaded(deck, id)
  else deck.stage.current?.show(id)
}

/** The panes of a repository come back as they were kept, which may be without this session and with another one active. */
const panesLoadMs = 10_000
/** `focusTerminal` itself looks for half a second; on a slow machine panes take longer to load. */
const askAgainMs = 500

/** Shows the session and gives its terminal the keyboard as soon as the panes that are being loaded can; anything the person does ends it. */
function showOnceLoaded(deck: Deck, id: SessionId): void {
  const end = deck.stores.view.subscribe(({ focused }) => {
    // The kept panes came back with another one active.
    if (focused !== id) queueMicrotask(() => deck.stage.current?.show(id))
  })
  const give = (): void => {
    const { activeElement } = document
    if (activeElement instanceof HTMLTextAreaElement) stop()
    else deck.stage.current?.focusTerminal(id)
  }
  const stop = (): void => {
    end()
    clearInterval(asking)
    clearTimeout(timer)
    for (const kind of ['pointerdown', 'keydown']) window.removeEventListener(kind, stop, true)
  }
  const asking = setInterval(give, askAgainMs)
  const timer = setTimeout(stop, panesLoadMs)
  for (const kind of ['pointerdown', 'keydown']) window.addEventListener(kind, stop, true)
  // Last: a press that led here is still under way, and is not the next thing that the person does.
  deck.stage.current?.focusTerminal(id)
}

export const can = {
  interrupt: (session: Session): boolean => isRunning(session),
  stop: (session: Session): boolean => isRunning(session),
  resume: (session: Session): boolean =>
    !isRunning(session) &&
    session.archivedAt === null &&
    !session.pendingScript &&
    !failedStage(session) &&
    session.state !== 'starting',
  retry: (session: Session): boolean => failedStage(session) !== undefined,
  archive: (session: Session): boolean =>
    !isRunning(session) && session.archivedAt === null && session.state !== 'starting',
}

export async function stopSession(deck: Deck, session: Session): Promise<void> {
  const answer = await deck.client.call('session.stop', { session: session.id })
  if (!answer.ok) return notifyFailure(deck, answer.error, i18next.t('session.stop'))
  deck.notify({
    kind: 'done',
    text: i18next.t('session.stopped', { title: session.title }),
    action: { label: i18next.t('session.resume'), run: () => void resumeSession(deck, session.id) },
  })
}

export async function interruptSession(deck: Deck, id: SessionId): Promise<void> {
  const answer = await deck.client.call('session.interrupt', { session: id })
  if (!answer.ok) notifyFailure(deck, answer.error, i18next.t('session.interrupt'))
}

/** Starts the agent again, at the size of the pane it will have. */
export async function resumeSession(deck: Deck, id: SessionId): Promise<void> {
  const size = deck.stage.current?.measure()
  const fits = size && size.cols >= 20 && size.rows >= 5
  const answer = await deck.client.call('session.resume', { session: id, ...(fits ? size : {}) })
  if (!answer.ok) notifyFailure(deck, answer.error, i18next.t('session.resume'))
}

export async function retrySession(deck: Deck, id: SessionId): Promise<void> {
  const answer = await deck.client.call('session.retry', { session: id })
  if (!answer.ok) notifyFailure(deck, answer.error, i18next.t('session.retry'))
}

/** Returns whether the new title stands. An empty one, or the same, is no change. */
export async function renameSession(deck: Deck, session: Session, typed: string): Promise<boolean> {
  const title = typed.trim().slice(0, 200)
  if (title === '' || title === session.title) return true
  const answer = await deck.client.call('session.rename', { session: session.id, title })
  if (!answer.ok) notifyFailure(deck, answer.error, i18next.t('session.rename'))
  return answer.ok
}

export async function archiveSession(deck: Deck, session: Session): Promise<void> {
  const answer = await deck.client.call('session.archive', { session: session.id, archived: true })
  if (!answer.ok) return notifyFailure(deck, answer.error, i18next.t('session.archive'))
  deck.notify({
    kind: 'done',
    text: i18next.t('session.archived', { title: session.title }),
    action: { label: i18next.t('session.undo'), run: () => void unarchiveSession(deck, session.id) },
  })
}

export async function unarchiveSession(deck: Deck, id: SessionId): Promise<void> {
  const answer = await deck.client.call('session.archive', { session: id, archived: false })
  if (!answer.ok) notifyFailure(deck, answer.error, i18next.t('session.putBack'))
}

/** Discards, and offers to bring it all back. Returns whether it was discarded. */
export async function discardSession(deck: Deck, session: Session): Promise<boolean> {
  const answer = await deck.client.call('session.discard', { session: session.id })
  if (!answer.ok) {
    notifyFailure(deck, answer.error, i18next.t('session.discard'))
    return false
  }
  deck.stage.current?.closePane(session.id)
  const { trash } = answer.value
  const undo = async (): Promise<void> => {
    if (trash) {
      const back = await deck.client.call('worktree.bringBack', { id: trash.id })
      if (!back.ok) return notifyFailure(deck, back.error, i18next.t('session.undo'))
    }
    await unarchiveSession(deck, session.id)
  }
  deck.notify({
    kind: 'done',
    text: i18next.t(trash ? 'session.discarded' : 'session.discardedInPlace', { title: session.title }),
    ...(trash ? { detail: `${trash.path}\n${trash.branch ?? ''}`.trim() } : {}),
    action: { label: i18next.t('session.undo'), run: () => void undo() },
  })
  return true
}
