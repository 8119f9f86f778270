/** `session new` and what may follow it: waiting until the agent runs, confirming a set-up script. */
import { resolve } from 'node:path'
import type { Client } from '@contract/client.ts'
import type { AgentId, SessionId } from '@contract/ids.ts'
import type { ErrorCode } from '@contract/result.ts'
import type { Place, Session, StageKind } from '@contract/session.ts'
import { type Command, type CommandContext, done, numberOption, textOption } from './command.ts'
import { watchStream } from './connection.ts'
import { findBranch, findSession, openRepository, sessionJson } from './lookup.ts'
import { type CommandResult, stop, valueOf } from './outcome.ts'
import { sessionTable } from './session-text.ts'

const failureOfStage: Record<StageKind, ErrorCode> = {
  worktree: 'git-failed',
  files: 'git-failed',
  setup: 'setup-failed',
  agent: 'not-running',
}

type Progress = 'going on' | 'started' | { code: ErrorCode; message: string; hash?: string }

/** How far a session's start has come. */
export function startProgress(session: Session): Progress {
  const failed = session.stages.find((stage) => stage.state === 'failed')
  if (failed) {
    const output = failed.output.trim()
    return {
      code: failureOfStage[failed.kind],
      message: `${session.id}: ${session.reason.text}${output === '' ? '' : `\n${output.slice(-2000)}`}`,
    }
  }
  const script = session.pendingScript
  if (script) {
    return {
      code: 'setup-unconfirmed',
      hash: script.hash,
      message:
        `${session.id} waits: the set-up script of ${script.source} has not been confirmed in this version.\n` +
        `${script.command}\n` +
        `Read it, then run: quarterdeck session confirm ${session.id} ${script.hash}   (or: skip)`,
    }
  }
  const agent = session.stages.find((stage) => stage.kind === 'agent')
  return agent?.state === 'done' || (agent?.state === 'skipped' && session.state !== 'starting')
    ? 'started'
    : 'going on'
}

/** Waits until each session's agent has started, failed, or waits for a word about its set-up script. */
export async function waitForStart(
  client: Client,
  ids: readonly SessionId[],
  setup: string | undefined,
  timeoutMs: number | undefined,
): Promise<CommandResult> {
  const seen = new Map<SessionId, Session>()
  const answered = new Set<SessionId>()
  const wanted = new Set(ids)
  const outcome = (): Session[] => ids.map((id) => seen.get(id)).filter((session) => session !== undefined)

  const judge = (): true | undefined => {
    let open = false
    for (const id of ids) {
      const session = seen.get(id)
      const progress = session ? startProgress(session) : 'going on'
      if (progress === 'going on') open = true
      if (typeof progress !== 'object' || progress.hash === undefined) continue
      if (setup === undefined || (setup !== 'skip' && setup !== progress.hash)) continue
      open = true
      if (answered.has(id)) continue
      answered.add(id)
      const answer = setup === 'skip' ? 'skip' : 'run'
      // A refusal means that the script changed in between: the stream tells the new one.
      void client.call('session.answerSetup', { session: id, hash: progress.hash, answer }).then((result) => {
        if (!result.ok) answered.delete(id)
      })
    }
    return open ? undefined : true
  }

  await watchStream(
    client,
    'session.list',
    { archived: true },
    (event) => {
      if (event.kind === 'all') {
        for (const session of event.sessions) if (wanted.has(session.id)) seen.set(session.id, session)
        for (const id of ids) if (!seen.has(id)) stop('not-found', `${id} is gone.`)
      } else if (event.kind === 'changed') {
        if (wanted.has(event.session.id)) seen.set(event.session.id, event.session)
      } else if (wanted.has(event.id)) stop('not-found', `${event.id} was removed while it started.`)
      return judge()
    },
    timeoutMs === undefined
      ? undefined
      : {
          ms: timeoutMs,
          failure: () => ({ code: 'timed-out', message: 'The agent had not started by then; the start goes on.' }),
        },
  )
  const sessions = outcome()
  const json = { sessions: sessions.map(sessionJson) }
  const failures = sessions.map(startProgress).filter((progress) => typeof progress === 'object')
  const first = failures[0]
  if (!first) return done(json, sessionTable(sessions))
  return {
    ok: false,
    error: {
      code: first.code,
      message: failures.map((failure) => failure.message).join('\n'),
      more: first.hash === undefined ? json : { ...json, hash: first.hash },
    },
  }
}

