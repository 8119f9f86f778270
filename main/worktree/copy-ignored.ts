/**
 * Copies ignored files (`.env`, dependencies) from the main checkout into a new worktree: copy-on-write per file where the
 * file system can (Node's recursive `cp` does not clone and rewrites relative links, so it is not used).
 */
import { constants } from 'node:fs'
import { copyFile, lstat, mkdir, readlink, symlink, utimes } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { runGit } from '../git/run.ts'
import { filterIgnored } from './ignored.ts'
import { hasRealParents } from './safe-paths.ts'

export interface CopyIgnored {
  from: string
  to: string
  /** Lines in gitignore syntax; a later `!line` takes back an earlier one. */
  patterns: readonly string[]
  onProgress?: (done: number, total: number) => void
  signal?: AbortSignal
}

export interface CopiedIgnored {
  files: number
  bytes: number
  /** Paths not copied: they exist in `to`, are repositories of their own, no files, or could not be read. */
  skipped: string[]
}

const parallelCopies = 16

/** Copies what matches `patterns` and is ignored by git; never a tracked file, never over a file, never out of `to`. */
export async function copyIgnoredFiles(want: CopyIgnored): Promise<Result<CopiedIgnored, GitCode>> {
  const listed = await listMatching(want)
  if (!listed.ok) return listed
  const copied: CopiedIgnored = { files: 0, bytes: 0, skipped: [] }
  const paths = listed.value
  const realParents = new Set<string>()
  let next = 0
  let done = 0
  let diskFull = false
  const work = async (): Promise<void> => {
    while (next < paths.length && !want.signal?.aborted && !diskFull) {
      const path = paths[next++] ?? ''
      try {
        const bytes = await copyOne(want, path, realParents)
        if (bytes === null) copied.skipped.push(path.replace(/\/$/, ''))
        else {
          copied.files++
          copied.bytes += bytes
        }
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code
        if (code === 'ENOSPC' || code === 'EDQUOT') diskFull = true
        else copied.skipped.push(path)
      }
      want.onProgress?.(++done, paths.length)
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallelCopies, paths.length) }, work))
  if (want.signal?.aborted) return fail('cancelled', 'Cancelled.')
  if (diskFull) return fail('disk-full', 'The disk is full; not all files could be copied.')
  return succeed(copied)
}

async function listMatching(want: CopyIgnored): Promise<Result<string[], GitCode>> {
  const patterns = want.patterns.map((line) => line.trimEnd()).filter((line) => line !== '' && !line.startsWith('#'))
  if (patterns.length === 0) return succeed([])
  const matching = await runGit({
    cwd: want.from,
    args: ['ls-files', '-z', '--others', '--ignored', ...patterns.map((pattern) => `--exclude=${pattern}`)],
    signal: want.signal,
  })
  if (!matching.ok) return matching
  const candidates = matching.value.fields()
  const ignored = await filterIgnored(want.from, candidates)
  return succeed(candidates.filter((path) => ignored.has(path)))
}

/** Bytes copied, or null where it was left out. */
async function copyOne({ from, to }: CopyIgnored, path: string, realParents: Set<string>): Promise<number | null> {
  if (path.endsWith('/')) return null
  const source = join(from, path)
  const target = join(to, path)
  const stat = await lstat(source)
  if (!stat.isFile() && !stat.isSymbolicLink()) return null
  if (!(await hasRealParents(to, path, undefined, realParents))) return null
  await mkdir(dirname(target), { recursive: true })
  try {
    if (stat.isSymbolicLink()) {
      await symlink(moveLink(await readlink(source), from, to), target)
      return 0
    }
    await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null
    throw error
  }
  // Build tools compare times: without them a copied cache would be built anew.
  await utimes(target, stat.atime, stat.mtime)
  return stat.size
}

/** A link stays as it is, unless it names the source checkout in full: then the same place in the new worktree, so that neither writes into the other. */
function moveLink(link: string, from: string, to: string): string {
  if (!isAbsolute(link)) return link
  const inside = relative(from, link)
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? link : join(to, inside)
}
