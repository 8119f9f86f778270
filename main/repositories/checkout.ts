import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkout } from '@contract/repository.ts'
import { succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { gitDirs, operationInProgress } from '../git/refs.ts'
import { runGit } from '../git/run.ts'
import { parseStatus } from '../git/status.ts'

const listed = 200

/** State of a checkout, to be asked before a session starts from it: uncommitted and untracked files, what git is in the middle of. Only read. */
export async function readCheckout(path: string): Promise<Result<Checkout, GitCode>> {
  const dirs = await gitDirs(path)
  if (!dirs.ok) return dirs
  const [status, operation, hasSubmodules] = await Promise.all([
    runGit({
      cwd: path,
      args: [
        'status',
        '--porcelain=v2',
        '-z',
        '--branch',
        '--no-ahead-behind',
        '--no-renames',
        '--untracked-files=all',
      ],
      urgent: true,
    }),
    operationInProgress(dirs.value.gitDir),
    stat(join(path, '.gitmodules')).then(
      () => true,
      () => false,
    ),
  ])
  if (!status.ok) return status
  const { branch, head, entries } = parseStatus(status.value.stdout)
  const changed = entries.filter((entry) => entry.kind !== 'untracked').map((entry) => entry.path)
  const untracked = entries.filter((entry) => entry.kind === 'untracked').map((entry) => entry.path)
  return succeed({
    branch,
    head: head ?? '',
    operation,
    changed: changed.slice(0, listed),
    changedCount: changed.length,
    untracked: untracked.slice(0, listed),
    untrackedCount: untracked.length,
    hasSubmodules,
  })
}
