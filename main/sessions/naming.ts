/** Branches and folders for new worktrees: none is given out twice, also not while the first is still being made. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Repository } from '@contract/repository.ts'
import { succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { listBranches } from '../git/refs.ts'
import { KeyedLock } from '../lib/keyed-lock.ts'
import { folderNameFor, uniqueBranch } from '../worktree/naming.ts'
import type { SessionDeps } from './deps.ts'
import { hasWorktree, type SessionEntry } from './entry.ts'

export interface Naming {
  /** Naming and writing down happen one after the other per repository. */
  oneAtATime<T>(repository: Repository, job: () => Promise<T>): Promise<T>
  /** Short names that branches have, and those promised to sessions whose worktree is still to be made. */
  takenBranches(repository: Repository): Promise<Result<Set<string>, GitCode>>
  /** Absolute path that nothing stands at, for a branch's worktree. */
  freeFolder(repository: Repository, branch: string): Promise<string>
  /** Another branch and folder for a session whose own were left half-made or taken meanwhile; written down. */
  renew(entry: SessionEntry): Promise<Result<null, GitCode>>
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false // free
  }
}

export function createNaming(deps: SessionDeps): Naming {
  const { book } = deps
  const lock = new KeyedLock()

  const worktreeRoot = (repository: Repository): string => {
    const chosen = deps.settings.value.worktreeFolder
    const name = `${folderNameFor(repository.name)}-${repository.id.slice(-6)}`
    return join(chosen || join(deps.dataFolder, 'worktrees'), name)
  }

  const takenBranches: Naming['takenBranches'] = async (repository) => {
    const branches = await listBranches(repository.path)
    if (!branches.ok) return branches
    const taken = new Set(branches.value.filter((branch) => !branch.remote).map((branch) => branch.name))
    for (const entry of book.all()) {
      const promised = entry.row.repository === repository.id && !hasWorktree(entry) && entry.row.archivedAt === null
      if (promised && entry.row.branch !== null) taken.add(entry.row.branch)
    }
    return succeed(taken)
  }

  const freeFolder: Naming['freeFolder'] = async (repository, branch) => {
    const folder = join(worktreeRoot(repository), folderNameFor(branch))
    const promised = new Set(book.all().map((entry) => entry.row.worktree))
    for (let count = 1; ; count++) {
      const candidate = count === 1 ? folder : `${folder}-${count}`
      if (!promised.has(candidate) && !(await exists(candidate))) return candidate
    }
  }

  return {
    oneAtATime: (repository, job) => lock.run(repository.id, job),
    takenBranches,
    freeFolder,
    renew: async (entry) => {
      const repository = deps.repository(entry.row.repository)
      if (!repository) return succeed(null)
      return lock.run(repository.id, async () => {
        const taken = await takenBranches(repository)
        if (!taken.ok) return taken
        const before = entry.row.branch ?? 'session'
        const branch = entry.row.start.kind === 'new-worktree' ? uniqueBranch(before, taken.value) : before
        book.setRow(entry, { branch, worktree: await freeFolder(repository, branch) })
        return succeed(null)
      })
    },
  }
}
