/**
 * Removing a worktree is moving it: a snapshot first, then one rename of the folder, one of git's entry, and only then the
 * branch. There is no other way of removing: where a step fails, the steps before it are undone. `emptyTrash` alone deletes.
 */
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { SessionId, TrashId } from '@contract/ids.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { TrashEntry } from '@contract/worktree.ts'
import { runGit } from '../git/run.ts'
import { returnRecord, type BroughtBack } from './bring-back.ts'
import { readFullStatus } from './full-status.ts'
import { findCommonDir, findWorktree, listInside, readGitDir, repositoryLock, resolved } from './locate.ts'
import { findProcessesInside } from './processes.ts'
import { measureSize } from './size.ts'
import { snapshotWorktree } from './snapshot.ts'
import {
  dropRecord,
  makeTrashId,
  placesOf,
  readRecord,
  readRecords,
  recordToEntry,
  writeRecord,
  type TrashRecord,
} from './trash-record.ts'
import {
  dropRefs,
  fileFailure,
  finishMove,
  isOnSameFileSystem,
  isThere,
  moveFolder,
  undoMove,
  type TrashCode,
} from './trash-steps.ts'

export interface MoveToTrash {
  repositoryPath: string
  path: string
  trashFolder: string
  title: string
  session: SessionId | null
  keepDays: number
  deleteBranch: boolean
  /** Processes in it that are no reason to refuse. */
  ignorePids?: readonly number[]
  now?: Date
}

/**
 * Moves a worktree into the trash with everything in it: ignored and untracked files, index, branch. Looks at nothing that
 * `inspectRemoval` would call a loss, for nothing is lost; refuses the main checkout, a locked worktree and one in use.
 */
export async function moveToTrash(want: MoveToTrash): Promise<Result<TrashEntry, TrashCode>> {
  const common = await findCommonDir(want.repositoryPath)
  if (!common.ok) return common
  return repositoryLock.run(common.value, () => moveLocked(want, common.value))
}

async function moveLocked(want: MoveToTrash, commonDir: string): Promise<Result<TrashEntry, TrashCode>> {
  const prepared = await prepare(want, commonDir)
  if (!prepared.ok) return prepared
  const { record, gitDir } = prepared.value
  const { trashFolder } = want
  const undo = async (failure: Result<never, TrashCode>): Promise<Result<never, TrashCode>> => {
    await undoMove(trashFolder, record)
    return failure
  }
  if (record.hasFolder) {
    const status = await readFullStatus(record.path, { urgent: true })
    if (!status.ok) return undo(status)
    record.untracked = status.value.filter((entry) => entry.kind === 'untracked').length
    record.uncommitted = status.value.length - record.untracked
    const { refs } = placesOf(trashFolder, record)
    const kept = await snapshotWorktree({
      worktree: record.path,
      gitDir,
      head: record.head,
      refs,
      status: status.value,
    })
    if (!kept.ok) return undo(kept)
  } else if (record.head !== '') {
    const kept = await runGit({
      cwd: commonDir,
      args: ['update-ref', `${placesOf(trashFolder, record).refs}/head`, record.head],
    })
    if (!kept.ok) return undo(kept)
  }
  await writeRecord(trashFolder, record)
  const moved = await moveFolder(trashFolder, record)
  if (!moved.ok) return undo(moved)
  const done = await finishMove(trashFolder, moved.value)
  if (!done.ok) {
    await undoMove(trashFolder, moved.value)
    return done
  }
  return succeed(recordToEntry(done.value))
}

