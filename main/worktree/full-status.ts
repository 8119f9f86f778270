import { succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { runGit } from '../git/run.ts'
import { parseStatus, type StatusEntry } from '../git/status.ts'

/**
 * Everything in a worktree that is in no commit: staged, unstaged, conflicting and untracked files one by one (never `-uno`,
 * whatever the configuration says), submodules that are dirty inside too. The index is only read.
 */
export async function readFullStatus(
  worktree: string,
  options: { signal?: AbortSignal; urgent?: boolean } = {},
): Promise<Result<StatusEntry[], GitCode>> {
  const status = await runGit({
    cwd: worktree,
    args: ['status', '--porcelain=v2', '-z', '--no-renames', '--ignore-submodules=none', '--untracked-files=all'],
    ...options,
  })
  return status.ok ? succeed(parseStatus(status.value.stdout).entries) : status
}
