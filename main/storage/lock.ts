/**
 * One program per data folder. The lock is the operating system's own, held through SQLite: it is gone
 * the moment its holder is, also after `kill -9`, so that it never has to be guessed stale.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another Quarterdeck works in this data folder. */
export class DataInUseError extends Error {
  override name = 'DataInUseError'
  readonly holder: number | null
  constructor(folder: string, holder: number | null) {
    super(
      `Another Quarterdeck${holder === null ? '' : ` (process ${holder})`} is using ${folder}. Use that one, or choose another data folder with --data.`,
    )
    this.holder = holder
  }
}

/** Throws `DataInUseError`; returns what lets go. */
export async function lockDataFolder(folder: string): Promise<() => void> {
  const holderFile = join(folder, 'quarterdeck.pid')
  const db = new DatabaseSync(join(folder, 'quarterdeck.lock'), { timeout: 0 })
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY;')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    // 5 SQLITE_BUSY, 6 SQLITE_LOCKED
    const code = (error as { errcode?: number }).errcode ?? 0
    if ((code & 0xff) !== 5 && (code & 0xff) !== 6) throw error
    const holder = Number.parseInt(await readFile(holderFile, 'utf8').catch(() => ''), 10)
    throw new DataInUseError(folder, Number.isNaN(holder) ? null : holder)
  }
  await writeFile(holderFile, `${process.pid}\n`)
  return () => db.close()
}
