/**
 * The sessions of the deck: what a person can do with one, and what the start makes of those that were there.
 */
import type { SessionId, TerminalId } from '@contract/ids.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { Session } from '@contract/session.ts'
import type { TrashEntry } from '@contract/worktree.ts'
import { adapterOf } from '../agents/registry.ts'
import type { PtyEvent } from '../pty/pty-client.ts'
import type { SessionRow, TerminalRow } from '../storage/sessions-table.ts'
import { createAgentProcess, type AgentProcess } from './agent-process.ts'
import { createSessionMaker, findBusyAt, type SessionMaker } from './create.ts'
import { folderExists, type SessionDeps, settingsOf } from './deps.ts'
import { type DiscardCode, discardSession } from './discard.ts'
import { agentTerminal, hasWorktree, isReady, project, type SessionEntry, terminalOf } from './entry.ts'
import { createLiveDiffs, type LiveDiffs } from './live-diffs.ts'
import { createNaming } from './naming.ts'
import { createPortBlocks } from './ports.ts'
import { createStages, type Stages } from './stages.ts'
import { createTakeUp } from './take-up.ts'
import { createTerminals, shellLine, type Terminals } from './terminals.ts'

type Outcome<C extends Parameters<typeof fail>[0]> = Result<Session, C>

export interface Sessions {
  maker: SessionMaker
  agent: AgentProcess
  terminals: Terminals
  stages: Stages
  diffs: LiveDiffs
  get(id: SessionId): Result<SessionEntry, 'not-found'>
  retry(id: SessionId): Outcome<'not-found' | 'refused'>
  answerSetup(id: SessionId, hash: string, answer: 'run' | 'skip'): Outcome<'not-found' | 'refused'>
  rename(id: SessionId, title: string): Outcome<'not-found'>
  stop(id: SessionId): Promise<Outcome<'not-found'>>
  resume(
    id: SessionId,
    size: { cols?: number; rows?: number },
  ): Promise<Outcome<'not-found' | 'already-running' | 'agent-missing' | 'refused'>>
  archive(id: SessionId, archived: boolean): Promise<Outcome<'not-found' | 'refused'>>
  discard(id: SessionId): Promise<Result<{ trash: TrashEntry | null }, DiscardCode>>
  /** Its worktree came back from the trash. */
  broughtBack(id: SessionId, path: string, branch: string | null): void
  openTerminal(
    id: SessionId,
    kind: 'shell' | 'run',
    size: { cols: number; rows: number },
  ): Promise<Result<{ terminal: TerminalId }, 'not-found' | 'refused' | 'setup-unconfirmed'>>
  closeTerminal(id: TerminalId): Promise<Result<null, 'not-found'>>
  /** Takes stored rows in, and makes of them what the living terminals and the folders on disk say. */
  load(rows: readonly SessionRow[], terminals: readonly TerminalRow[]): Promise<void>
  /** To be called when the pty host answers (again): what it does not know has ended. */
  resync(): Promise<void>
  stopAgents(): Promise<void>
  dispose(): Promise<void>
}

