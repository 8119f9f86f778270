/**
 * One host for a data folder. SQLite's lock on a file is held by the system for as long as the process lives, however it ends,
 * and there is no moment in which two could both believe that the other's is stale.
 */
import { DatabaseSync } from 'node:sqlite'

/** Takes the lock; `null` when another process has it. Whoever has it keeps the result referenced. */
export function takeHostLock(path: string): { release(): void } | null {
  let database: DatabaseSync | null = null
  try {
    database = new DatabaseSync(path)
    database.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    const held = database
    return { release: () => held.close() }
  } catch (error) {
    database?.close()
    if (/locked|busy/i.test((error as Error).message)) return null
    throw error
  }
}
