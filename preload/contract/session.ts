import { z } from 'zod'
import {
  absolutePath,
  agentId,
  fullRef,
  repositoryId,
  type AgentId,
  type RepositoryId,
  type SessionId,
  type TerminalId,
} from './ids.ts'

export const sessionStates = [
  'starting',
  'working',
  'needs-approval',
  'asks-question',
  'turn-finished',
  'idle',
  'paused',
  'interrupted',
  'failed',
  'exited',
  'unsure',
] as const
export type SessionState = (typeof sessionStates)[number]

/** Why a state is shown: a key the page translates, with its values, and the plain English for the command line. */
export interface Reason {
  key: string
  values: Record<string, string | number>
  text: string
}

/** The closed list of `Reason.key`, for the page's translations. Values that a text may use stand behind each. */
export const reasonKeys = [
  'stage-worktree',
  'stage-files',
  'stage-setup',
  'stage-agent',
  /** stage, message */
  'stage-failed',
  /** command */
  'setup-confirm',
  'shell-prompt',
  /** program */
  'shell-running',
  'output-flows',
  /** Quiet, with a screen that takes input: it waits. */
  'waits-for-input',
  /** Quiet, and nothing tells whether it works or waits. */
  'quiet',
  'agent-working',
  /** detail (may be empty) */
  'agent-asks-permission',
  /** detail (may be empty) */
  'agent-asks',
  /** detail (may be empty): its last words */
  'agent-finished',
  'agent-idle',
  /** detail: what the program told by a notification */
  'notified',
  'interrupted',
  'exited',
  /** code */
  'exited-with',
  /** signal */
  'killed-by',
  'stopped',
  'host-ended',
] as const
export type ReasonKey = (typeof reasonKeys)[number]

export type StageKind = 'worktree' | 'files' | 'setup' | 'agent'
export interface Stage {
  kind: StageKind
  state: 'waiting' | 'running' | 'done' | 'skipped' | 'failed' | 'needs-confirmation'
  startedAt: string | null
  endedAt: string | null
  /** Last 4,000 characters of what the stage printed; a set-up script's whole output is in its terminal. */
  output: string
  /** Done and total where they can be counted. */
  progress: { done: number; total: number } | null
}

export type TerminalKind = 'agent' | 'setup' | 'shell' | 'run' | 'teardown'
export interface TerminalRef {
  id: TerminalId
  kind: TerminalKind
  title: string
  alive: boolean
  pid: number | null
  exitCode: number | null
}

export interface ChangeCounts {
  files: number
  added: number
  removed: number
}

export interface Approval {
  tree: string
  at: string
  /** False once the worktree's tree is no longer the approved one. */
  current: boolean
}

export interface Landed {
  base: string
  commit: string
  tree: string
  method: LandMethod
  at: string
}
export const landMethods = ['ff', 'merge', 'squash'] as const
export type LandMethod = (typeof landMethods)[number]

/** One agent's stay in one worktree; durable. Times are ISO 8601 UTC. */
export interface Session {
  id: SessionId
  repository: RepositoryId
  repositoryPath: string
  title: string
  agent: AgentId
  command: string | null
  mode: string | null
  prompt: string
  state: SessionState
  reason: Reason
  /** Since when it is in this state. */
  since: string
  createdAt: string
  /** Last output or input. */
  activeAt: string
  worktree: string
  /** `own` was made for it; `adopted` and `in-place` are never removed with the session. */
  place: 'own' | 'adopted' | 'in-place'
  /** Short name; null when HEAD is detached. */
  branch: string | null
  /** Full ref. */
  base: string
  head: string | null
  ahead: number
  behind: number
  /** Process in the agent's terminal. */
  pid: number | null
  terminals: TerminalRef[]
  stages: Stage[]
  /** Set-up script that waits to be confirmed. */
  pendingScript: { hash: string; command: string; source: string } | null
  /** Whole branch with uncommitted work against the merge-base. Null until first computed. */
  changed: ChangeCounts | null
  /** Tree id of the worktree as last seen. */
  tree: string | null
  approval: Approval | null
  landed: Landed | null
  /** First port of ten that belong to this session. */
  portBlock: number
  /** Discarded, finished and put away; out of the list unless asked for. */
  archivedAt: string | null
  canResume: boolean
  /** What went wrong with the worktree, if something did (missing, moved). */
  problem: string | null
}

export type SessionListEvent =
  | { kind: 'all'; sessions: Session[] }
  | { kind: 'changed'; session: Session }
  | { kind: 'removed'; id: SessionId }

export const place = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('new-worktree') }),
  /** A new worktree on a branch that exists already. */
  z.object({ kind: z.literal('existing-branch'), ref: fullRef }),
  /** A worktree that exists already, ours or not. */
  z.object({ kind: z.literal('existing-worktree'), path: absolutePath }),
  /** The main checkout itself. */
  z.object({ kind: z.literal('in-place') }),
])
export type Place = z.infer<typeof place>

export const newSession = z.object({
  repository: repositoryId,
  agent: agentId,
  command: z.string().max(8192).optional(),
  prompt: z.string().max(200_000).default(''),
  title: z.string().max(200).optional(),
  /** Full ref; the repository's base when left out. */
  base: fullRef.optional(),
  /** Short branch name the person typed; made unique and valid, or refused with `bad-ref`. */
  branch: z.string().max(200).optional(),
  copies: z.int().min(1).max(20).default(1),
  mode: z.string().max(64).optional(),
  place: place.default({ kind: 'new-worktree' }),
  /** What happens to uncommitted changes in the main checkout: they stay there either way; `carry` copies them along. */
  changes: z.enum(['leave', 'carry']).default('leave'),
  cols: z.int().min(20).max(1000).default(120),
  rows: z.int().min(5).max(500).default(40),
})
export type NewSession = z.infer<typeof newSession>
