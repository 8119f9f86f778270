/**
 * One live diff per session that is not put away: its counts stand in the list, its changes feed every viewer.
 * It watches and never polls; without changes it costs nothing.
 */
import { join } from 'node:path'
import type { ChangeList, DiffScope } from '@contract/diff.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import { listChanges } from '../diff/changes.ts'
import { createLiveDiff, type LiveDiff } from '../diff/live.ts'
import { forgetSnapshots, type Snapshot, snapshotTree } from '../diff/snapshot.ts'
import type { GitCode } from '../git/errors.ts'
import { watchWorktree } from '../worktree/watch.ts'
import type { SessionDeps } from './deps.ts'
import { hasWorktree, type SessionEntry } from './entry.ts'

export interface LiveDiffs {
  /** Begins to watch where there is a worktree to watch. Idempotent. */
  start(entry: SessionEntry): void
  stop(entry: SessionEntry): Promise<void>
  indexFile(entry: SessionEntry): string
  /** The worktree as it is this moment. */
  snapshot(entry: SessionEntry): Promise<Result<Snapshot, GitCode>>
  list(entry: SessionEntry, scope: DiffScope): Promise<Result<ChangeList, GitCode>>
  /** The same from what was last seen, without looking again; `null` before the first look is done. */
  lastList(entry: SessionEntry, scope: DiffScope): Promise<Result<ChangeList, GitCode>> | null
  /** Looks again at once; what is found comes as a change. */
  refresh(entry: SessionEntry): void
  /** The worktree, its branch or its base changed, or can no longer be read (`problem`). */
  onChange(listener: (entry: SessionEntry, problem: string | null) => void): () => void
  dispose(): Promise<void>
}

function shortName(ref: string | null): string | null {
  return ref === null ? null : ref.replace(/^refs\/heads\//, '')
}

export function createLiveDiffs(deps: SessionDeps): LiveDiffs {
  const { book, log } = deps
  const lives = new Map<SessionEntry, LiveDiff>()
  const listeners = new Set<(entry: SessionEntry, problem: string | null) => void>()
  const folder = join(deps.dataFolder, 'indexes')
  const indexFile = (entry: SessionEntry): string => join(folder, `${entry.row.id}.index`)

  const tell = (entry: SessionEntry, problem: string | null): void => {
    for (const listener of [...listeners]) listener(entry, problem)
  }

  const start = (entry: SessionEntry): void => {
    if (lives.has(entry) || entry.row.archivedAt !== null || !hasWorktree(entry)) return
    const live = createLiveDiff({
      worktree: entry.row.worktree,
      indexFile: indexFile(entry),
      baseRef: () => entry.row.base,
      watch: (worktree, onChange) =>
        watchWorktree(worktree, onChange, {
          onProblem: (problem) => log.warn('a worktree is watched less closely', { worktree, problem }),
        }),
      log,
      onState: (state) => {
        if (lives.get(entry) !== live) return
        if ('problem' in state) {
          entry.problem = state.problem
          book.touch(entry)
          tell(entry, state.problem)
          return
        }
        entry.problem = state.baseGone
          ? `Its base ${shortName(entry.row.base)} is gone; nothing can be compared with it.`
          : null
        entry.seen = {
          tree: state.snapshot.tree,
          head: state.head,
          branch: shortName(state.branch),
          ahead: state.ahead,
          behind: state.behind,
          changed: state.changed,
        }
        if (entry.seen.branch !== entry.row.branch) book.setRow(entry, { branch: entry.seen.branch })
        book.touch(entry)
        tell(entry, null)
      },
    })
    lives.set(entry, live)
  }

  const stop = async (entry: SessionEntry): Promise<void> => {
    const live = lives.get(entry)
    lives.delete(entry)
    await live?.dispose()
  }

  const snapshot = async (entry: SessionEntry): Promise<Result<Snapshot, GitCode>> => {
    if (!hasWorktree(entry)) return fail('not-found', 'Its worktree is not made yet.')
    return snapshotTree({ worktree: entry.row.worktree, indexFile: indexFile(entry), urgent: true })
  }

  return {
    start,
    stop: async (entry) => {
      await stop(entry)
      await forgetSnapshots(indexFile(entry))
    },
    indexFile,
    snapshot,
    list: async (entry, scope) => {
      const taken = await snapshot(entry)
      if (!taken.ok) return taken
      return listChanges({ worktree: entry.row.worktree, snapshot: taken.value, scope, baseRef: entry.row.base })
    },
    lastList: (entry, scope) => {
      const latest = lives.get(entry)?.latest ?? null
      if (latest === null) return entry.problem === null ? null : Promise.resolve(fail('not-found', entry.problem))
      if ('problem' in latest) return Promise.resolve(fail('git-failed', latest.problem))
      if (scope === 'branch' && !latest.baseGone) return Promise.resolve(succeed(latest.list))
      const { worktree, base } = entry.row
      return listChanges({ worktree, snapshot: latest.snapshot, scope, baseRef: base, urgent: true })
    },
    refresh: (entry) => {
      void lives.get(entry)?.refresh()
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dispose: async () => {
      await Promise.all([...lives.keys()].map(stop))
      listeners.clear()
    },
  }
}
