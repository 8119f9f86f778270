/**
 * Copies the uncommitted work of one checkout into a fresh worktree of the same repository.
 * The source is only read. Either everything is carried or, where something clashes, nothing.
 */
import { constants } from 'node:fs'
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { encodeName } from '../git/names.ts'
import { runGit } from '../git/run.ts'
import type { StatusEntry } from '../git/status.ts'
import { readFullStatus } from './full-status.ts'
import { hasRealParents, removeEmptyParents } from './safe-paths.ts'

export interface Carried {
  /** Files written or deleted in `to`. */
  files: number
  /** Left out: submodules, nested repositories, sockets and the like. */
  skipped: string[]
}

type Step =
  | { kind: 'copy'; path: string }
  | { kind: 'write'; path: string; content: Buffer; mode: number }
  | { kind: 'delete'; path: string }

/** Carries staged, unstaged and untracked changes; in `to` they are all unstaged. `conflicts` names the paths that clash with the other base. */
export async function carryChanges(want: {
  from: string
  to: string
}): Promise<Result<Carried, GitCode | 'conflicts'>> {
  const { from, to } = want
  const source = await readFullStatus(from)
  if (!source.ok) return source
  const target = await readFullStatus(to)
  if (!target.ok) return target
  const heads = await readHeads(from, to)
  if (!heads.ok) return heads
  const differing = await listDiffering(from, heads.value)
  if (!differing.ok) return differing
  const dirtyInTarget = new Set(target.value.map((entry) => entry.path))

  const steps: Step[] = []
  const conflicts: string[] = []
  const skipped: string[] = []
  const vanishing = new Set<string>()
  for (const { path } of source.value) if (await isGone(join(from, path))) vanishing.add(path)
  for (const entry of source.value) {
    const step = await planStep({ from, to, entry, differing: differing.value, dirtyInTarget, vanishing })
    if (step === 'conflict') conflicts.push(entry.path)
    else if (step === 'skip') skipped.push(entry.path)
    else if (step !== null) steps.push(step)
  }
  if (conflicts.length > 0)
    return fail(
      'conflicts',
      'These changes do not fit the branch the worktree starts from. Nothing was carried; they are still in the main checkout.',
      { paths: conflicts },
    )
  try {
    // Deletions first: a file may become a folder.
    for (const step of steps.filter((each) => each.kind === 'delete')) await applyStep(step, from, to)
    for (const step of steps.filter((each) => each.kind !== 'delete')) await applyStep(step, from, to)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOSPC' || code === 'EDQUOT') return fail('disk-full', 'The disk is full.')
    if (code === 'EACCES' || code === 'EPERM')
      return fail('permission-denied', 'A changed file could not be read or written.', {
        detail: (error as Error).message,
      })
    return fail('git-failed', 'A changed file could not be copied.', { detail: (error as Error).message })
  }
  return succeed({ files: steps.length, skipped })
}

async function readHeads(from: string, to: string): Promise<Result<{ from: string; to: string }, GitCode>> {
  const ids: string[] = []
  for (const cwd of [from, to]) {
    const head = await runGit({ cwd, args: ['rev-parse', '--verify', 'HEAD^{commit}'] })
    if (!head.ok) return head
    ids.push(head.value.text().trim())
  }
  return succeed({ from: ids[0] ?? '', to: ids[1] ?? '' })
}

/** Paths that are not the same in the two commits. */
async function listDiffering(cwd: string, heads: { from: string; to: string }): Promise<Result<Set<string>, GitCode>> {
  if (heads.from === heads.to) return succeed(new Set())
  const diff = await runGit({
    cwd,
    args: ['diff-tree', '-r', '-z', '--name-only', '--no-renames', heads.from, heads.to],
  })
  return diff.ok ? succeed(new Set(diff.value.fields())) : diff
}

/** No file there any more: deleted, or a folder in its place. */
async function isGone(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => null)
  return stat === null || stat.isDirectory()
}