async function prepare(
  want: MoveToTrash,
  commonDir: string,
): Promise<Result<{ record: TrashRecord; gitDir: string }, TrashCode>> {
  const found = await findWorktree(want.repositoryPath, want.path)
  if (!found.ok) return found
  const { worktree, main, all } = found.value
  if (main) return fail('main-worktree', 'This is the main checkout of the repository; it is never removed.')
  if (worktree.locked !== null)
    return fail('locked', `The worktree is locked${worktree.locked ? `: ${worktree.locked}` : ''}.`, {
      paths: [worktree.path],
    })
  const nested = listInside(all, worktree)
  if (nested.length > 0)
    return fail('in-use', 'Other worktrees lie inside it. Remove or move them first.', { paths: nested })
  const gitDir = (await readGitDir(worktree.path)) ?? (await findEntry(commonDir, worktree.path))
  if (gitDir === null || (await resolved(dirname(gitDir))) !== join(commonDir, 'worktrees'))
    return fail('git-failed', 'git keeps this worktree in a place of its own; remove it with git.', {
      paths: [want.path],
    })
  const hasFolder = (await readGitDir(worktree.path)) !== null
  if (!hasFolder && (await isThere(worktree.path)))
    return fail('git-failed', 'The folder is there but is no worktree any more; git worktree repair may mend it.', {
      paths: [worktree.path],
    })
  if (hasFolder) {
    const inside = await findProcessesInside(worktree.path, want.ignorePids)
    if (inside.length > 0)
      return fail('in-use', 'Processes are at work in the worktree.', {
        paths: inside.map(({ pid, name }) => `${pid} ${name}`),
      })
  }
  const now = want.now ?? new Date()
  try {
    await mkdir(want.trashFolder, { recursive: true, mode: 0o700 })
    const record: TrashRecord = {
      version: 1,
      id: makeTrashId(now),
      state: 'moving',
      repositoryPath: want.repositoryPath,
      commonDir,
      path: worktree.path,
      entryName: basename(gitDir),
      beside: hasFolder && !(await isOnSameFileSystem(want.trashFolder, worktree.path)),
      hasFolder,
      dotGit: hasFolder ? await readFile(join(worktree.path, '.git'), 'utf8') : '',
      branch: worktree.branch,
      head: worktree.head ?? '',
      deleteBranch: want.deleteBranch && worktree.head !== null,
      branchConfig: [],
      title: want.title,
      session: want.session,
      removedAt: now.toISOString(),
      keptUntil: new Date(now.getTime() + want.keepDays * 86_400_000).toISOString(),
      sizeBytes: null,
      uncommitted: 0,
      untracked: 0,
      returnTo: null,
    }
    await writeRecord(want.trashFolder, record)
    return succeed({ record, gitDir })
  } catch (error) {
    return fileFailure(error, 'Writing to the trash')
  }
}

/** Git's entry of a worktree whose folder is gone. */
async function findEntry(commonDir: string, path: string): Promise<string | null> {
  for (const name of await readdir(join(commonDir, 'worktrees')).catch(() => [])) {
    const entry = join(commonDir, 'worktrees', name)
    const dotGit = (await readFile(join(entry, 'gitdir'), 'utf8').catch(() => '')).trim()
    if (dotGit !== '' && (await resolved(dirname(dotGit))) === (await resolved(path))) return entry
  }
  return null
}

/** What the trash holds, the newest first; folders without a readable record are named, never touched. */
export async function listTrash(trashFolder: string): Promise<{ entries: TrashEntry[]; unreadable: string[] }> {
  const { records, unreadable } = await readRecords(trashFolder)
  return { entries: records.filter((record) => record.state !== 'emptying').map(recordToEntry), unreadable }
}

/** Puts a worktree back: where it was, or beside it under the next free name; on its branch, or on a free name if that moved on meanwhile. */
export async function bringBack(want: { trashFolder: string; id: TrashId }): Promise<Result<BroughtBack, TrashCode>> {
  return withRecord(want, (record) => returnRecord(want.trashFolder, record))
}

/** Deletes an entry for good: folder, git's entry, snapshot. */
export async function emptyTrash(want: { trashFolder: string; id: TrashId }): Promise<Result<null, TrashCode>> {
  return withRecord(want, (record) => deleteRecord(want.trashFolder, record))
}

async function withRecord<T>(
  { trashFolder, id }: { trashFolder: string; id: TrashId },
  job: (record: TrashRecord) => Promise<Result<T, TrashCode>>,
): Promise<Result<T, TrashCode>> {
  const missing = fail('not-found', 'The trash holds nothing of this name that could be read.')
  const first = await readRecord(trashFolder, id)
  if (!first) return missing
  return repositoryLock.run(first.commonDir, async () => {
    const record = await readRecord(trashFolder, id)
    return record ? job(record) : missing
  })
}

