import type { RepositoryId } from './ids.ts'

/** A repository that the person has opened. `path` is its main worktree's top folder. */
export interface Repository {
  id: RepositoryId
  path: string
  name: string
  /** Full ref that work is meant for by default (`refs/heads/main`). */
  base: string
  openedAt: string
  /** False when the folder is gone or no repository any more; the row stays until the person forgets it. */
  available: boolean
}

/** What is worth saying of a repository that could be opened. */
export interface RepositoryWarning {
  kind:
    | 'detached-head'
    | 'operation-in-progress'
    | 'submodules'
    | 'shallow'
    | 'partial-clone'
    | 'nested-repository'
    | 'old-git'
  message: string
  paths?: string[]
}

/** `operation` in words of git: merge, rebase, cherry-pick, revert, bisect, am. */
export type GitOperation = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect' | 'am'

/** State of the main checkout, asked before a session is started from it. */
export interface Checkout {
  branch: string | null
  head: string
  operation: GitOperation | null
  /** Paths with changes against HEAD (staged or not), at most 200 of `changedCount`. */
  changed: string[]
  changedCount: number
  /** Untracked, not ignored, at most 200 of `untrackedCount`. */
  untracked: string[]
  untrackedCount: number
  hasSubmodules: boolean
}

export interface Branch {
  /** Full name: `refs/heads/x` or `refs/remotes/origin/x`. */
  ref: string
  /** What is shown: `x`, `origin/x`. Never parsed. */
  name: string
  remote: boolean
  head: string
  committedAt: string
  /** Folder of the worktree that has it checked out. */
  worktree: string | null
}

/** A command from the repository's settings, with what is needed to confirm it. */
export interface RepositoryScript {
  kind: 'setup' | 'teardown' | 'run'
  /** Run by the person's shell in the worktree. */
  command: string
  /** SHA-256 of kind and command; a confirmed hash may run without asking. */
  hash: string
  confirmed: boolean
}

export interface RepositoryCheck {
  name: string
  command: string
  timeoutSeconds: number
}

/** What `.quarterdeck/settings.json` (or a peer's file, read when ours is absent) asks for. */
export interface RepositorySettings {
  /** File that was read, relative to the repository, or null where there is none. */
  source: string | null
  setup: RepositoryScript | null
  teardown: RepositoryScript | null
  run: RepositoryScript | null
  checks: RepositoryCheck[]
  /** Globs (gitignore syntax) of ignored files to copy into new worktrees; from the settings and `.worktreeinclude`. */
  copy: string[]
  /** Set when the file could not be read; then all else is empty. */
  problem: string | null
}

export interface FolderEntry {
  name: string
  path: string
  isRepository: boolean
}
export interface FolderListing {
  path: string
  parent: string | null
  home: string
  entries: FolderEntry[]
  /** More entries than the 1,000 listed. */
  truncated: boolean
}
