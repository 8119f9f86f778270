import type { SessionId, TerminalId } from '@contract/ids.ts'
import type { Session, TerminalRef } from '@contract/session.ts'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Deck } from '../deck.ts'

/** What panes remember while the page lives. */
export interface PaneState {
  /** The terminal a pane shows, where the person chose one. */
  terminal: Readonly<Record<SessionId, TerminalId>>
  /** Panes with an open composer. */
  composing: readonly SessionId[]
  /** The terminal that is searched. */
  finding: TerminalId | null
  zoomed: SessionId | null
  /** Part of the room that the terminal has beside the diff. */
  share: number
}

const states = new WeakMap<Deck, StoreApi<PaneState>>()

export function paneState(deck: Deck): StoreApi<PaneState> {
  const known = states.get(deck)
  if (known) return known
  const made = createStore<PaneState>(() => ({
    terminal: {},
    composing: [],
    finding: null,
    zoomed: null,
    share: 0.5,
  }))
  states.set(deck, made)
  return made
}

/** The terminal a pane shows: the one that was chosen while it exists, else the agent's latest, else what runs, else the last. */
export function terminalOf(session: Session, chosen: TerminalId | undefined): TerminalRef | null {
  const { terminals } = session
  return (
    terminals.find((each) => each.id === chosen) ??
    terminals.findLast((each) => each.kind === 'agent') ??
    terminals.findLast((each) => each.alive) ??
    terminals.at(-1) ??
    null
  )
}

/** True while there is no agent yet to show: its stages stand in the pane instead. */
export function showsStages(session: Session): boolean {
  if (session.terminals.some((each) => each.kind === 'agent')) return false
  return (
    session.pendingScript !== null ||
    session.state === 'starting' ||
    session.stages.some((stage) => stage.state === 'failed' || stage.state === 'running')
  )
}

/** Whether the agent takes input now. */
export function agentRuns(session: Session): boolean {
  return session.terminals.some((each) => each.kind === 'agent' && each.alive)
}

const steps = new WeakMap<Deck, (direction: 1 | -1) => void>()

/** The stage tells how to get from pane to pane while it is mounted. Returns what takes it back. */
export function provideStep(deck: Deck, step: (direction: 1 | -1) => void): () => void {
  steps.set(deck, step)
  return () => steps.delete(deck)
}

/** Gives the keyboard to the next or the previous pane, round at the ends. */
export function stepPane(deck: Deck, direction: 1 | -1): void {
  steps.get(deck)?.(direction)
}
