/** What a pane does with its session's terminals; menu, header, overlay and commands run the same functions. */
import type { SessionId } from '@contract/ids.ts'
import type { Session, TerminalRef } from '@contract/session.ts'
import i18next from 'i18next'
import type { Deck } from '../deck.ts'
import { notifyFailure } from '../shell/failure.ts'
import type { PaneMode } from '../stores/view.ts'
import { terminalPool } from '../terminal/pool.ts'
import type { Screen } from '../terminal/screen.ts'
import { paneState, terminalOf } from './pane-state.ts'

/** The screen that the session's pane shows, if it is on the page. */
export function screenOf(deck: Deck, session: Session | null): Screen | null {
  if (!session) return null
  const shown = terminalOf(session, paneState(deck).getState().terminal[session.id])
  const screen = shown ? terminalPool(deck).find(shown.id) : undefined
  return screen?.shown ? screen : null
}

/** The size that what is started in the session's pane will have. */
function sizeIn(deck: Deck, session: Session): { cols: number; rows: number } | undefined {
  const xterm = screenOf(deck, session)?.xterm
  return xterm ? { cols: xterm.cols, rows: xterm.rows } : deck.stage.current?.measure()
}

/** Opens a shell or the repository's run command beside the agent, and shows it. */
export async function openTerminal(deck: Deck, session: Session, kind: 'shell' | 'run'): Promise<void> {
  const size = sizeIn(deck, session)
  const result = await deck.client.call('terminal.open', { session: session.id, kind, ...(size ? { size } : {}) })
  if (result.ok) showTerminal(deck, session.id, result.value.terminal)
  else notifyFailure(deck, result.error, i18next.t(kind === 'run' ? 'stage.run-command' : 'stage.new-shell'))
}

/** Shows one of the session's terminals in its pane and gives it the keyboard. */
export function showTerminal(deck: Deck, session: SessionId, terminal: TerminalRef['id']): void {
  if (paneMode(deck, session) === 'diff') setMode(deck, session, 'terminal')
  paneState(deck).setState(({ terminal: chosen }) => ({ terminal: { ...chosen, [session]: terminal } }))
  deck.stage.current?.focusTerminal(session)
}

export async function closeTerminal(deck: Deck, terminal: TerminalRef): Promise<void> {
  const result = await deck.client.call('terminal.close', { terminal: terminal.id })
  if (!result.ok) notifyFailure(deck, result.error, i18next.t('stage.close-terminal'))
}

/** Starts the agent again in its pane, at the pane's size, and gives it the keyboard. */
export async function resumeHere(deck: Deck, session: Session): Promise<void> {
  const size = sizeIn(deck, session)
  const fits = size && size.cols >= 20 && size.rows >= 5
  const result = await deck.client.call('session.resume', { session: session.id, ...(fits ? size : {}) })
  if (!result.ok) {
    notifyFailure(deck, result.error, i18next.t('terminal.resume'))
    return
  }
  paneState(deck).setState(({ terminal: { [session.id]: _old, ...others } }) => ({ terminal: others }))
  deck.stage.current?.focusTerminal(session.id)
}

/** Shows the review of the session. */
export function review(deck: Deck, session: SessionId): void {
  deck.stores.view.setState({ focused: session, reviewOpen: true, narrowView: 'review' })
}

/** Opens the search bar over the session's terminal. */
export function findIn(deck: Deck, session: Session | null): void {
  const screen = screenOf(deck, session)
  if (screen) paneState(deck).setState({ finding: screen.id })
}

/** Opens or closes the composer under the session's terminal; closing gives the keyboard back to the terminal. */
export function toggleComposer(deck: Deck, id: SessionId): void {
  const state = paneState(deck)
  const open = state.getState().composing.includes(id)
  if (!open && paneMode(deck, id) === 'diff') setMode(deck, id, 'terminal')
  state.setState(({ composing }) => ({
    composing: open ? composing.filter((each) => each !== id) : [...composing, id],
  }))
  if (open) deck.stage.current?.focusTerminal(id)
}

/** Drops the scrollback above the screen, in the page only: the host keeps its own. */
export function clearTerminal(deck: Deck, session: Session | null): void {
  screenOf(deck, session)?.clear()
}

export function paneMode(deck: Deck, id: SessionId): PaneMode {
  return deck.stores.view.getState().paneModes[id] ?? 'terminal'
}

export function setMode(deck: Deck, id: SessionId, mode: PaneMode): void {
  deck.stores.view.setState(({ paneModes }) => ({ paneModes: { ...paneModes, [id]: mode } }))
}

const nextMode: Record<PaneMode, PaneMode> = { terminal: 'diff', diff: 'both', both: 'terminal' }

/** Terminal, diff, both, and round again. */
export function cycleMode(deck: Deck, id: SessionId): void {
  setMode(deck, id, nextMode[paneMode(deck, id)])
}
