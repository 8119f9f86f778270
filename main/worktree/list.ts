/** Every worktree of a repository as it is on disk now, ours and others'. Nothing is remembered between calls but pure facts. */
import { lstat, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed, type Result } from '@contract/result.ts'
import type { Worktree } from '@contract/worktree.ts'
import type { GitCode } from '../git/errors.ts'
import { aheadBehind, operationInProgress, resolveRef } from '../git/refs.ts'
import { readFullStatus } from './full-status.ts'
import { oursMarker, readGitDir, readWorktrees } from './locate.ts'
import type { ListedWorktree } from './porcelain.ts'

export interface ListWorktrees {
  repositoryPath: string
  /** Full ref of the branch to count ahead and behind from; null counts nothing. */
  base: string | null
  /** Worktrees, by path, whose work is meant for another branch than `base`. */
  bases?: ReadonlyMap<string, string>
  signal?: AbortSignal
}

/** Counts between two commits never change, so they are kept; the oldest go first. */
const counts = new Map<string, { ahead: number; behind: number }>()
const keptCounts = 2000

/**
 * All worktrees, the main one first, the others by path. `session` and `sessionTitle` are null and `sizeBytes` too (see `measureSize`); `branch` is
 * a short name; `dirty` counts tracked paths with changes and `untracked` files, null where they could not be looked at.
 */
export async function listWorktrees(want: ListWorktrees): Promise<Result<Worktree[], GitCode>> {
  const listed = await readWorktrees(want.repositoryPath)
  if (!listed.ok) return listed
  const commits = new Map<string, string | null>()
  for (const ref of [want.base, ...(want.bases?.values() ?? [])]) {
    if (ref === null || commits.has(ref)) continue
    const commit = await resolveRef(want.repositoryPath, ref, { signal: want.signal })
    commits.set(ref, commit.ok ? commit.value : null)
  }
  const all = await Promise.all(
    listed.value.map(async (entry, index) => (entry.bare ? null : look(want, entry, index === 0, commits))),
  )
  // git lists them as its folder happens to be read; a list that is shown keeps its order.
  const inOrder = all.filter((worktree) => worktree !== null)
  return succeed(inOrder.sort((a, b) => Number(b.main) - Number(a.main) || (a.path < b.path ? -1 : 1)))
}

async function look(
  want: ListWorktrees,
  entry: ListedWorktree,
  main: boolean,
  commits: ReadonlyMap<string, string | null>,
): Promise<Worktree> {
  const base = want.bases?.get(entry.path) ?? want.base
  const baseCommit = base === null ? null : (commits.get(base) ?? null)
  const worktree: Worktree = {
    path: entry.path,
    main,
    ours: false,
    branch: entry.branch,
    head: entry.head,
    base,
    ahead: null,
    behind: null,
    dirty: null,
    untracked: null,
    operation: null,
    locked: entry.locked,
    missing: false,
    session: null,
    sessionTitle: null,
    activeAt: null,
    sizeBytes: null,
  }
  const gitDir = await readGitDir(entry.path)
  if (entry.head !== null && baseCommit !== null) {
    const counted = await count(want, entry.head, baseCommit)
    worktree.ahead = counted?.ahead ?? null
    worktree.behind = counted?.behind ?? null
  }
  if (gitDir === null) {
    worktree.missing = true
    return worktree
  }
  const [ours, operation, activeAt, status] = await Promise.all([
    isThere(join(gitDir, oursMarker)),
    operationInProgress(gitDir),
    readActivity(gitDir),
    readFullStatus(entry.path, { signal: want.signal }),
  ])
  Object.assign(worktree, { ours, operation, activeAt })
  if (status.ok) {
    worktree.untracked = status.value.filter((change) => change.kind === 'untracked').length
    worktree.dirty = status.value.length - worktree.untracked
  }
  return worktree
}

async function count(
  want: ListWorktrees,
  head: string,
  base: string,
): Promise<{ ahead: number; behind: number } | null> {
  const key = `${head} ${base}`
  const known = counts.get(key)
  if (known) return known
  const counted = await aheadBehind(want.repositoryPath, head, base, { signal: want.signal })
  if (!counted.ok) return null
  counts.set(key, counted.value)
  for (const oldest of counts.keys()) {
    if (counts.size <= keptCounts) break
    counts.delete(oldest)
  }
  return counted.value
}

/** When git last wrote there. The committer's date says nothing: a worktree made today may stand on a commit of last year. */
async function readActivity(gitDir: string): Promise<string | null> {
  const times = await Promise.all(
    ['index', 'HEAD', 'logs/HEAD'].map((name) =>
      stat(join(gitDir, name)).then(
        (found) => found.mtimeMs,
        () => 0,
      ),
    ),
  )
  const newest = Math.max(...times)
  return newest > 0 ? new Date(newest).toISOString() : null
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch {
    return false
  }
}
