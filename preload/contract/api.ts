import { z } from 'zod'
import type { AgentReport } from './agent.ts'
import { diffScope, type ChangeList, type FileDiff } from './diff.ts'
import { as, method, note, stream } from './endpoint.ts'
import type { DeckStatus, HostState } from './host.ts'
import {
  absolutePath,
  objectId,
  repositoryId,
  sessionId,
  terminalId,
  trashId,
  worktreePath,
  type TerminalId,
} from './ids.ts'
import type { LandingPreview } from './landing.ts'
import type {
  Branch,
  Checkout,
  FolderListing,
  Repository,
  RepositorySettings,
  RepositoryWarning,
} from './repository.ts'
import { landMethods, newSession, type Approval, type Landed, type Session, type SessionListEvent } from './session.ts'
import { settingsChange, type Settings } from './settings.ts'
import { terminalAck, terminalColours, terminalInput, terminalSize, type TerminalEvent } from './terminal.ts'
import { lossCode, type Obstacle, type TrashEntry, type Worktree } from './worktree.ts'

const nothing = z.object({})
const bySession = z.object({ session: sessionId })
const byRepository = z.object({ repository: repositoryId })

/** Everything that crosses between page and backend, once. Names are `subject.verb` for methods and notes, `subject.noun` for streams. */
export const api = {
  // ── host ────────────────────────────────────────────────────────────────
  'host.state': stream(nothing, as<HostState>()),
  'host.status': method(nothing, as<DeckStatus>(), []),
  /** Lists folders for the web host's folder browser. `path` null: the home folder. */
  'host.browse': method(
    z.object({ path: absolutePath.nullable(), hidden: z.boolean().default(false) }),
    as<FolderListing>(),
    ['not-found', 'permission-denied'],
  ),
  /** The system's own folder picker; null when the person closed it. */
  'host.pickFolder': method(nothing, as<{ path: string | null }>(), ['unsupported']),
  'host.openInEditor': method(
    z.object({ path: absolutePath, line: z.int().min(1).optional(), column: z.int().min(1).optional() }),
    as<{ editor: string }>(),
    ['not-found', 'unsupported'],
  ),
  /** http and https only. */
  'host.openExternal': method(z.object({ url: z.string().max(4096) }), as<null>(), ['unsupported', 'refused']),
  /** Ends the program; agents go on in the pty host or are stopped first. */
  'host.quit': method(z.object({ agents: z.enum(['keep', 'stop']) }), as<null>(), []),

  // ── the person's settings, and what a view wants to remember ─────────────
  'settings.state': stream(nothing, as<Settings>()),
  'settings.change': method(settingsChange, as<Settings>(), ['disk-full', 'permission-denied']),
  /** Layouts and unsent drafts: JSON text by key, opaque to the backend. */
  'view.load': method(z.object({ key: z.string().min(1).max(128) }), as<{ json: string | null }>(), []),
  'view.save': method(
    z.object({ key: z.string().min(1).max(128), json: z.string().max(1_000_000).nullable() }),
    as<null>(),
    ['disk-full'],
  ),

  // ── repositories ─────────────────────────────────────────────────────────
  'repository.list': stream(nothing, as<{ repositories: Repository[] }>()),
  'repository.open': method(
    z.object({ path: absolutePath }),
    as<{ repository: Repository; warnings: RepositoryWarning[] }>(),
    [
      'not-found',
      'permission-denied',
      'not-a-repository',
      'no-commit',
      'bare-repository',
      'unsafe-owner',
      'git-missing',
      'git-too-old',
      'git-failed',
    ],
  ),
  /** Only after the person asked for it: `git init` where there is none, and a first commit of `files` (`all` or none) where there is no commit. */
  'repository.initialise': method(
    z.object({ path: absolutePath, commit: z.enum(['empty', 'all']) }),
    as<{ repository: Repository; warnings: RepositoryWarning[] }>(),
    ['not-found', 'permission-denied', 'refused', 'git-missing', 'git-failed', 'hook-failed'],
  ),
  /** A small made-up repository in the data folder, to try things on. */
  'repository.sample': method(nothing, as<{ repository: Repository }>(), ['git-missing', 'git-failed', 'disk-full']),
  'repository.forget': method(byRepository, as<null>(), ['not-found', 'in-use']),
  'repository.setBase': method(z.object({ repository: repositoryId, base: z.string().max(1024) }), as<Repository>(), [
    'not-found',
    'bad-ref',
  ]),
  'repository.branches': method(byRepository, as<{ branches: Branch[] }>(), ['not-found', 'git-failed']),
  'repository.checkout': method(byRepository, as<Checkout>(), ['not-found', 'git-failed']),
  'repository.settings': method(byRepository, as<RepositorySettings>(), ['not-found']),
  /** The person has read the script with this hash and lets it run from now on. */
  'repository.confirmScript': method(z.object({ repository: repositoryId, hash: z.string().max(64) }), as<null>(), [
    'not-found',
  ]),

  // ── agents ───────────────────────────────────────────────────────────────
  'agent.list': stream(nothing, as<{ agents: AgentReport[] }>()),
  /** Looks on the PATH again. */
  'agent.refresh': method(nothing, as<null>(), []),

  // ── sessions ─────────────────────────────────────────────────────────────
  'session.list': stream(z.object({ archived: z.boolean().default(false) }), as<SessionListEvent>()),
  /** Title and branch name drafted from a prompt; the branch is valid and free at this moment. */
  'session.propose': method(
    z.object({ repository: repositoryId, prompt: z.string().max(200_000), agent: z.string().max(64) }),
    as<{ title: string; branch: string }>(),
    ['not-found'],
  ),
  /** Accepted sessions; their stages run on and show in `session.list`. */
  'session.create': method(newSession, as<{ sessions: Session[] }>(), [
    'not-found',
    'bad-ref',
    'branch-exists',
    'branch-checked-out',
    'agent-missing',
    'in-use',
    'refused',
    'git-failed',
    'disk-full',
  ]),
  /** Runs the failed stage and those after it again. */
  'session.retry': method(bySession, as<Session>(), ['not-found', 'refused']),
  /** Lets the waiting set-up script run (`run`) or goes on without it (`skip`); one that failed can only be skipped. */
  'session.answerSetup': method(
    z.object({ session: sessionId, hash: z.string().max(64), answer: z.enum(['run', 'skip']) }),
    as<Session>(),
    ['not-found', 'refused'],
  ),
  'session.rename': method(z.object({ session: sessionId, title: z.string().min(1).max(200) }), as<Session>(), [
    'not-found',
  ]),
  /** Types into the agent's terminal: bracketed paste where the program asked for it, then Enter unless told not to. */
  'session.send': method(
    z.object({ session: sessionId, text: z.string().max(1_000_000), enter: z.boolean().default(true) }),
    as<Session>(),
    ['not-found', 'not-running'],
  ),
  /** The agent's own interrupt key (Esc or Ctrl-C). */
  'session.interrupt': method(bySession, as<Session>(), ['not-found', 'not-running']),
  /** Hangs up the agent's terminal, waits, then kills; the worktree stays. */
  'session.stop': method(bySession, as<Session>(), ['not-found']),
  /** Starts the agent again in the same worktree, with its old conversation where it can. */
  'session.resume': method(
    z.object({
      session: sessionId,
      cols: z.int().min(20).max(1000).optional(),
      rows: z.int().min(5).max(500).optional(),
    }),
    as<Session>(),
    ['not-found', 'already-running', 'agent-missing', 'refused'],
  ),
  /** Stops the agent and moves the worktree to the trash, whatever it holds; an adopted worktree stays where it is. */
  'session.discard': method(bySession, as<{ trash: TrashEntry | null }>(), [
    'not-found',
    'in-use',
    'locked',
    'git-failed',
    'disk-full',
  ]),
  /** Takes a stopped session off the list; its worktree stays. */
  'session.archive': method(z.object({ session: sessionId, archived: z.boolean() }), as<Session>(), [
    'not-found',
    'refused',
  ]),

  // ── terminals ────────────────────────────────────────────────────────────
  'terminal.open': method(
    z.object({ session: sessionId, kind: z.enum(['shell', 'run']), size: terminalSize.optional() }),
    as<{ terminal: TerminalId }>(),
    ['not-found', 'refused', 'setup-unconfirmed'],
  ),
  'terminal.close': method(z.object({ terminal: terminalId }), as<null>(), ['not-found']),
  /** What stands on the screen, or screen and scrollback, as plain text. */
  'terminal.text': method(z.object({ terminal: terminalId, what: z.enum(['screen', 'all']) }), as<{ text: string }>(), [
    'not-found',
  ]),
  'terminal.output': stream(z.object({ terminal: terminalId }), as<TerminalEvent>()),
  'terminal.input': note(terminalInput),
  'terminal.resize': note(terminalSize.extend({ terminal: terminalId })),
  'terminal.ack': note(terminalAck),
  'terminal.colours': note(terminalColours),

  // ── diffs ────────────────────────────────────────────────────────────────
  /** The whole list, again after each change. */
  'diff.changes': stream(
    z.object({ session: sessionId, scope: diffScope }),
    as<{ kind: 'list'; list: ChangeList } | { kind: 'problem'; message: string }>(),
  ),
  'diff.list': method(z.object({ session: sessionId, scope: diffScope }), as<ChangeList>(), [
    'not-found',
    'git-failed',
    'git-locked',
    'disk-full',
  ]),
  /** One file between two trees of that list. */
  'diff.file': method(
    z.object({
      session: sessionId,
      base: objectId,
      tree: objectId,
      path: worktreePath,
      oldPath: worktreePath.nullable(),
    }),
    as<FileDiff>(),
    ['not-found', 'git-failed'],
  ),
  /** `bytes` (base64) is set where the patch is not UTF-8: only these apply byte for byte. */
  'diff.patch': method(
    z.object({ session: sessionId, scope: diffScope }),
    as<{ tree: string; base: string; patch: string; bytes: string | null }>(),
    ['not-found', 'git-failed', 'disk-full'],
  ),

  // ── review and landing ───────────────────────────────────────────────────
  /** Passes only while the worktree still is `tree`. */
  'review.approve': method(z.object({ session: sessionId, tree: objectId.optional() }), as<Approval>(), [
    'not-found',
    'tree-changed',
    'nothing-to-land',
    'conflicts',
    'git-locked',
    'disk-full',
    'git-failed',
  ]),
  'review.withdraw': method(bySession, as<null>(), ['not-found']),
  /** Which files the person has seen, as `path` to blob id. */
  'review.viewed': stream(bySession, as<{ viewed: Record<string, string> }>()),
  'review.setViewed': method(
    z.object({
      session: sessionId,
      files: z.array(z.object({ path: worktreePath, id: z.string().max(64), viewed: z.boolean() })).max(10_000),
    }),
    as<null>(),
    ['not-found'],
  ),
  'landing.preview': method(bySession, as<LandingPreview>(), ['not-found', 'git-failed', 'nothing-to-land']),
  'landing.land': method(
    z.object({ session: sessionId, method: z.enum(landMethods), message: z.string().max(100_000).optional() }),
    as<Landed>(),
    [
      'not-found',
      'not-approved',
      'tree-changed',
      'nothing-to-land',
      'conflicts',
      'not-fast-forward',
      'base-dirty',
      'in-use',
      'operation-in-progress',
      'hook-failed',
      'git-locked',
      'git-failed',
      'disk-full',
    ],
  ),

  // ── worktrees ────────────────────────────────────────────────────────────
  'worktree.list': stream(byRepository, as<{ worktrees: Worktree[]; problem: string | null }>()),
  /** What stands against removing it; empty: nothing would be lost. */
  'worktree.inspect': method(
    z.object({ repository: repositoryId, path: absolutePath }),
    as<{ obstacles: Obstacle[] }>(),
    ['not-found', 'git-failed'],
  ),
  /** Moves it to the trash. Refused with the first obstacle's code unless named in `mayLose`; `paths` of the failure name what would be lost. */
  'worktree.remove': method(
    z.object({ repository: repositoryId, path: absolutePath, mayLose: z.array(lossCode).max(3).default([]) }),
    as<{ trash: TrashEntry }>(),
    [
      'not-found',
      'uncommitted',
      'untracked',
      'unpushed',
      'locked',
      'in-use',
      'operation-in-progress',
      'main-worktree',
      'git-failed',
      'disk-full',
      'permission-denied',
    ],
  ),
  'worktree.trash': stream(nothing, as<{ entries: TrashEntry[] }>()),
  /** Puts it back: folder, branch, index and untracked files as they were; under another name where the old ones are taken. */
  'worktree.bringBack': method(z.object({ id: trashId }), as<{ path: string; branch: string | null }>(), [
    'not-found',
    'path-exists',
    'git-failed',
    'disk-full',
  ]),
  /** Deletes it for good. */
  'worktree.empty': method(z.object({ id: trashId }), as<null>(), ['not-found', 'permission-denied']),
} as const

export type Api = typeof api
export type EndpointName = keyof Api
type NameOf<K extends string> = { [N in EndpointName]: Api[N] extends { kind: K } ? N : never }[EndpointName]
export type MethodName = NameOf<'method'>
export type StreamName = NameOf<'stream'>
export type NoteName = NameOf<'note'>

/** What a caller passes (defaults may be left out). */
export type ParamsIn<N extends EndpointName> = z.input<Api[N]['params']>
/** What a handler gets. */
export type Params<N extends EndpointName> = z.output<Api[N]['params']>
export type Value<N extends MethodName> = Api[N]['value'] extends { readonly _type?: infer V } ? V : never
export type Event<N extends StreamName> = Api[N]['event'] extends { readonly _type?: infer E } ? E : never
export type Codes<N extends MethodName> = Api[N]['codes'][number]
