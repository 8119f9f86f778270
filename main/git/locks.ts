/**
 * Who may change a repository just now. Order: repository, then worktree. Within this process only: other gits are kept
 * out by git's own lock files.
 */
import { KeyedLock } from '../lib/keyed-lock.ts'

/** By the repository's common git folder: adding and removing worktrees, moving the base. */
export const repositoryLock = new KeyedLock()
/** By the worktree's top folder: writing its index, committing in it. */
export const worktreeLock = new KeyedLock()
