/** The closed list of expected failures. The page translates by code; `message` is plain English for logs and the command line. */
export const errorCodes = [
  'bad-request',
  'internal',
  'unsupported',
  'cancelled',
  'timed-out',
  'not-found',
  'refused',
  'connection-lost',
  'disk-full',
  'permission-denied',
  // git and repositories
  'git-missing',
  'git-too-old',
  'git-failed',
  'git-locked',
  'not-a-repository',
  'no-commit',
  'bare-repository',
  'unsafe-owner',
  'operation-in-progress',
  'bad-ref',
  'branch-exists',
  'branch-checked-out',
  'path-exists',
  // worktrees
  'uncommitted',
  'untracked',
  'unpushed',
  'locked',
  'in-use',
  'main-worktree',
  // sessions and agents
  'agent-missing',
  'not-running',
  'already-running',
  'setup-unconfirmed',
  'setup-failed',
  // review and landing
  'tree-changed',
  'not-approved',
  'nothing-to-land',
  'conflicts',
  'not-fast-forward',
  'base-dirty',
  'hook-failed',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** What went wrong, to what, and (in `message`) what to do. */
export interface Failure<C extends ErrorCode = ErrorCode> {
  code: C
  message: string
  /** Paths or refs that the failure is about, relative to the worktree unless absolute. */
  paths?: string[]
  /** Raw output of the tool that failed (hostile text, shown as plain text only). */
  detail?: string
}

export type Result<T, C extends ErrorCode = ErrorCode> = { ok: true; value: T } | { ok: false; error: Failure<C> }

export function succeed<T>(value: T): { ok: true; value: T } {
  return { ok: true, value }
}

export function fail<C extends ErrorCode>(
  code: C,
  message: string,
  more: { paths?: string[]; detail?: string } = {},
): { ok: false; error: Failure<C> } {
  return { ok: false, error: { code, message, ...more } }
}
