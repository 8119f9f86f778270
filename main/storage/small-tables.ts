/** The small tables, each with its one writer: repositories, confirmed scripts, approvals, viewed files, landings, views. */
import type { DatabaseSync } from 'node:sqlite'
import { repositoryId, sessionId, type RepositoryId, type SessionId } from '@contract/ids.ts'
import { landMethods, type Landed } from '@contract/session.ts'
import { z } from 'zod'

/** Rows that fit, and how many did not: those stay in the table and are left alone. */
export interface Rows<T> {
  rows: T[]
  bad: number
}

export function parseRows<T>(rows: readonly unknown[], parse: (row: unknown) => T | null): Rows<T> {
  const good: T[] = []
  let bad = 0
  for (const row of rows) {
    const parsed = parse(row)
    if (parsed === null) bad++
    else good.push(parsed)
  }
  return { rows: good, bad }
}

const repositoryRow = z.object({
  id: repositoryId,
  path: z.string().min(1),
  name: z.string().min(1),
  base: z.string().min(1),
  opened_at: z.iso.datetime(),
})
export interface RepositoryRow {
  id: RepositoryId
  path: string
  name: string
  base: string
  openedAt: string
}
export interface RepositoriesTable {
  all(): Rows<RepositoryRow>
  save(row: RepositoryRow): void
  remove(id: RepositoryId): void
}
export function createRepositoriesTable(db: DatabaseSync): RepositoriesTable {
  const select = db.prepare('SELECT * FROM repositories ORDER BY opened_at DESC')
  const save = db.prepare(
    `INSERT INTO repositories (id, path, name, base, opened_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT(id) DO UPDATE SET path = excluded.path, name = excluded.name, base = excluded.base, opened_at = excluded.opened_at`,
  )
  const remove = db.prepare('DELETE FROM repositories WHERE id = ?')
  return {
    all: () =>
      parseRows(select.all(), (row) => {
        const parsed = repositoryRow.safeParse(row)
        if (!parsed.success) return null
        const { opened_at: openedAt, ...rest } = parsed.data
        return { ...rest, openedAt }
      }),
    save: (row) => {
      save.run(row.id, row.path, row.name, row.base, row.openedAt)
    },
    remove: (id) => {
      remove.run(id)
    },
  }
}

export interface ScriptsTable {
  isConfirmed(repository: RepositoryId, hash: string): boolean
  confirm(repository: RepositoryId, hash: string, at: string): void
}
export function createScriptsTable(db: DatabaseSync): ScriptsTable {
  const select = db.prepare('SELECT 1 FROM confirmed_scripts WHERE repository = ? AND hash = ?')
  const insert = db.prepare('INSERT OR IGNORE INTO confirmed_scripts (repository, hash, confirmed_at) VALUES (?, ?, ?)')
  return {
    isConfirmed: (repository, hash) => select.get(repository, hash) !== undefined,
    confirm: (repository, hash, at) => {
      insert.run(repository, hash, at)
    },
  }
}

const approvalRow = z.object({ session: sessionId, tree: z.string().min(1), at: z.string() })
export type ApprovalRow = z.infer<typeof approvalRow>
export interface ApprovalsTable {
  all(): Rows<ApprovalRow>
  save(row: ApprovalRow): void
  remove(session: SessionId): void
}
export function createApprovalsTable(db: DatabaseSync): ApprovalsTable {
  const select = db.prepare('SELECT session, tree, at FROM approvals')
  const save = db.prepare('INSERT OR REPLACE INTO approvals (session, tree, at) VALUES (?, ?, ?)')
  const remove = db.prepare('DELETE FROM approvals WHERE session = ?')
  return {
    all: () => parseRows(select.all(), (row) => approvalRow.safeParse(row).data ?? null),
    save: (row) => {
      save.run(row.session, row.tree, row.at)
    },
    remove: (session) => {
      remove.run(session)
    },
  }
}

export interface ViewedTable {
  of(session: SessionId): Record<string, string>
  set(session: SessionId, files: readonly { path: string; id: string; viewed: boolean }[]): void
}
export function createViewedTable(db: DatabaseSync): ViewedTable {
  const select = db.prepare('SELECT path, blob FROM viewed WHERE session = ?')
  const save = db.prepare('INSERT OR REPLACE INTO viewed (session, path, blob) VALUES (?, ?, ?)')
  const remove = db.prepare('DELETE FROM viewed WHERE session = ? AND path = ?')
  return {
    of: (session) =>
      Object.fromEntries(
        (select.all(session) as { path: unknown; blob: unknown }[]).map((row) => [String(row.path), String(row.blob)]),
      ),
    set: (session, files) => {
      db.exec('BEGIN')
      try {
        for (const file of files) {
          if (file.viewed) save.run(session, file.path, file.id)
          else remove.run(session, file.path)
        }
        db.exec('COMMIT')
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
    },
  }
}

const landedRow = z.object({
  session: sessionId,
  base: z.string(),
  commit_id: z.string(),
  tree: z.string(),
  method: z.enum(landMethods),
  at: z.string(),
})
export interface LandedTable {
  all(): Rows<{ session: SessionId; landed: Landed }>
  save(session: SessionId, landed: Landed): void
}
export function createLandedTable(db: DatabaseSync): LandedTable {
  const select = db.prepare('SELECT * FROM landed')
  const save = db.prepare(
    'INSERT OR REPLACE INTO landed (session, base, commit_id, tree, method, at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  return {
    all: () =>
      parseRows(select.all(), (row) => {
        const parsed = landedRow.safeParse(row)
        if (!parsed.success) return null
        const { session, commit_id: commit, ...rest } = parsed.data
        return { session, landed: { ...rest, commit } }
      }),
    save: (session, landed) => {
      save.run(session, landed.base, landed.commit, landed.tree, landed.method, landed.at)
    },
  }
}

export interface ViewsTable {
  load(key: string): string | null
  save(key: string, json: string | null): void
}
export function createViewsTable(db: DatabaseSync): ViewsTable {
  const select = db.prepare('SELECT json FROM views WHERE key = ?')
  const save = db.prepare('INSERT OR REPLACE INTO views (key, json) VALUES (?, ?)')
  const remove = db.prepare('DELETE FROM views WHERE key = ?')
  return {
    load: (key) => {
      const row = select.get(key) as { json: unknown } | undefined
      return row ? String(row.json) : null
    },
    save: (key, json) => {
      if (json === null) remove.run(key)
      else save.run(key, json)
    },
  }
}
