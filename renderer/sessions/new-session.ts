import type { RepositoryId } from '@contract/ids.ts'
import type { Place } from '@contract/session.ts'
import { createStore } from 'zustand/vanilla'
import type { Deck } from '../deck.ts'

/** What the person has filled in; kept as a draft until sessions were started from it. */
export interface SessionDraft {
  agent: string
  command: string
  prompt: string
  /** Empty: proposed from the prompt. */
  title: string
  /** Empty: proposed from the prompt. */
  branch: string
  base: string
  place: Place
  copies: number
  mode: string
  changes: 'leave' | 'carry'
}

export const emptyDraft: SessionDraft = {
  agent: '',
  command: '',
  prompt: '',
  title: '',
  branch: '',
  base: '',
  place: { kind: 'new-worktree' },
  copies: 1,
  mode: '',
  changes: 'leave',
}

/** A draft as it was saved, whatever an older or broken one lacks replaced. */
export function readDraft(json: string | null): SessionDraft {
  if (json === null) return emptyDraft
  try {
    const saved: unknown = JSON.parse(json)
    if (typeof saved !== 'object' || saved === null) return emptyDraft
    const known = Object.fromEntries(
      Object.entries(saved).filter(([key, value]) => typeof value === typeof emptyDraft[key as keyof SessionDraft]),
    )
    return { ...emptyDraft, ...known, place: { kind: 'new-worktree' } }
  } catch {
    return emptyDraft // a draft is a convenience: an unreadable one is an empty one
  }
}

/** Where a draft is kept by `view.save`. */
export function draftKey(repository: RepositoryId): string {
  return `draft:new-session:${repository}`
}

/** A place chosen elsewhere (the worktrees page) for the next new session. */
export const newSessionPlace = createStore<{ place: Place | null }>(() => ({ place: null }))

/** Why the form cannot be sent yet, as a translation key; null when it can. */
export function whatIsMissing(
  draft: SessionDraft,
  agent: { found: string; takesCommand: boolean } | undefined,
): string | null {
  if (!agent) return 'newSession.chooseAgent'
  if (agent.found === 'no') return 'newSession.agentMissing'
  if (agent.takesCommand && draft.command.trim() === '') return 'newSession.commandMissing'
  if (draft.place.kind === 'existing-branch' && draft.place.ref === 'refs/') return 'newSession.branchMissing'
  if (draft.place.kind === 'existing-worktree' && draft.place.path === '') return 'newSession.worktreeMissing'
  return null
}

const heldKey = (repository: RepositoryId): string => `quarterdeck.${draftKey(repository)}`

/** Keeps what was typed; while there is no connection in this tab, so that a reload does not lose it. */
export async function saveDraft(deck: Deck, repository: RepositoryId, draft: SessionDraft): Promise<void> {
  const json = JSON.stringify(draft)
  const result = await deck.client.call('view.save', { key: draftKey(repository), json })
  try {
    if (result.ok) sessionStorage.removeItem(heldKey(repository))
    else sessionStorage.setItem(heldKey(repository), json)
  } catch {
    // no room, or storage is forbidden: the form itself still has it
  }
}

/** What was typed last, wherever it could be kept. */
export async function loadDraft(deck: Deck, repository: RepositoryId): Promise<SessionDraft> {
  const held = sessionStorage.getItem(heldKey(repository))
  if (held !== null) return readDraft(held)
  const result = await deck.client.call('view.load', { key: draftKey(repository) })
  return readDraft(result.ok ? result.value.json : null)
}
