import type { LandMethod } from './session.ts'

/** What landing would do, in facts the page puts into words. */
export interface LandingPreview {
  base: string
  baseCommit: string
  branch: string | null
  head: string
  tree: string
  /** Tree and commit are the same: nothing to commit first. */
  committed: boolean
  ahead: number
  /** Commits that the base has gained since. */
  behind: number
  methods: { method: LandMethod; possible: boolean; why: string | null }[]
  conflicts: { path: string; kind: string }[]
  /** Where the base is checked out, and which of its own uncommitted paths stand in the way. */
  baseWorktree: string | null
  baseDirty: string[]
  message: string
}
