/** The steps by which a worktree goes into the trash. Each may be run again after a crash and then does only what is missing. */
import { copyFile, lstat, mkdir, rename, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { runGit } from '../git/run.ts'
import { readWorktrees } from './locate.ts'
import { dropRecord, placesOf, writeRecord, type TrashRecord } from './trash-record.ts'

export type TrashCode = GitCode | 'in-use' | 'locked' | 'main-worktree' | 'path-exists'

/** Name under which the reflog of a deleted branch waits in the kept git entry. */
const branchLog = 'quarterdeck-branch-log'

export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch {
    return false
  }
}

/** A failure of the file system in the contract's words. */
export function fileFailure(error: unknown, what: string): Result<never, TrashCode> {
  const { code, message } = error as NodeJS.ErrnoException
  const more = { detail: message }
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('disk-full', 'The disk is full.', more)
  if (code === 'EBUSY') return fail('in-use', `${what}: something in it is in use or mounted.`, more)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return fail('permission-denied', `${what}: access was denied.`, more)
  return fail('git-failed', `${what} failed.`, more)
}

/** Whether the trash can take the folder by a mere rename. */
export async function isOnSameFileSystem(trashFolder: string, path: string): Promise<boolean> {
  const [trash, folder] = await Promise.all([stat(trashFolder), lstat(path)])
  return trash.dev === folder.dev
}

/** Renames the folder into the trash, or beside itself where the trash is on another file system. Gives the record as it is then. */
export async function moveFolder(trashFolder: string, record: TrashRecord): Promise<Result<TrashRecord, TrashCode>> {
  if (!record.hasFolder) return succeed(record)
  let moved = record
  for (;;) {
    const { folder } = placesOf(trashFolder, moved)
    if (await isThere(folder)) return succeed(moved)
    try {
      await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
      await rename(moved.path, folder)
      return succeed(moved)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV' || moved.beside)
        return fileFailure(error, 'Moving the worktree')
      moved = { ...moved, beside: true }
      await writeRecord(trashFolder, moved)
    }
  }
}

/** Takes git's entry of this one worktree out of its list (never `worktree prune`, which would touch those of others too). */
export async function moveGitEntry(trashFolder: string, record: TrashRecord): Promise<Result<null, TrashCode>> {
  const { folder, gitEntry } = placesOf(trashFolder, record)
  const listed = join(record.commonDir, 'worktrees', record.entryName)
  try {
    if (!(await isThere(gitEntry)) && (await isThere(listed))) {
      await mkdir(dirname(gitEntry), { recursive: true })
      await rename(listed, gitEntry)
      await rmdir(dirname(listed)).catch(() => {}) // Other worktrees are listed there.
    }
    // Should git make an entry of the same name, a command run in the kept folder must not reach that one.
    if ((await isThere(folder)) && (await isThere(gitEntry)))
      await writeFile(join(folder, '.git'), `gitdir: ${gitEntry}\n`)
    return succeed(null)
  } catch (error) {
    return fileFailure(error, 'Taking the worktree off git\u2019s list')
  }
}

/** Deletes the branch if that was asked for, it still is where it was, and no other worktree has it. */
export async function dropBranch(trashFolder: string, record: TrashRecord): Promise<TrashRecord> {
  const { branch, head, commonDir } = record
  if (branch === null || !record.deleteBranch) return record
  const ref = `refs/heads/${branch}`
  const listed = await readWorktrees(commonDir)
  if (!listed.ok || listed.value.some((worktree) => worktree.branch === branch))
    return { ...record, deleteBranch: false }
  const { gitEntry } = placesOf(trashFolder, record)
  await copyFile(join(commonDir, 'logs', ref), join(gitEntry, branchLog)).catch(() => {}) // A branch need not have a log.
  const config = await readBranchConfig(commonDir, branch)
  const next = { ...record, branchConfig: config.length > 0 ? config : record.branchConfig }
  await writeRecord(trashFolder, next)
  const deleted = await runGit({ cwd: commonDir, args: ['update-ref', '-d', ref, head], okCodes: [1, 128] })
  if (!deleted.ok) return { ...next, deleteBranch: false }
  const still = await runGit({ cwd: commonDir, args: ['show-ref', '--verify', '--quiet', ref], okCodes: [1] })
  if (still.ok && still.value.exitCode === 0) return { ...next, deleteBranch: false }
  await runGit({ cwd: commonDir, args: ['config', '--remove-section', `branch.${branch}`], okCodes: [1, 5, 128] })
  return next
}

