/** What a worktree's own index says beyond HEAD. It is only read. */
import { succeed, type Result } from '@contract/result.ts'
import type { GitCode } from './errors.ts'
import { splitBytes, type ByteName } from './names.ts'
import { runGit, type GitRun } from './run.ts'
import type { StatusEntry } from './status.ts'

export interface IndexEntry {
  mode: string
  id: string
}

export interface OwnIndex {
  /** Not in HEAD, or in conflict. */
  added: Set<ByteName>
  unmerged: Set<ByteName>
  /** Where it differs from HEAD. */
  entries: Map<ByteName, IndexEntry>
}

/** Reads it; also before the first commit. */
export async function readOwnIndex(run: Pick<GitRun, 'cwd' | 'signal' | 'urgent'>): Promise<Result<OwnIndex, GitCode>> {
  const own: OwnIndex = { added: new Set(), unmerged: new Set(), entries: new Map() }
  const compared = await runGit({
    ...run,
    args: [
      ...['diff-index', '--cached', '--raw', '-z', '--no-renames', '--ignore-submodules=dirty'],
      ...['--no-abbrev', '--ita-visible-in-index', 'HEAD', '--'],
    ],
    okCodes: [128],
  })
  if (!compared.ok) return compared
  if (compared.value.exitCode === 0) {
    const fields = splitBytes(compared.value.stdout)
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [, mode = '', , id = '', status] = fields[at]?.split(' ') ?? []
      const letter = status?.[0]
      const name = fields[at + 1] ?? ''
      own.entries.set(name, { mode, id })
      if (letter === 'U') own.unmerged.add(name)
      if (letter === 'A' || letter === 'U') own.added.add(name)
    }
    return succeed(own)
  }
  // No commit to compare with (or the index is broken, which this tells).
  const listed = await runGit({ ...run, args: ['ls-files', '--stage', '-z'] })
  if (!listed.ok) return listed
  for (const field of splitBytes(listed.value.stdout)) {
    const tab = field.indexOf('\t')
    const name = field.slice(tab + 1)
    const [mode = '', id = ''] = field.split(' ')
    own.added.add(name)
    own.entries.set(name, { mode, id })
    if (field[tab - 1] !== '0') own.unmerged.add(name)
  }
  return succeed(own)
}

const emptyBlobs = {
  sha1: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  sha256: '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
}

/** What the own index holds for a path that another index lists as `entry`; an empty file for one that it does not hold. */
export function entryBefore(entry: StatusEntry, own: OwnIndex): IndexEntry {
  const known = own.entries.get(entry.name)
  if (known && /[1-9a-f]/.test(known.id)) return known
  if (entry.index !== 'A' && /[1-9]/.test(entry.headMode)) return { mode: entry.headMode, id: entry.headId }
  return { mode: '100644', id: entry.headId.length === 64 ? emptyBlobs.sha256 : emptyBlobs.sha1 }
}