async function placeOf(context: CommandContext, branchOf: (typed: string) => Promise<string>): Promise<Place> {
  const { values, cwd } = context
  const worktree = textOption(values, 'worktree')
  const existing = textOption(values, 'existing-branch')
  const given = [worktree !== undefined, existing !== undefined, values['in-place'] === true].filter(Boolean).length
  if (given > 1) return stop('bad-request', 'Only one of --worktree, --existing-branch and --in-place.')
  if (worktree !== undefined) return { kind: 'existing-worktree', path: resolve(cwd, worktree) }
  if (existing !== undefined) return { kind: 'existing-branch', ref: await branchOf(existing) }
  return values['in-place'] === true ? { kind: 'in-place' } : { kind: 'new-worktree' }
}

export const startCommands: readonly Command[] = [
  {
    words: ['session', 'new'],
    usage:
      '--repository PATH --agent NAME [--command CMD] [--prompt TEXT] [--title T] [--base B] [--branch B] ' +
      '[--copies N] [--mode M] [--in-place | --worktree PATH | --existing-branch B] [--carry] ' +
      '[--confirm-setup HASH|skip] [--timeout SECONDS] [--no-wait]',
    about: 'Starts agents, each in a worktree of its own; waits until they run.',
    options: {
      repository: { type: 'string' },
      agent: { type: 'string' },
      command: { type: 'string' },
      prompt: { type: 'string' },
      title: { type: 'string' },
      base: { type: 'string' },
      branch: { type: 'string' },
      copies: { type: 'string' },
      mode: { type: 'string' },
      worktree: { type: 'string' },
      'existing-branch': { type: 'string' },
      'in-place': { type: 'boolean' },
      carry: { type: 'boolean' },
      'confirm-setup': { type: 'string' },
      timeout: { type: 'string' },
      'no-wait': { type: 'boolean' },
    },
    arity: [0, 0],
    run: async (context) => {
      const { client, values, cwd } = context
      const path = textOption(values, 'repository') ?? stop('bad-request', 'Name the repository with --repository.')
      const agent = textOption(values, 'agent') ?? stop('bad-request', 'Name the agent with --agent.')
      const copies = numberOption(values, 'copies', 1, 20) ?? 1
      const timeout = numberOption(values, 'timeout', 0, 86_400)
      const typedPrompt = textOption(values, 'prompt') ?? ''
      const prompt = typedPrompt === '-' ? await context.readStdin() : typedPrompt
      const repository = await openRepository(client, path, cwd)
      const base = textOption(values, 'base')
      const created = valueOf(
        await client.call('session.create', {
          repository: repository.id,
          agent: agent as AgentId,
          command: textOption(values, 'command'),
          prompt,
          title: textOption(values, 'title'),
          base: base === undefined ? undefined : await findBranch(client, repository, base),
          branch: textOption(values, 'branch'),
          copies,
          mode: textOption(values, 'mode'),
          place: await placeOf(context, (typed) => findBranch(client, repository, typed)),
          changes: values['carry'] === true ? 'carry' : 'leave',
        }),
      )
      if (values['no-wait'] === true) {
        return done({ sessions: created.sessions.map(sessionJson) }, sessionTable(created.sessions))
      }
      return waitForStart(
        client,
        created.sessions.map((session) => session.id),
        textOption(values, 'confirm-setup'),
        timeout === undefined ? undefined : timeout * 1000,
      )
    },
  },
  {
    words: ['session', 'confirm'],
    usage: 'ID HASH|skip [--timeout SECONDS]',
    about: 'Lets the set-up script with this hash run, or starts without it.',
    options: { timeout: { type: 'string' } },
    arity: [2, 2],
    run: async ({ client, positionals, values }) => {
      const [id = '', setup = ''] = positionals
      const timeout = numberOption(values, 'timeout', 0, 86_400)
      const session = await findSession(client, id)
      if (!session.pendingScript) return stop('refused', `${session.id} does not wait for a set-up script.`)
      return waitForStart(client, [session.id], setup, timeout === undefined ? undefined : timeout * 1000)
    },
  },
  {
    words: ['session', 'retry'],
    usage: 'ID [--confirm-setup HASH|skip] [--timeout SECONDS]',
    about: 'Runs the failed stage of a start and those after it again.',
    options: { 'confirm-setup': { type: 'string' }, timeout: { type: 'string' } },
    arity: [1, 1],
    run: async ({ client, positionals, values }) => {
      const timeout = numberOption(values, 'timeout', 0, 86_400)
      const session = await findSession(client, positionals[0] ?? '')
      valueOf(await client.call('session.retry', { session: session.id }))
      return waitForStart(
        client,
        [session.id],
        textOption(values, 'confirm-setup'),
        timeout === undefined ? undefined : timeout * 1000,
      )
    },
  },
]