async function deleteRecord(trashFolder: string, record: TrashRecord): Promise<Result<null, TrashCode>> {
  const { folder, gitEntry } = placesOf(trashFolder, record)
  try {
    await writeRecord(trashFolder, { ...record, state: 'emptying' })
    await deleteFolder(folder)
    await deleteFolder(gitEntry)
    if (await isThere(record.commonDir)) await dropRefs(trashFolder, record)
    await dropRecord(trashFolder, record)
    return succeed(null)
  } catch (error) {
    return fileFailure(error, 'Deleting it')
  }
}

async function deleteFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    // Module caches write-protect their folders.
    await makeWritable(path)
    await rm(path, { recursive: true, force: true })
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name))
}

/** Deletes what was kept long enough; gives the ids that are gone. */
export async function purgeExpired(trashFolder: string, now: Date): Promise<TrashId[]> {
  const gone: TrashId[] = []
  for (const record of (await readRecords(trashFolder)).records) {
    if (record.state !== 'kept' || new Date(record.keptUntil) > now) continue
    const done = await emptyTrash({ trashFolder, id: record.id })
    if (done.ok) gone.push(record.id)
  }
  return gone
}

/**
 * To be called once at start, before anything else touches the trash: finishes or undoes what a crash cut short. Gives a
 * sentence for each entry that still could not be put right; its files are where the record says. A return that it finishes
 * is told to `onReturned`.
 */
export async function repairTrash(
  trashFolder: string,
  onReturned: (session: SessionId, to: BroughtBack) => void = () => {},
): Promise<string[]> {
  const { records, unreadable } = await readRecords(trashFolder)
  const problems = unreadable.map(
    (folder) => `An entry of the trash cannot be read and is not listed. What it keeps is in ${folder}.`,
  )
  for (const record of records) {
    if (record.state === 'kept') continue
    const { folder } = placesOf(trashFolder, record)
    const done = await repositoryLock.run(record.commonDir, async (): Promise<Result<unknown, TrashCode>> => {
      if (record.state === 'emptying') return deleteRecord(trashFolder, record)
      if (record.state === 'returning') {
        const returned = await returnRecord(trashFolder, record)
        if (returned.ok && record.session !== null) onReturned(record.session, returned.value)
        return returned
      }
      return repairMove(trashFolder, record)
    })
    if (!done.ok) problems.push(`${record.title || record.path}: ${done.error.message} Its files are in ${folder}.`)
  }
  return problems
}

async function repairMove(trashFolder: string, record: TrashRecord): Promise<Result<unknown, TrashCode>> {
  const { folder, gitEntry } = placesOf(trashFolder, record)
  const beside: TrashRecord = { ...record, beside: true }
  if (!record.beside && (await isThere(placesOf(trashFolder, beside).folder))) return finishMove(trashFolder, beside)
  const isMoved = record.hasFolder ? await isThere(folder) : await isThere(gitEntry)
  // In neither place: what is left of it, the snapshot, is to be kept.
  const isLost = record.hasFolder && !isMoved && !(await isThere(record.path))
  if (isMoved || isLost) return finishMove(trashFolder, record)
  try {
    await undoMove(trashFolder, record)
    return succeed(null)
  } catch (error) {
    return fileFailure(error, 'Undoing a removal that was cut short')
  }
}

/** Measures what an entry takes on disk and notes it; null when cancelled or gone. Slow for large trees. */
export async function measureTrash(want: {
  trashFolder: string
  id: TrashId
  signal?: AbortSignal
}): Promise<number | null> {
  const record = await readRecord(want.trashFolder, want.id)
  if (!record) return null
  const sizeBytes = await measureSize(placesOf(want.trashFolder, record).folder, want.signal)
  if (sizeBytes === null) return null
  return repositoryLock.run(record.commonDir, async () => {
    const now = await readRecord(want.trashFolder, want.id)
    if (now?.state === 'kept') await writeRecord(want.trashFolder, { ...now, sizeBytes })
    return sizeBytes
  })
}
