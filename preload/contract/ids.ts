import { z } from 'zod'

/** Ids are made by the backend; the page never builds one. 1 to 64 characters of [A-Za-z0-9_-]. */
const idText = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)

export const sessionId = idText.brand<'SessionId'>()
export const terminalId = idText.brand<'TerminalId'>()
export const repositoryId = idText.brand<'RepositoryId'>()
export const trashId = idText.brand<'TrashId'>()
export const agentId = idText.brand<'AgentId'>()

export type SessionId = z.infer<typeof sessionId>
export type TerminalId = z.infer<typeof terminalId>
export type RepositoryId = z.infer<typeof repositoryId>
export type TrashId = z.infer<typeof trashId>
export type AgentId = z.infer<typeof agentId>

/** An absolute path on the backend's machine, at most 4,096 characters, no NUL. */
export const absolutePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'), 'a path holds no NUL')

/** A path inside a worktree as git names it: `/` between parts, relative, never leaving the worktree. */
export const worktreePath = z
  .string()
  .min(1)
  .max(4096)
  .refine(
    (path) => !path.includes('\0') && !path.startsWith('/') && !path.split('/').includes('..'),
    'a path stays inside its worktree',
  )

/** A git object id in full: 40 (sha1) or 64 (sha256) hex digits. */
export const objectId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/)

/** The full name of a ref (`refs/heads/x`). git itself judges the rest. */
export const fullRef = z
  .string()
  .min(6)
  .max(1024)
  .refine((ref) => ref.startsWith('refs/'), 'a ref is given by its full name')
