/** git's words become a code once, here. Runs with LC_ALL=C, so the words are the English ones. */
import type { Failure } from '@contract/result.ts'

export type GitCode =
  | 'git-missing'
  | 'git-failed'
  | 'git-locked'
  | 'not-a-repository'
  | 'unsafe-owner'
  | 'bad-ref'
  | 'disk-full'
  | 'permission-denied'
  | 'cancelled'
  | 'timed-out'
  | 'not-found'

const rules: readonly [RegExp, GitCode, string][] = [
  [/detected dubious ownership/, 'unsafe-owner', 'The folder belongs to another user, so git refuses to work in it.'],
  [/No space left on device|Out of diskspace|Disk quota exceeded/i, 'disk-full', 'The disk is full.'],
  [
    /Unable to create '.*\.lock': File exists|another git process seems to be running|cannot lock ref/,
    'git-locked',
    'Another git process is at work here, or left a lock behind.',
  ],
  [
    /Please tell me who you are|empty ident name|unable to auto-detect email address/,
    'git-failed',
    'git does not know who you are. Set user.name and user.email, then try again.',
  ],
  [/failed to sign the data|signing failed/, 'git-failed', 'The commit could not be signed.'],
  [/not a git repository/i, 'not-a-repository', 'This is not a git repository.'],
  [/Permission denied|insufficient permission/i, 'permission-denied', 'Access was denied.'],
  [
    /unknown revision|bad revision|invalid reference|Not a valid object name|ambiguous argument|is not a valid branch name/i,
    'bad-ref',
    'git does not know this branch or commit.',
  ],
]

/** The last `limit` characters of what git said are kept as `detail`. */
export function gitFailure(
  args: readonly string[],
  exitCode: number | null,
  stderr: string,
  limit = 4000,
): Failure<GitCode> {
  const detail = stderr.slice(-limit).trim()
  for (const [pattern, code, message] of rules) {
    if (pattern.test(stderr)) return { code, message, detail }
  }
  const verb = args.find((arg) => !arg.startsWith('-') && !arg.includes('=')) ?? 'git'
  return { code: 'git-failed', message: `git ${verb} failed (exit ${exitCode ?? 'by signal'}).`, detail }
}