export function createSessions(deps: SessionDeps): Sessions {
  const { book, pty } = deps
  const terminals = createTerminals(deps)
  const agent = resumeOnce(createAgentProcess(deps, terminals))
  const diffs = createLiveDiffs(deps)
  const naming = createNaming(deps)
  const stages = createStages(deps, terminals, agent, naming, (entry) => diffs.start(entry))
  const ports = createPortBlocks(
    () =>
      new Set(
        book
          .all()
          .filter((entry) => entry.row.archivedAt === null)
          .map((entry) => entry.row.portBlock),
      ),
  )
  const maker = createSessionMaker(deps, stages, ports, naming)

  const stopHearing = pty.onEvent((event: PtyEvent) => {
    const entry = book.ownerOf(event.id)
    const terminal = entry ? terminalOf(entry, event.id) : null
    if (!entry || !terminal) return
    if (event.kind === 'exited') terminals.noteEnd(entry, event.id, { exitCode: event.exitCode, signal: event.signal })
    if (agentTerminal(entry)?.id === event.id) agent.hear(entry, event)
    else if (event.kind === 'activity') book.noteActivity(entry)
  })

  const get = (id: SessionId): Result<SessionEntry, 'not-found'> => {
    const entry = book.get(id)
    return entry ? succeed(entry) : fail('not-found', 'There is no such session.')
  }

  const stopEntry = async (entry: SessionEntry): Promise<void> => {
    await agent.stop(entry)
    if (!entry.running) return
    await stages.cancel(entry)
    // It may have come up on the way out.
    await agent.stop(entry)
  }

  const discarding = new Set<SessionEntry>()
  /** Why nothing may be started in it any more; null when it may. */
  const refusal = (entry: SessionEntry): string | null => {
    if (discarding.has(entry)) return 'It is being discarded.'
    return entry.row.archivedAt === null ? null : 'It is put away; take it out of the archive first.'
  }

  const takeUp = createTakeUp(deps, { terminals, agent, stages, diffs })

  return {
    maker,
    agent,
    terminals,
    stages,
    diffs,
    get,
    retry: (id) => {
      const entry = get(id)
      if (!entry.ok) return entry
      if (entry.value.running) return fail('refused', 'Its stages are running already.')
      const why = refusal(entry.value)
      if (why !== null) return fail('refused', why)
      if (!entry.value.row.stages.some((stage) => stage.state === 'failed')) {
        return fail('refused', 'None of its stages failed.')
      }
      stages.run(entry.value)
      return succeed(project(entry.value))
    },
    answerSetup: (id, hash, answer) => {
      const entry = get(id)
      if (!entry.ok) return entry
      const { row } = entry.value
      const failed = !entry.value.running && row.stages.some((each) => each.kind === 'setup' && each.state === 'failed')
      if (row.pendingScript === null && !(failed && answer === 'skip'))
        return fail('refused', 'No set-up script waits here.')
      const why = refusal(entry.value)
      if (why !== null) return fail('refused', why)
      if (row.pendingScript && row.pendingScript.hash !== hash)
        return fail('refused', 'The set-up script is another one by now; read it again.')
      if (answer === 'skip') stages.answerSetup(entry.value, 'skip')
      else {
        deps.scripts.confirm(row.repository, hash, deps.now())
        stages.scriptConfirmed(row.repository, hash)
      }
      return succeed(project(entry.value))
    },
    rename: (id, title) => {
      const entry = get(id)
      if (!entry.ok) return entry
      book.setRow(entry.value, { title: title.trim() || entry.value.row.title })
      return succeed(project(entry.value))
    },
    stop: async (id) => {
      const entry = get(id)
      if (!entry.ok) return entry
      await stopEntry(entry.value)
      return succeed(project(entry.value))
    },
    resume: async (id, size) => {
      const entry = get(id)
      if (!entry.ok) return entry
      const { row } = entry.value
      if (entry.value.running || entry.value.facts.alive)
        return fail('already-running', 'The session is running already.')
      if (!isReady(entry.value)) return fail('refused', 'It never came to a start; retry its failed stage instead.')
      const why = refusal(entry.value)
      if (why !== null) return fail('refused', why)
      if (!(await folderExists(row.worktree))) return fail('refused', `Its worktree ${row.worktree} is missing.`)
      const other = await findBusyAt(book, row.worktree, entry.value)
      if (other) return fail('refused', `The session "${other.row.title}" works in this folder. Stop it first.`)
      const started = await agent.resume(entry.value, { cols: size.cols ?? row.cols, rows: size.rows ?? row.rows })
      if (!started.ok) return started
      return succeed(project(entry.value))
    },
    archive: async (id, archived) => {
      const entry = get(id)
      if (!entry.ok) return entry
      if (archived && (entry.value.facts.alive || entry.value.running)) {
        return fail('refused', 'It is still running. Stop it first.')
      }
      book.setRow(entry.value, { archivedAt: archived ? deps.now() : null })
      if (archived) {
        await terminals.stopAll(entry.value)
        await diffs.stop(entry.value)
      } else {
        entry.value.problem = (await folderExists(entry.value.row.worktree))
          ? null
          : `The worktree ${entry.value.row.worktree} is missing.`
        if (entry.value.problem === null) diffs.start(entry.value)
        book.touch(entry.value)
      }
      return succeed(project(entry.value))
    },
    discard: async (id) => {
      const entry = get(id)
      if (!entry.ok) return entry
      if (discarding.has(entry.value)) return fail('in-use', 'It is being discarded already.')
      discarding.add(entry.value)
      try {
        return await discardSession(deps, { terminals, diffs, stop: stopEntry }, entry.value)
      } finally {
        discarding.delete(entry.value)
      }
    },
    broughtBack: (id, path, branch) => {
      const entry = book.get(id)
      if (!entry) return
      entry.problem = null
      book.setRow(entry, { worktree: path, branch, archivedAt: null })
      diffs.start(entry)
    },
    openTerminal: async (id, kind, size) => {
      const entry = get(id)
      if (!entry.ok) return entry
      const { row } = entry.value
      if (discarding.has(entry.value)) return fail('refused', 'It is being discarded.')
      if (!hasWorktree(entry.value) || !(await folderExists(row.worktree))) {
        return fail('refused', 'Its worktree is not there.')
      }
      let start = { file: '', args: [] as string[], env: {}, type: null as string | null }
      let title = 'Shell'
      if (kind === 'run') {
        const wanted = await settingsOf(entry.value)
        if (wanted.run === null) return fail('refused', 'The repository settings name no run command.')
        if (!deps.scripts.isConfirmed(row.repository, wanted.run.hash)) {
          return fail('setup-unconfirmed', 'The run command comes from the repository and was not confirmed yet.', {
            detail: wanted.run.command,
          })
        }
        start = shellLine(wanted.run.command)
        title = wanted.run.command.slice(0, 80)
      } else {
        const shell = adapterOf('shell')
        if (shell) start = shell.start({ ...emptyInput, worktree: row.worktree, shell: shellLine('').file })
      }
      const started = await terminals.start(entry.value, { kind, title, start, program: null }, size)
      return started.ok ? succeed({ terminal: started.value.terminal.id }) : fail('refused', started.error.message)
    },
    closeTerminal: async (id) => {
      const entry = book.ownerOf(id)
      const terminal = entry ? terminalOf(entry, id) : null
      if (!entry || !terminal) return fail('not-found', 'There is no such terminal.')
      if (!terminal.ended) await pty.kill(id)
      // The agent's own text is the record of the session: it is stopped, not forgotten.
      if (terminal.kind === 'agent') return succeed(null)
      await pty.forget(id)
      book.removeTerminal(entry, id)
      return succeed(null)
    },
    load: takeUp.load,
    resync: takeUp.resync,
    stopAgents: async () => {
      await Promise.all(book.all().map((entry) => stopEntry(entry).then(() => terminals.stopAll(entry))))
    },
    dispose: async () => {
      stopHearing()
      agent.dispose()
      await diffs.dispose()
    },
  }
}

/** Two wishes to start the same agent at the same time start one. */
function resumeOnce(agent: AgentProcess): AgentProcess {
  const coming = new Set<SessionEntry>()
  return {
    ...agent,
    resume: async (entry, size) => {
      if (coming.has(entry)) return fail('already-running', 'The agent is being started already.')
      coming.add(entry)
      try {
        return await agent.resume(entry, size)
      } finally {
        coming.delete(entry)
      }
    },
  }
}

const emptyInput = { program: null, prompt: '', mode: null, command: null, conversation: null }