interface StepContext {
  from: string
  to: string
  entry: StatusEntry
  /** Paths whose committed content differs between the two checkouts. */
  differing: ReadonlySet<string>
  dirtyInTarget: ReadonlySet<string>
  /** Paths these same changes delete. */
  vanishing: ReadonlySet<string>
}

async function planStep(context: StepContext): Promise<Step | 'conflict' | 'skip' | null> {
  const { from, to, entry, differing, dirtyInTarget, vanishing } = context
  const { path } = entry
  if (entry.embedded || entry.headMode === '160000') return 'skip'
  // A name that is no UTF-8 cannot be named to Node as it is.
  if (encodeName(path) !== entry.name) return 'skip'
  const source = join(from, path)
  const target = join(to, path)
  const there = await lstat(target).catch(() => null)
  if (vanishing.has(path)) {
    if (there === null || there.isDirectory()) return null
    return differing.has(path) || dirtyInTarget.has(path) ? 'conflict' : { kind: 'delete', path }
  }
  const here = await lstat(source)
  if (!here.isFile() && !here.isSymbolicLink()) return 'skip'
  if (!(await hasRealParents(to, path, vanishing))) return 'conflict'
  if (there?.isDirectory() && !(await isEmptiedBy(target, path, vanishing))) return 'conflict'
  if (there !== null && (await isSame(source, target))) return null
  if (dirtyInTarget.has(path)) return 'conflict'
  const isNew = entry.headMode === '000000'
  if (isNew) return there === null || there.isDirectory() ? { kind: 'copy', path } : 'conflict'
  // Where both commits agree on it, the file is to become what it is here, byte for byte.
  if (!differing.has(path)) return { kind: 'copy', path }
  if (!there?.isFile() || !here.isFile() || entry.kind === 'unmerged') return 'conflict'
  const merged = await mergeText(from, entry.headId, target, source)
  return merged === null ? 'conflict' : { kind: 'write', path, content: merged, mode: here.mode & 0o777 }
}

/** A folder that a file replaces: all its files are deleted by these same changes. */
async function isEmptiedBy(folder: string, path: string, vanishing: ReadonlySet<string>): Promise<boolean> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    const inside = join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll('\\', '/')
    if (!vanishing.has(`${path}/${inside}`)) return false
  }
  return true
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([lstat(one), lstat(other)])
  if (a.isSymbolicLink() && b.isSymbolicLink()) return (await readlink(one)) === (await readlink(other))
  if (!a.isFile() || !b.isFile() || a.size !== b.size || (a.mode & 0o100) !== (b.mode & 0o100)) return false
  return (await readFile(one)).equals(await readFile(other))
}

/** Three-way merge of one text file; null where it clashes or is no text. */
async function mergeText(cwd: string, baseId: string, ours: string, theirs: string): Promise<Buffer | null> {
  const scratch = await mkdtemp(join(tmpdir(), 'quarterdeck-carry-'))
  try {
    const base = await runGit({ cwd, args: ['cat-file', 'blob', baseId] })
    if (!base.ok) return null
    await writeFile(join(scratch, 'base'), base.value.stdout)
    await copyFile(ours, join(scratch, 'ours'))
    await copyFile(theirs, join(scratch, 'theirs'))
    const merged = await runGit({ cwd: scratch, args: ['merge-file', '-p', '-q', 'ours', 'base', 'theirs'] })
    return merged.ok ? merged.value.stdout : null
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function applyStep(step: Step, from: string, to: string): Promise<void> {
  const target = join(to, step.path)
  if (step.kind === 'delete') {
    await unlink(target)
    await removeEmptyParents(to, step.path)
    return
  }
  await mkdir(dirname(target), { recursive: true })
  if (step.kind === 'write') {
    await writeFile(target, step.content)
    await chmod(target, step.mode)
    return
  }
  const source = join(from, step.path)
  // Never written through: what stands there (a link perhaps) is replaced.
  await rm(target, { force: true })
  const stat = await lstat(source)
  if (stat.isSymbolicLink()) await symlink(await readlink(source), target)
  else {
    await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    await chmod(target, stat.mode & 0o777)
  }
}
