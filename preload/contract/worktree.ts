import { z } from 'zod'
import type { GitOperation } from './repository.ts'
import type { SessionId, TrashId } from './ids.ts'

/** A worktree of a repository, ours or anybody's. */
export interface Worktree {
  path: string
  main: boolean
  /** Made by this program. */
  ours: boolean
  branch: string | null
  head: string | null
  base: string | null
  ahead: number | null
  behind: number | null
  /** Number of tracked paths with changes, and of untracked ones; null until looked at. */
  dirty: number | null
  untracked: number | null
  operation: GitOperation | null
  locked: string | null
  /** git says the folder is gone. */
  missing: boolean
  session: SessionId | null
  sessionTitle: string | null
  activeAt: string | null
  sizeBytes: number | null
}

/** What stands against a removal; each can be waved through by name, but `in-use`, `operation-in-progress`, `locked` only after being put right. */
export const lossCodes = ['uncommitted', 'untracked', 'unpushed'] as const
export const lossCode = z.enum(lossCodes)
export type LossCode = z.infer<typeof lossCode>

export interface Obstacle {
  code: LossCode | 'locked' | 'in-use' | 'operation-in-progress' | 'main-worktree'
  message: string
  /** Files, commits (`abc1234 subject`) or processes (`pid name`). At most 200. */
  items: string[]
  count: number
}

export interface TrashEntry {
  id: TrashId
  repositoryPath: string
  path: string
  branch: string | null
  head: string
  title: string
  session: SessionId | null
  removedAt: string
  /** After this it is deleted for good. */
  keptUntil: string
  sizeBytes: number | null
  /** What it held that was in no branch. */
  uncommitted: number
  untracked: number
}
