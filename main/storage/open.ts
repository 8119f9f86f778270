/**
 * Opens the one database. A file that is no healthy database is moved aside under its own name and a new one begun:
 * the start never fails for it. A file made by a newer Quarterdeck is left untouched and refused.
 */
import { access, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Log } from '../lib/log.ts'
import { migrations } from './migrations.ts'

export interface Storage {
  db: DatabaseSync
  /** What went wrong and was worked around, in words for the person. */
  problems: string[]
  close(): void
}

/** The data folder was written by a newer Quarterdeck than this one; nothing was touched. */
export class NewerDataError extends Error {
  override name = 'NewerDataError'
  constructor(path: string, version: number) {
    super(
      `${path} was written by a newer Quarterdeck (its format is ${version}, this program knows ${migrations.length}). Start the newer version, or choose another data folder with --data.`,
    )
  }
}

const fileName = 'quarterdeck.sqlite'

function stamp(): string {
  return new Date().toISOString().replaceAll(/[:.]/g, '-')
}

/** Name of a copy that no file has yet. */
async function freeName(path: string): Promise<string> {
  for (let count = 0; ; count++) {
    const name = count === 0 ? path : `${path}-${count}`
    try {
      await access(name)
    } catch {
      return name // nothing stands there
    }
  }
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true })
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
    const verdict = db.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string } | undefined
    if (verdict?.quick_check !== 'ok') throw new Error(`quick_check: ${verdict?.quick_check ?? 'no answer'}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function isCorrupt(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode
  // 11 SQLITE_CORRUPT, 26 SQLITE_NOTADB (the low byte of extended codes).
  if (code !== undefined) return (code & 0xff) === 11 || (code & 0xff) === 26
  return error instanceof Error && error.message.startsWith('quick_check')
}

function versionOf(db: DatabaseSync): number {
  return Number((db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version)
}

/** Throws `NewerDataError`, or what the file system said when the folder cannot be written. */
export async function openStorage(folder: string, log: Log): Promise<Storage> {
  const path = join(folder, fileName)
  const problems: string[] = []
  let db: DatabaseSync
  try {
    db = open(path)
  } catch (error) {
    if (!isCorrupt(error)) throw error
    const aside = await freeName(`${path}.broken-${stamp()}`)
    await rename(path, aside)
    for (const part of ['-wal', '-shm']) {
      await rename(path + part, aside + part).catch(() => {}) // there may be none
    }
    log.error('the database was broken and was moved aside', error, { aside })
    problems.push(
      `The database was damaged. It was kept as ${aside} and a new one was begun: sessions of before are not listed, their worktrees and branches are untouched.`,
    )
    db = open(path)
  }
  try {
    const version = versionOf(db)
    if (version > migrations.length) throw new NewerDataError(path, version)
    for (let step = version; step < migrations.length; step++) {
      if (step > 0) {
        const copy = await freeName(`${path}.before-${step + 1}`)
        db.prepare('VACUUM INTO ?').run(copy)
      }
      db.exec('BEGIN IMMEDIATE')
      try {
        db.exec(migrations[step] ?? '')
        db.exec(`PRAGMA user_version = ${step + 1}`)
        db.exec('COMMIT')
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
    }
  } catch (error) {
    db.close()
    throw error
  }
  return { db, problems, close: () => db.close() }
}

/** SQLITE_FULL: the disk, or the quota, has no room. */
export function isDiskFull(error: unknown): boolean {
  const facts = error as { errcode?: number; code?: string }
  return facts.code === 'ENOSPC' || (facts.errcode !== undefined && (facts.errcode & 0xff) === 13)
}
