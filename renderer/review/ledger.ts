/** Rules of looking and approving: pure, so that what "seen" and "approved" mean is tested by itself. */
import type { ChangedFile, ChangeList } from '@contract/diff.ts'
import type { Session } from '@contract/session.ts'
import { contentId, isViewed } from './file-tree.ts'

export interface Progress {
  viewed: number
  total: number
}

export function viewedProgress(files: readonly ChangedFile[], viewed: Readonly<Record<string, string>>): Progress {
  let count = 0
  for (const file of files) if (isViewed(file, viewed)) count++
  return { viewed: count, total: files.length }
}

/** Paths that differ between two lists, in the order of the newer; those that are gone come last. */
export function changedBetween(before: ChangeList, after: ChangeList): string[] {
  const version = (file: ChangedFile): string => `${contentId(file)} ${file.newMode} ${file.newId === null}`
  const known = new Map(before.files.map((file) => [file.path, version(file)]))
  const changed = after.files.filter((file) => known.get(file.path) !== version(file)).map((file) => file.path)
  const left = new Set(after.files.map((file) => file.path))
  for (const file of before.files) if (!left.has(file.path)) changed.push(file.path)
  return changed
}

/** A list that changed less than this before the button was pressed was not read by anybody. */
export const underHandMs = 700

export function changedUnderHand(changedAtMs: number | null, nowMs: number): boolean {
  return changedAtMs !== null && nowMs - changedAtMs < underHandMs
}

/** Where the session stands between work and base. */
export type Verdict =
  | { kind: 'waiting' }
  | { kind: 'nothing' }
  | { kind: 'open' }
  | { kind: 'approved'; at: string }
  /** Approved once, and the worktree is another since. */
  | { kind: 'stale'; at: string }
  | { kind: 'landed'; at: string; commit: string; base: string }

/** `tree` is that of the list on screen, null before the first; `empty` says that the branch has no changes against its base. */
export function judge(session: Pick<Session, 'approval' | 'landed'>, tree: string | null, empty: boolean): Verdict {
  if (tree === null) return { kind: 'waiting' }
  const { landed, approval } = session
  if (landed && (landed.tree === tree || empty))
    return { kind: 'landed', at: landed.at, commit: landed.commit, base: landed.base }
  if (empty) return { kind: 'nothing' }
  if (!approval) return { kind: 'open' }
  return approval.current && approval.tree === tree
    ? { kind: 'approved', at: approval.at }
    : { kind: 'stale', at: approval.at }
}