async function readBranchConfig(commonDir: string, branch: string): Promise<[string, string][]> {
  const read = await runGit({ cwd: commonDir, args: ['config', '--local', '-z', '--list'], okCodes: [1] })
  if (!read.ok) return []
  const prefix = `branch.${branch}.`
  return read.value.fields().flatMap((field): [string, string][] => {
    const cut = field.indexOf('\n')
    const key = cut < 0 ? field : field.slice(0, cut)
    return key.startsWith(prefix) ? [[key, cut < 0 ? 'true' : field.slice(cut + 1)]] : []
  })
}

/** Makes the branch again as it was: commit, settings, log. Fine when it is there already at that commit. */
export async function remakeBranch(
  trashFolder: string,
  record: TrashRecord,
  branch: string,
): Promise<Result<null, TrashCode>> {
  const { commonDir, head } = record
  const ref = `refs/heads/${branch}`
  const there = await runGit({ cwd: commonDir, args: ['rev-parse', '--verify', '--quiet', ref], okCodes: [1] })
  if (there.ok && there.value.text().trim() === head) return succeed(null)
  const made = await runGit({
    cwd: commonDir,
    args: ['update-ref', '-m', 'branch: Brought back by Quarterdeck', ref, head, '0'.repeat(head.length)],
  })
  if (!made.ok) return made
  const { gitEntry } = placesOf(trashFolder, record)
  const log = join(commonDir, 'logs', ref)
  if (record.deleteBranch && branch === record.branch) await copyFile(join(gitEntry, branchLog), log).catch(() => {}) // None was kept.
  if (record.deleteBranch) {
    for (const [key, value] of record.branchConfig) {
      const own = `branch.${branch}${key.slice(key.lastIndexOf('.'))}`
      await runGit({ cwd: commonDir, args: ['config', '--local', '--add', own, value], okCodes: [1, 128] })
    }
  }
  return succeed(null)
}

/** Deletes the private refs of a record. */
export async function dropRefs(trashFolder: string, record: TrashRecord): Promise<void> {
  const { refs } = placesOf(trashFolder, record)
  const listed = await runGit({
    cwd: record.commonDir,
    args: ['for-each-ref', '--format=delete %(refname)', `${refs}/`],
  })
  if (listed.ok && listed.value.stdout.length > 0)
    await runGit({ cwd: record.commonDir, args: ['update-ref', '--stdin'], input: listed.value.stdout })
}

/** All that follows once the folder is in the trash. */
export async function finishMove(trashFolder: string, record: TrashRecord): Promise<Result<TrashRecord, TrashCode>> {
  const moved = await moveGitEntry(trashFolder, record)
  if (!moved.ok) return moved
  const kept: TrashRecord = { ...(await dropBranch(trashFolder, record)), state: 'kept' }
  await writeRecord(trashFolder, kept)
  return succeed(kept)
}

/** Puts everything back where it was before the move began; only valid until the branch was dropped. */
export async function undoMove(trashFolder: string, record: TrashRecord): Promise<void> {
  const { folder, gitEntry } = placesOf(trashFolder, record)
  const listed = join(record.commonDir, 'worktrees', record.entryName)
  if ((await isThere(folder)) && !(await isThere(record.path))) {
    await writeFile(join(folder, '.git'), record.dotGit)
    await rename(folder, record.path)
  }
  if ((await isThere(gitEntry)) && !(await isThere(listed))) {
    await mkdir(dirname(listed), { recursive: true })
    await rename(gitEntry, listed)
  }
  await dropRefs(trashFolder, record)
  await dropRecord(trashFolder, record)
}
