/** The branch that work is landed on: where it is checked out, and what stands in the way there. */
import { lstat } from 'node:fs/promises'
import type { GitOperation } from '@contract/repository.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { decodeName, onDisk, splitBytes, type ByteName } from '../git/names.ts'
import { gitDirs, operationInProgress, operationOn, resolveRef, worktreeOf } from '../git/refs.ts'
import { runGit } from '../git/run.ts'
import { readStatus } from '../git/status.ts'

export interface Base {
  ref: string
  commit: string
  /** Folder where it is checked out; null: nowhere. */
  worktree: string | null
  /** Set when the folder is not there (an unmounted disk, a folder deleted by hand). */
  missing: boolean
  operation: GitOperation | null
}

/** Reads the base afresh. Only a local branch can be landed on. */
export async function readBase(folder: string, ref: string): Promise<Result<Base, GitCode>> {
  if (!ref.startsWith('refs/heads/')) {
    return fail('bad-ref', `${ref} is no local branch: work is landed on local branches only.`, { paths: [ref] })
  }
  const commit = await resolveRef(folder, ref, { urgent: true })
  if (!commit.ok) return commit
  const worktree = await worktreeOf(folder, ref)
  if (!worktree.ok) return worktree
  const base: Base = { ref, commit: commit.value, worktree: worktree.value, missing: false, operation: null }
  if (base.worktree === null) {
    const dirs = await gitDirs(folder)
    if (!dirs.ok) return dirs
    base.operation = await operationOn(dirs.value.commonDir, ref)
    return succeed(base)
  }
  const dirs = await gitDirs(base.worktree)
  if (dirs.ok) base.operation = await operationInProgress(dirs.value.gitDir)
  else if (dirs.error.code === 'not-found' || dirs.error.code === 'not-a-repository') base.missing = true
  else return dirs
  return succeed(base)
}

/** `refs/heads/x` as people say it. */
export function shortName(ref: string): string {
  return ref.replace(/^refs\/heads\//, '')
}

interface Difference {
  name: ByteName
  status: 'added' | 'deleted' | 'modified'
}

/** Paths that differ between two trees or commits; renames are a removal and an addition. */
export async function pathsBetween(folder: string, from: string, to: string): Promise<Result<Difference[], GitCode>> {
  const result = await runGit({
    cwd: folder,
    args: ['diff-tree', '-r', '-z', '--name-status', '--no-renames', '--ignore-submodules=none', from, to, '--'],
    urgent: true,
  })
  if (!result.ok) return result
  const fields = splitBytes(result.value.stdout)
  const found: Difference[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const letter = fields[at]
    const status = letter === 'A' ? 'added' : letter === 'D' ? 'deleted' : 'modified'
    found.push({ name: fields[at + 1] ?? '', status })
  }
  return succeed(found)
}

/**
 * Paths in `worktree` (which has `from` checked out) that a fast-forward to `to` would overwrite: changed or staged
 * tracked files, and any file, untracked or ignored, that stands where a new one would go.
 */
export async function pathsInTheWay(worktree: string, from: string, to: string): Promise<Result<string[], GitCode>> {
  const [between, status] = await Promise.all([
    pathsBetween(worktree, from, to),
    readStatus({ worktree, untracked: 'no', urgent: true }),
  ])
  if (!between.ok) return between
  if (!status.ok) return status
  const touched = new Set<ByteName>()
  for (const { name } of between.value) touched.add(name)
  const inTheWay = new Set<ByteName>()
  for (const entry of status.value.entries) {
    // git moves no branch over unresolved conflicts, wherever they are.
    if (entry.kind === 'unmerged' || overlaps(entry.name, touched)) inTheWay.add(entry.name)
  }
  // A dirty `a/b` is in the way of a new file `a` as well.
  const parents = new Map<ByteName, ByteName>()
  for (const entry of status.value.entries) for (const folder of foldersOf(entry.name)) parents.set(folder, entry.name)
  for (const name of touched) {
    const inside = parents.get(name)
    if (inside !== undefined) inTheWay.add(inside)
  }
  const removed = new Set<ByteName>()
  for (const difference of between.value) if (difference.status === 'deleted') removed.add(difference.name)
  const added = between.value.filter((difference) => difference.status === 'added')
  for (let at = 0; at < added.length; at += 64) {
    await Promise.all(
      added.slice(at, at + 64).map(async ({ name }) => {
        const obstacle = await findObstacle(worktree, name, removed)
        if (obstacle !== null) inTheWay.add(obstacle)
      }),
    )
  }
  return succeed([...inTheWay].map(decodeName).sort())
}

function foldersOf(name: ByteName): ByteName[] {
  const folders: ByteName[] = []
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) folders.push(name.slice(0, at))
  return folders
}

/** `name` itself, or a folder above it that becomes a file, is among `touched`. */
function overlaps(name: ByteName, touched: Set<ByteName>): boolean {
  return touched.has(name) || foldersOf(name).some((folder) => touched.has(folder))
}

/** What stands where a new file goes: the path itself, or a file where it needs a folder. Removed tracked files do not count. */
async function findObstacle(worktree: string, name: ByteName, removed: Set<ByteName>): Promise<ByteName | null> {
  for (const path of [...foldersOf(name), name]) {
    if (removed.has(path)) return null
    let isFolder: boolean
    try {
      isFolder = (await lstat(onDisk(worktree, path))).isDirectory()
    } catch {
      // nothing here, so nothing below it
      return null
    }
    // A folder where a file goes: git looks into it and refuses by itself if anything there would be lost.
    if (!isFolder) return path
  }
  return null
}
