import type { ChangeList } from '@contract/diff.ts'
import type { Failure } from '@contract/result.ts'
import type { Approval, Session } from '@contract/session.ts'
import { useState } from 'react'
import { useDeck } from '../deck.ts'
import { changedBetween, changedUnderHand, judge, type Verdict } from './ledger.ts'
import type { Reading } from './reading.ts'
import { reviewStore } from './review-state.ts'

/** Why an approval did not pass, as the page shows it. */
export type Refusal =
  /** The worktree became another between looking and pressing. */
  { kind: 'changed'; paths: readonly string[] } | { kind: 'failed'; failure: Failure }

export interface Decision {
  verdict: Verdict
  /** Files that approving and landing take: those of the whole branch, whatever scope is shown. */
  files: number
  conflicts: number
  /** New files too large for a tree: they would not land. */
  leftOut: number
  busy: boolean
  refusal: Refusal | null
  approve(): void
  withdraw(): void
  land(): void
  /** After a refusal: opens the first file that changed. */
  lookAgain(): void
}

/** Approving what is on screen, and only that. */
export function useDecision(reading: Reading, session: Session): Decision {
  const { client } = useDeck()
  const { list, changedAt, changedPaths } = reading.changes
  const [busy, setBusy] = useState(false)
  const [given, setGiven] = useState<Approval | null>(null)
  const [refused, setRefused] = useState<{ refusal: Refusal; seen: ChangeList } | null>(null)

  const files =
    reading.scope === 'branch' ? (list?.files.length ?? 0) : (session.changed?.files ?? list?.files.length ?? 0)
  const empty = files === 0 && (list?.files.length ?? 0) === 0
  const approval =
    given && session.approval?.at !== given.at && isLater(given, session.approval) ? given : session.approval
  const verdict = judge({ approval, landed: session.landed }, list?.tree ?? null, empty)

  const approve = async (): Promise<void> => {
    if (!list || busy || list.unmerged.length > 0) return
    if (changedUnderHand(changedAt, performance.now())) {
      setRefused({ refusal: { kind: 'changed', paths: changedPaths }, seen: list })
      return
    }
    setBusy(true)
    setRefused(null)
    const result = await client.call('review.approve', { session: session.id, tree: list.tree })
    setBusy(false)
    if (result.ok) setGiven(result.value)
    else if (result.error.code === 'tree-changed')
      setRefused({ refusal: { kind: 'changed', paths: result.error.paths ?? [] }, seen: list })
    else setRefused({ refusal: { kind: 'failed', failure: result.error }, seen: list })
  }

  const withdraw = async (): Promise<void> => {
    setGiven(null)
    await client.call('review.withdraw', { session: session.id })
  }

  // The list may arrive after the refusal: then it knows better which files changed.
  let refusal = refused?.refusal ?? null
  if (refused?.refusal.kind === 'changed' && list && list !== refused.seen) {
    const since = changedBetween(refused.seen, list)
    if (since.length > 0) refusal = { kind: 'changed', paths: since }
  }

  return {
    verdict,
    files,
    conflicts: list?.unmerged.length ?? 0,
    leftOut: list?.leftOut.length ?? 0,
    busy,
    refusal,
    approve: () => void approve(),
    withdraw: () => void withdraw(),
    land: () => {
      if (verdict.kind === 'approved') reviewStore(client).setState({ landing: session.id })
    },
    lookAgain: () => {
      const paths = refusal?.kind === 'changed' ? refusal.paths : []
      const first = paths.find((path) => reading.changes.byPath.has(path))
      setRefused(null)
      if (first) reading.select(first)
    },
  }
}

function isLater(one: Approval, other: Approval | null): boolean {
  return other === null || one.at > other.at
}
