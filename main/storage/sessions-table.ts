/** The durable part of sessions. What lives (process, state, counts) is never trusted from here. */
import type { DatabaseSync } from 'node:sqlite'
import { agentId, repositoryId, sessionId, terminalId, type SessionId, type TerminalId } from '@contract/ids.ts'
import { sessionStates, type SessionState, type Stage, type TerminalKind } from '@contract/session.ts'
import { z } from 'zod'
import { parseRows, type Rows } from './small-tables.ts'

const stage = z.object({
  kind: z.enum(['worktree', 'files', 'setup', 'agent']),
  state: z.enum(['waiting', 'running', 'done', 'skipped', 'failed', 'needs-confirmation']),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  output: z.string(),
  progress: z.object({ done: z.number(), total: z.number() }).nullable(),
}) satisfies z.ZodType<Stage>

/** How the worktree is come by, so that a failed first stage can be run again. */
const start = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('new-worktree'), at: z.string(), changes: z.enum(['leave', 'carry']) }),
  z.object({ kind: z.literal('existing-branch'), ref: z.string(), changes: z.enum(['leave', 'carry']) }),
  z.object({ kind: z.literal('existing-worktree') }),
  z.object({ kind: z.literal('in-place') }),
])
export type SessionStart = z.infer<typeof start>

/** How the agent's process ended, when it has. */
const ending = z.object({
  cause: z.enum(['exit', 'stopped', 'host-lost']),
  exitCode: z.number().nullable(),
  signal: z.number().nullable(),
  at: z.string(),
})
export type Ending = z.infer<typeof ending>

const json = <T extends z.ZodType>(inner: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' })
        return z.NEVER
      }
    })
    .pipe(inner)

const row = z.object({
  id: sessionId,
  repository: repositoryId,
  repository_path: z.string().min(1),
  title: z.string().min(1),
  agent: agentId,
  command: z.string().nullable(),
  mode: z.string().nullable(),
  prompt: z.string(),
  place: z.enum(['own', 'adopted', 'in-place']),
  start: json(start),
  worktree: z.string().min(1),
  branch: z.string().nullable(),
  base: z.string().min(1),
  port_block: z.number().int().min(1).max(65_535),
  conversation: z.string().nullable(),
  stages: json(z.array(stage).length(4)),
  pending_script: json(z.object({ hash: z.string(), command: z.string(), source: z.string() })).nullable(),
  ending: json(ending).nullable(),
  cols: z.number().int().positive(),
  rows: z.number().int().positive(),
  created_at: z.iso.datetime(),
  active_at: z.iso.datetime(),
  archived_at: z.iso.datetime().nullable(),
  seen: json(z.object({ state: z.enum(sessionStates), since: z.string() })).nullable(),
})
type Raw = z.infer<typeof row>

/** One session as it is kept. */
export interface SessionRow {
  id: SessionId
  repository: Raw['repository']
  repositoryPath: string
  title: string
  agent: Raw['agent']
  command: string | null
  mode: string | null
  prompt: string
  place: Raw['place']
  start: SessionStart
  worktree: string
  branch: string | null
  base: string
  portBlock: number
  /** The agent's own id of its conversation, where we know it. */
  conversation: string | null
  stages: Stage[]
  pendingScript: { hash: string; command: string; source: string } | null
  ending: Ending | null
  cols: number
  rows: number
  createdAt: string
  activeAt: string
  archivedAt: string | null
  /** State as last shown: only to keep its `since` when the same state is found again after a restart. */
  seen: { state: SessionState; since: string } | null
}

export interface SessionsTable {
  all(): Rows<SessionRow>
  /** Inserts or rewrites the whole row. */
  save(session: SessionRow): void
}

const columns = [
  'id',
  'repository',
  'repository_path',
  'title',
  'agent',
  'command',
  'mode',
  'prompt',
  'place',
  'start',
  'worktree',
  'branch',
  'base',
  'port_block',
  'conversation',
  'stages',
  'pending_script',
  'ending',
  'cols',
  'rows',
  'created_at',
  'active_at',
  'archived_at',
  'seen',
] as const

const orNull = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

export function createSessionsTable(db: DatabaseSync): SessionsTable {
  const select = db.prepare('SELECT * FROM sessions ORDER BY created_at, id')
  const save = db.prepare(
    `INSERT INTO sessions (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
     ON CONFLICT(id) DO UPDATE SET ${columns
       .slice(1)
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}`,
  )
  return {
    all: () =>
      parseRows(select.all(), (raw): SessionRow | null => {
        const parsed = row.safeParse(raw)
        if (!parsed.success) return null
        const r = parsed.data
        return {
          id: r.id,
          repository: r.repository,
          repositoryPath: r.repository_path,
          title: r.title,
          agent: r.agent,
          command: r.command,
          mode: r.mode,
          prompt: r.prompt,
          place: r.place,
          start: r.start,
          worktree: r.worktree,
          branch: r.branch,
          base: r.base,
          portBlock: r.port_block,
          conversation: r.conversation,
          stages: r.stages,
          pendingScript: r.pending_script,
          ending: r.ending,
          cols: r.cols,
          rows: r.rows,
          createdAt: r.created_at,
          activeAt: r.active_at,
          archivedAt: r.archived_at,
          seen: r.seen,
        }
      }),
    save: (s) => {
      save.run(
        s.id,
        s.repository,
        s.repositoryPath,
        s.title,
        s.agent,
        s.command,
        s.mode,
        s.prompt,
        s.place,
        JSON.stringify(s.start),
        s.worktree,
        s.branch,
        s.base,
        s.portBlock,
        s.conversation,
        JSON.stringify(s.stages),
        orNull(s.pendingScript),
        orNull(s.ending),
        s.cols,
        s.rows,
        s.createdAt,
        s.activeAt,
        s.archivedAt,
        orNull(s.seen),
      )
    },
  }
}

const terminalRow = z.object({
  id: terminalId,
  session: sessionId,
  kind: z.enum(['agent', 'setup', 'shell', 'run', 'teardown']) satisfies z.ZodType<TerminalKind>,
  title: z.string(),
  ended: z.number(),
  exit_code: z.number().nullable(),
  created_at: z.string(),
})
export interface TerminalRow {
  id: TerminalId
  session: SessionId
  kind: TerminalKind
  title: string
  ended: boolean
  exitCode: number | null
  createdAt: string
}
export interface TerminalsTable {
  all(): Rows<TerminalRow>
  save(terminal: TerminalRow): void
  remove(id: TerminalId): void
}
export function createTerminalsTable(db: DatabaseSync): TerminalsTable {
  const select = db.prepare('SELECT * FROM terminals ORDER BY created_at, id')
  const save = db.prepare(
    `INSERT INTO terminals (id, session, kind, title, ended, exit_code, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT(id) DO UPDATE SET title = excluded.title, ended = excluded.ended, exit_code = excluded.exit_code`,
  )
  const remove = db.prepare('DELETE FROM terminals WHERE id = ?')
  return {
    all: () =>
      parseRows(select.all(), (raw): TerminalRow | null => {
        const parsed = terminalRow.safeParse(raw)
        if (!parsed.success) return null
        const { ended, exit_code: exitCode, created_at: createdAt, ...rest } = parsed.data
        return { ...rest, ended: ended !== 0, exitCode, createdAt }
      }),
    save: (t) => {
      save.run(t.id, t.session, t.kind, t.title, t.ended ? 1 : 0, t.exitCode, t.createdAt)
    },
    remove: (id) => {
      remove.run(id)
    },
  }
}
