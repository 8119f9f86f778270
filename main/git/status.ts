/** `git status --porcelain=v2 -z`: asked, and read. */
import { succeed, type Result } from '@contract/result.ts'
import type { GitCode } from './errors.ts'
import { decodeName, splitBytes, type ByteName } from './names.ts'
import { runGit } from './run.ts'

export interface StatusEntry {
  kind: 'changed' | 'unmerged' | 'untracked' | 'ignored'
  /** HEAD against the index, and the index against the files: one letter of git each, `.` for no change. */
  index: string
  worktree: string
  path: string
  name: ByteName
  /** The whole entry is a repository of its own (a folder that git does not look into). */
  embedded: boolean
  headMode: string
  headId: string
}

export interface Status {
  /** Null where there is no commit yet. */
  head: string | null
  /** Short branch name; null when HEAD is detached. */
  branch: string | null
  entries: StatusEntry[]
}

const detached = '(detached)'

/** Reads porcelain v2 made with `-z --branch`. A record that is cut off or unknown is left out. */
export function parseStatus(output: Uint8Array): Status {
  const fields = splitBytes(output)
  const status: Status = { head: null, branch: null, entries: [] }
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? ''
    if (field.startsWith('# ')) readHeader(field, status)
    else if (field.startsWith('? ') || field.startsWith('! ')) {
      const embedded = field.endsWith('/')
      const name = field.slice(2, embedded ? -1 : undefined)
      if (name === '') continue
      status.entries.push({
        kind: field[0] === '?' ? 'untracked' : 'ignored',
        index: '.',
        worktree: field[0] ?? '?',
        path: decodeName(name),
        name,
        embedded,
        headMode: '000000',
        headId: '',
      })
    } else {
      // Columns before the path: `1` has 8, `2` 9 (and its old path in a field of its own), `u` 10.
      const columns = field[0] === '1' ? 8 : field[0] === '2' ? 9 : field[0] === 'u' ? 10 : 0
      if (field[0] === '2') at++
      if (columns === 0) continue
      const parts = field.split(' ')
      const name = parts.slice(columns).join(' ')
      const xy = parts[1] ?? ''
      if (name === '' || xy.length !== 2) continue
      status.entries.push({
        kind: field[0] === 'u' ? 'unmerged' : 'changed',
        index: xy[0] ?? '.',
        worktree: xy[1] ?? '.',
        path: decodeName(name),
        name,
        embedded: false,
        headMode: parts[3] ?? '000000',
        headId: (field[0] === 'u' ? parts[7] : parts[6]) ?? '',
      })
    }
  }
  return status
}

function readHeader(field: string, status: Status): void {
  const [, key, ...rest] = field.split(' ')
  const value = rest.join(' ')
  if (key === 'branch.oid') status.head = /^[0-9a-f]{40,64}$/.test(value) ? value : null
  else if (key === 'branch.head') status.branch = value === detached ? null : decodeName(value)
}

/** The state of a worktree by its own index, which is only read. Renames are not looked for. */
export async function readStatus(request: {
  worktree: string
  untracked: 'all' | 'normal' | 'no'
  signal?: AbortSignal
  urgent?: boolean
}): Promise<Result<Status, GitCode>> {
  const result = await runGit({
    cwd: request.worktree,
    args: [
      'status',
      '--porcelain=v2',
      '-z',
      '--branch',
      '--no-ahead-behind',
      '--no-renames',
      '--ignore-submodules=dirty',
      `--untracked-files=${request.untracked}`,
    ],
    signal: request.signal,
    urgent: request.urgent,
  })
  return result.ok ? succeed(parseStatus(result.value.stdout)) : result
}
