/**
 * What the trash holds, as JSON beside the folder it speaks of. A record is written before each step that it announces, so
 * that the next start can finish or undo what a crash cut short. A record that cannot be read is shown and left alone.
 */
import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rmdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sessionId, trashId, type TrashId } from '@contract/ids.ts'
import type { TrashEntry } from '@contract/worktree.ts'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'

const recordSchema = z.object({
  version: z.literal(1),
  id: trashId,
  /** `moving`: on its way in · `kept`: whole · `returning`: on its way back · `emptying`: being deleted for good. */
  state: z.enum(['moving', 'kept', 'returning', 'emptying']),
  repositoryPath: z.string(),
  commonDir: z.string(),
  path: z.string(),
  /** Name of its entry in git's `worktrees` folder. */
  entryName: z.string().regex(/^[^/\\\0]+$/),
  /** The folder lies beside where it was, because the trash is on another file system. */
  beside: z.boolean(),
  /** False: there was no folder any more when it was removed. */
  hasFolder: z.boolean(),
  /** Text of its `.git` file. */
  dotGit: z.string(),
  branch: z.string().nullable(),
  head: z.string(),
  deleteBranch: z.boolean(),
  branchConfig: z.array(z.tuple([z.string(), z.string()])),
  title: z.string(),
  session: sessionId.nullable(),
  removedAt: z.string(),
  keptUntil: z.string(),
  sizeBytes: z.number().nullable(),
  uncommitted: z.number(),
  untracked: z.number(),
  /** Decided when bringing back began. */
  returnTo: z.object({ path: z.string(), entryName: z.string(), branch: z.string().nullable() }).nullable(),
})
export type TrashRecord = z.infer<typeof recordSchema>

/** An id that sorts by time and is a valid part of a ref. */
export function makeTrashId(now: Date): TrashId {
  const time = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return trashId.parse(`${time}-${randomBytes(4).toString('hex')}`)
}

/** Where a record's things lie. Computed, never read from the record: a file that was tampered with must not lead a deletion elsewhere. */
export function placesOf(trashFolder: string, record: TrashRecord): { folder: string; gitEntry: string; refs: string } {
  const home = record.beside ? join(dirname(record.path), '.quarterdeck-trash') : trashFolder
  return {
    folder: join(home, record.id, 'tree'),
    gitEntry: join(record.commonDir, 'quarterdeck-trash', record.id),
    refs: `refs/quarterdeck/trash/${record.id}`,
  }
}

function fileOf(trashFolder: string, id: TrashId): string {
  return join(trashFolder, id, 'entry.json')
}

export async function writeRecord(trashFolder: string, record: TrashRecord): Promise<void> {
  await mkdir(join(trashFolder, record.id), { recursive: true, mode: 0o700 })
  await writeFileAtomic(fileOf(trashFolder, record.id), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
}

/** Null where there is none, or none that makes sense. */
export async function readRecord(trashFolder: string, id: TrashId): Promise<TrashRecord | null> {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(await readFile(fileOf(trashFolder, id), 'utf8')))
    return parsed.success && parsed.data.id === id ? parsed.data : null
  } catch {
    return null // Unreadable is for the caller the same as absent; nothing is deleted on the strength of it.
  }
}

/** Takes the record away, and folders only if they are empty. */
export async function dropRecord(trashFolder: string, record: TrashRecord): Promise<void> {
  await unlink(fileOf(trashFolder, record.id))
  const folders = [join(trashFolder, record.id)]
  if (record.beside) {
    const beside = dirname(placesOf(trashFolder, record).folder)
    folders.push(beside, dirname(beside))
  }
  folders.push(join(record.commonDir, 'quarterdeck-trash'))
  for (const folder of folders) await rmdir(folder).catch(() => {}) // Not empty, or gone: both fine.
}

/** All records, the newest first, and the folders that hold none that can be read. */
export async function readRecords(trashFolder: string): Promise<{ records: TrashRecord[]; unreadable: string[] }> {
  const names = await readdir(trashFolder).catch(() => [])
  const records: TrashRecord[] = []
  const unreadable: string[] = []
  for (const name of names.toSorted((a, b) => (a < b ? 1 : -1))) {
    const folder = join(trashFolder, name)
    if (
      !(await lstat(folder).then(
        (stat) => stat.isDirectory(),
        () => false,
      ))
    )
      continue
    const id = trashId.safeParse(name)
    const record = id.success ? await readRecord(trashFolder, id.data) : null
    if (record) records.push(record)
    else unreadable.push(folder)
  }
  return { records, unreadable }
}

export function recordToEntry(record: TrashRecord): TrashEntry {
  const { id, repositoryPath, path, branch, head, title, session, removedAt, keptUntil, sizeBytes } = record
  const { uncommitted, untracked } = record
  return {
    id,
    repositoryPath,
    path,
    branch,
    head,
    title,
    session,
    removedAt,
    keptUntil,
    sizeBytes,
    uncommitted,
    untracked,
  }
}
