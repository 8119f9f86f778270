/**
 * Index files: kept, put back, and the private one behind a snapshot. That is a copy of the worktree's own, so that its
 * file times are a cache, made anew whenever the own one changes (staging, commits, sparse flags are then as git sees them).
 */
import { constants } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { mkdir, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Blobs of a snapshot hang on no ref; hashing them again once a day keeps `git gc` (two weeks) from taking them. */
const maxAgeMs = 24 * 60 * 60 * 1000

interface Seed {
  key: string
  seededAt: number
}

const seedPath = (indexFile: string): string => `${indexFile}.seed`

/**
 * Brings the private index up to the worktree's own. `salt` is what else must be the same for the copy to be kept.
 * Nobody else may be using `indexFile`. True when it was made anew. Throws only what the file system throws on writing beside `indexFile`.
 */
export async function seedIndex(request: {
  gitDir: string
  indexFile: string
  salt: string
  force: boolean
}): Promise<boolean> {
  const { gitDir, indexFile } = request
  await mkdir(dirname(indexFile), { recursive: true })
  // A git that was killed leaves its lock; this index has one user, so nobody holds it now.
  await rm(`${indexFile}.lock`, { force: true })
  const own = join(gitDir, 'index')
  const facts = await stat(own, { bigint: true }).catch(() => null)
  const key = facts
    ? `${request.salt}:${facts.dev}:${facts.ino}:${facts.size}:${facts.mtimeNs}:${facts.ctimeNs}`
    : `${request.salt}:none`
  if (!request.force && (await isCurrent(indexFile, key, facts !== null))) return false
  await rm(seedPath(indexFile), { force: true })
  if (facts) await copyIndex(own, indexFile)
  else await rm(indexFile, { force: true })
  await writeFile(seedPath(indexFile), JSON.stringify({ key, seededAt: Date.now() } satisfies Seed))
  return true
}

/** Removes a private index and what stands beside it, once nobody uses it any more. */
export async function removeIndex(indexFile: string): Promise<void> {
  for (const path of [indexFile, seedPath(indexFile), `${indexFile}.lock`, `${indexFile}.new`])
    await rm(path, { force: true })
}

async function isCurrent(indexFile: string, key: string, needsFile: boolean): Promise<boolean> {
  try {
    const seed = JSON.parse(await readFile(seedPath(indexFile), 'utf8')) as Seed
    const age = Date.now() - seed.seededAt
    if (seed.key !== key || !(age >= 0 && age < maxAgeMs)) return false
    if (needsFile) await stat(indexFile)
    return true
  } catch {
    // no note, a broken note or no index: seeding again is always right
    return false
  }
}

/**
 * Copies an index together with its time. git trusts an entry only if the file is older than the index; a copy with a
 * later time would make it trust files that changed in the moment the original was written.
 */
export async function copyIndex(from: string, to: string, temporary = `${to}.new`): Promise<void> {
  const source = await open(from, constants.O_RDONLY)
  try {
    const facts = await source.stat()
    await writeFile(temporary, await source.readFile())
    const time = Math.floor(facts.mtimeMs) / 1000
    await utimes(temporary, time, time)
  } finally {
    await source.close()
  }
  await rename(temporary, to)
}

/** How long another git may hold the index while it is put back. */
const restoreMs = 5000

/**
 * Puts a worktree's own index back as `backup` has it (null: there was none), under git's own lock. False when another
 * git held the lock all the time; the backup then stays.
 */
export async function restoreIndex(gitDir: string, backup: string | null): Promise<boolean> {
  const own = join(gitDir, 'index')
  const lock = `${own}.lock`
  const deadline = Date.now() + restoreMs
  for (;;) {
    try {
      await (await open(lock, 'wx')).close()
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (Date.now() > deadline) return false
      await delay(50)
    }
  }
  try {
    // Written over the lock file and renamed, as git does.
    if (backup !== null) await copyIndex(backup, own, lock)
    else await rm(own, { force: true })
  } finally {
    await rm(lock, { force: true })
  }
  return true
}
