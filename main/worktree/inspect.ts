/** What stands against removing a worktree. Reads only, and names exactly what would be lost. */
import { fail, succeed, type Result } from '@contract/result.ts'
import type { Obstacle } from '@contract/worktree.ts'
import type { GitCode } from '../git/errors.ts'
import { operationInProgress } from '../git/refs.ts'
import { readFullStatus } from './full-status.ts'
import { findHiddenChanges } from './hidden-changes.ts'
import { findWorktree, listInside, readGitDir } from './locate.ts'
import type { ListedWorktree } from './porcelain.ts'
import { findProcessesInside } from './processes.ts'
import { findLooseCommits, findLooseSubmoduleCommits } from './unmerged.ts'

export interface InspectRemoval {
  repositoryPath: string
  path: string
  /** Full ref that squash merges are looked for in; null looks in none. */
  base: string | null
  /** Processes that are about to be ended anyway. */
  ignorePids?: readonly number[]
  /** False: the branch stays, so its commits are safe. Default true. */
  deleteBranch?: boolean
}

const shown = 200

function obstacle(code: Obstacle['code'], message: string, items: string[], count = items.length): Obstacle {
  return { code, message, items: items.slice(0, shown), count }
}

const operationWords = {
  merge: 'A merge',
  rebase: 'A rebase',
  'cherry-pick': 'A cherry-pick',
  revert: 'A revert',
  bisect: 'A bisect',
  am: 'Applying patches by mail (git am)',
} as const

/**
 * Every obstacle, those that nobody can wave through first. Empty: nothing would be lost. Stashes belong to the repository
 * and stay. `not-found` when git knows no worktree there; a missing folder is no obstacle, its commits may be.
 */
export async function inspectRemoval(want: InspectRemoval): Promise<Result<Obstacle[], GitCode>> {
  const found = await findWorktree(want.repositoryPath, want.path)
  if (!found.ok) return found
  const { worktree, main, all } = found.value
  if (main)
    return succeed([
      obstacle('main-worktree', 'This is the main checkout of the repository; it is never removed.', [worktree.path]),
    ])
  const obstacles: Obstacle[] = []
  if (worktree.locked !== null)
    obstacles.push(
      obstacle(
        'locked',
        worktree.locked === ''
          ? 'It is locked (git worktree lock). Unlock it first.'
          : `It is locked: ${worktree.locked}. Unlock it first.`,
        worktree.locked === '' ? [] : [worktree.locked],
      ),
    )
  const nested = listInside(all, worktree)
  if (nested.length > 0)
    obstacles.push(obstacle('in-use', 'Other worktrees lie inside it. Remove or move them first.', nested))
  const gitDir = await readGitDir(worktree.path)
  if (gitDir !== null) {
    const inside = await inspectFolder(worktree, gitDir, want.ignorePids ?? [])
    if (!inside.ok) return inside
    obstacles.push(...inside.value)
  }
  const commits = await inspectCommits(want, worktree, gitDir !== null)
  if (!commits.ok) return commits
  if (commits.value) obstacles.push(commits.value)
  return succeed(obstacles)
}

async function inspectFolder(
  worktree: ListedWorktree,
  gitDir: string,
  ignorePids: readonly number[],
): Promise<Result<Obstacle[], GitCode>> {
  const obstacles: Obstacle[] = []
  const [processes, operation, status, hidden] = await Promise.all([
    findProcessesInside(worktree.path, ignorePids),
    operationInProgress(gitDir),
    readFullStatus(worktree.path, { urgent: true }),
    findHiddenChanges(worktree.path, gitDir),
  ])
  if (!status.ok) return status
  if (processes.length > 0)
    obstacles.push(
      obstacle(
        'in-use',
        'Processes are at work in it. End them first.',
        processes.map(({ pid, name }) => `${pid} ${name}`),
      ),
    )
  if (operation !== null)
    obstacles.push(
      obstacle(
        'operation-in-progress',
        `${operationWords[operation]} is in progress in it. Finish or abort it first.`,
        [operation],
      ),
    )
  const untracked = status.value
    .filter((entry) => entry.kind === 'untracked')
    .map((entry) => (entry.embedded ? `${entry.path}/` : entry.path))
  const changed = status.value.filter((entry) => entry.kind !== 'untracked').map((entry) => entry.path)
  changed.push(...hidden.filter((path) => !changed.includes(path)))
  if (changed.length > 0) obstacles.push(obstacle('uncommitted', 'It has changes that are in no commit.', changed))
  if (untracked.length > 0) obstacles.push(obstacle('untracked', 'It has files that git does not track.', untracked))
  return succeed(obstacles)
}

async function inspectCommits(
  want: InspectRemoval,
  worktree: ListedWorktree,
  present: boolean,
): Promise<Result<Obstacle | null, GitCode>> {
  const items: string[] = []
  let count = 0
  const branchStays = worktree.branch !== null && want.deleteBranch === false
  if (worktree.head !== null && !branchStays) {
    const loose = await findLooseCommits({
      repositoryPath: want.repositoryPath,
      head: worktree.head,
      branch: worktree.branch,
      base: want.base,
    })
    if (!loose.ok) {
      // A commit that git cannot read is nothing that could be shown; the folder is kept whole in any case.
      if (loose.error.code === 'bad-ref') return fail('git-failed', 'Its commits could not be read.', loose.error)
      return loose
    }
    items.push(...loose.value.items)
    count += loose.value.count
  }
  if (present) {
    const inside = await findLooseSubmoduleCommits(worktree.path, want.base)
    items.push(...inside.items)
    count += inside.count
  }
  if (count === 0) return succeed(null)
  return succeed(
    obstacle(
      'unpushed',
      'It has commits that are in no other branch and whose content is not in the base.',
      items,
      count,
    ),
  )
}
