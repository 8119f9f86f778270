/**
 * The way of a session from a row to a running agent: worktree, files, set-up, agent. Each step is visible with its output;
 * a failed one keeps everything that was made and can be run again from there.
 */
import type { StageKind } from '@contract/session.ts'
import type { Result } from '@contract/result.ts'
import { carryChanges } from '../worktree/carry.ts'
import { createWorktree } from '../worktree/create.ts'
import { copyIgnoredFiles } from '../worktree/copy-ignored.ts'
import type { AgentProcess } from './agent-process.ts'
import { type SessionDeps, settingsOf } from './deps.ts'
import { hasWorktree, type SessionEntry } from './entry.ts'
import type { Naming } from './naming.ts'
import { shellLine, type Terminals } from './terminals.ts'

type Outcome = { kind: 'done' | 'skipped' | 'failed' | 'wait'; output?: string }

export interface Stages {
  /** Runs what is not done yet; returns at once. A second call while it runs does nothing. */
  run(entry: SessionEntry): void
  /** The person read the waiting script. */
  answerSetup(entry: SessionEntry, answer: 'run' | 'skip'): void
  /** All sessions of the repository that wait for this script go on. */
  scriptConfirmed(repository: string, hash: string): void
  /** Stops what runs and waits for its end. */
  cancel(entry: SessionEntry): Promise<void>
}

const outputLimit = 4000

function clip(text: string): string {
  return text.slice(-outputLimit)
}

/** What failed, in words, with what the tool said. */
function words(error: { message: string; detail?: string; paths?: string[] }): string {
  return clip([...(error.paths ?? []), error.detail, error.message].filter(Boolean).join('\n'))
}

/** What was left out of a copy, named. */
function leftOut(what: string, paths: readonly string[]): string[] {
  return paths.length === 0 ? [] : [`${what}: ${paths.slice(0, 20).join(', ')}${paths.length > 20 ? ', …' : ''}`]
}

export function createStages(
  deps: SessionDeps,
  terminals: Terminals,
  agent: AgentProcess,
  naming: Naming,
  onWorktree: (entry: SessionEntry) => void,
): Stages {
  const { book, log } = deps

  const progressOf = (entry: SessionEntry, kind: StageKind): ((done: number, total: number) => void) => {
    let last = 0
    return (done, total) => {
      const now = Date.now()
      if (now - last < 100 && done !== total) return
      last = now
      book.setStage(entry, kind, { progress: { done, total } })
    }
  }

  const makeWorktree = async (entry: SessionEntry, signal: AbortSignal): Promise<Outcome> => {
    const { row } = entry
    if (row.start.kind === 'existing-worktree' || row.start.kind === 'in-place') return { kind: 'skipped' }
    const start =
      row.start.kind === 'new-worktree'
        ? ({ kind: 'new-branch', at: row.start.at } as const)
        : ({ kind: 'existing-branch', ref: row.start.ref } as const)
    const make = (): ReturnType<typeof createWorktree> =>
      createWorktree({
        repositoryPath: row.repositoryPath,
        folder: entry.row.worktree,
        start: start.kind === 'new-branch' ? { ...start, branch: entry.row.branch ?? '' } : start,
        onProgress: progressOf(entry, 'worktree'),
        signal,
      })
    let made = await make()
    // What an end of the program left half-made, or somebody else took meanwhile, is left alone: other names are found.
    if (
      !made.ok &&
      (made.error.code === 'path-exists' || (made.error.code === 'branch-exists' && start.kind === 'new-branch'))
    ) {
      const renewed = await naming.renew(entry)
      if (renewed.ok) made = await make()
    }
    if (!made.ok) return { kind: 'failed', output: words(made.error) }
    book.setRow(entry, { worktree: made.value.path, branch: made.value.branch })
    return { kind: 'done', output: clip(made.value.warnings.join('\n')) }
  }

  const fillWorktree = async (entry: SessionEntry, signal: AbortSignal): Promise<Outcome> => {
    const { row } = entry
    if (row.place !== 'own') return { kind: 'skipped' }
    const said: string[] = []
    const carry =
      (row.start.kind === 'new-worktree' || row.start.kind === 'existing-branch') && row.start.changes === 'carry'
    if (carry) {
      const carried = await carryChanges({ from: row.repositoryPath, to: row.worktree })
      if (!carried.ok) return { kind: 'failed', output: words(carried.error) }
      said.push(...leftOut('Not carried along', carried.value.skipped))
      // Once is enough: a retry of this stage must not carry them a second time.
      if (row.start.kind === 'new-worktree' || row.start.kind === 'existing-branch')
        book.setRow(entry, { start: { ...row.start, changes: 'leave' } })
    }
    const wanted = await settingsOf(entry)
    if (wanted.problem !== null) said.push(wanted.problem)
    if (wanted.copy.length > 0) {
      const copied = await copyIgnoredFiles({
        from: row.repositoryPath,
        to: row.worktree,
        patterns: wanted.copy,
        onProgress: progressOf(entry, 'files'),
        signal,
      })
      if (!copied.ok) return { kind: 'failed', output: words(copied.error) }
      said.push(...leftOut('Not copied', copied.value.skipped))
    } else if (!carry) return { kind: said.length > 0 ? 'done' : 'skipped', output: clip(said.join('\n')) }
    return { kind: 'done', output: clip(said.join('\n')) }
  }

  const runSetup = async (entry: SessionEntry): Promise<Outcome> => {
    const { row } = entry
    if (row.place !== 'own') return { kind: 'skipped' }
    // A script that still ran when the program was started again is waited for, not run twice.
    const present = entry.terminals.findLast((terminal) => terminal.kind === 'setup' && !terminal.ended)
    if (!present) {
      const wanted = await settingsOf(entry)
      if (wanted.setup === null) return { kind: 'skipped', output: wanted.problem ?? '' }
      const { hash, command } = wanted.setup
      if (!deps.scripts.isConfirmed(row.repository, hash)) {
        book.setRow(entry, { pendingScript: { hash, command, source: wanted.source ?? '' } })
        return { kind: 'wait' }
      }
      const started = await terminals.start(
        entry,
        { kind: 'setup', title: 'Set-up', start: shellLine(command), program: null },
        row,
      )
      if (!started.ok) return { kind: 'failed', output: words(started.error) }
      return endOfSetup(entry, started.value.terminal.id)
    }
    return endOfSetup(entry, present.id)
  }

  const endOfSetup = async (entry: SessionEntry, id: SessionEntry['terminals'][number]['id']): Promise<Outcome> => {
    const end = await terminals.ended(entry, id)
    const text = await deps.pty.text(id, 'all')
    const output = clip(text.ok ? text.value.trimEnd() : '')
    if (end.exitCode === 0) return { kind: 'done', output }
    const why =
      end.exitCode === null ? 'The set-up script was ended.' : `The set-up script ended with exit code ${end.exitCode}.`
    return { kind: 'failed', output: clip(`${output}${output ? '\n' : ''}${why}`) }
  }

  const startAgent = async (entry: SessionEntry): Promise<Outcome> => {
    const report = deps.agents.report(entry.row.agent)
    if (entry.adapter.program !== null && report?.found === 'unknown') await deps.agents.refresh()
    if (entry.adapter.program !== null && deps.agents.report(entry.row.agent)?.found !== 'yes') {
      return { kind: 'failed', output: `${entry.adapter.name} was not found on this machine.` }
    }
    const started: Result<null> = await agent.start(entry)
    return started.ok ? { kind: 'done' } : { kind: 'failed', output: words(started.error) }
  }

  const steps: Record<StageKind, (entry: SessionEntry, signal: AbortSignal) => Promise<Outcome>> = {
    worktree: makeWorktree,
    files: fillWorktree,
    setup: runSetup,
    agent: startAgent,
  }

  const runAll = async (entry: SessionEntry, signal: AbortSignal): Promise<void> => {
    for (const { kind } of entry.row.stages) {
      const stage = entry.row.stages.find((each) => each.kind === kind)
      if (!stage || stage.state === 'done' || stage.state === 'skipped') continue
      if (signal.aborted) {
        book.setStage(entry, kind, { state: 'failed', endedAt: deps.now(), output: 'Stopped.' })
        return
      }
      book.setStage(entry, kind, {
        state: 'running',
        startedAt: deps.now(),
        endedAt: null,
        output: '',
        progress: null,
      })
      let outcome: Outcome
      try {
        outcome = await steps[kind](entry, signal)
      } catch (error) {
        log.error(`stage ${kind} threw`, error, { session: entry.row.id })
        outcome = { kind: 'failed', output: 'Something went wrong inside Quarterdeck; its log says what.' }
      }
      if (outcome.kind === 'wait') {
        book.setStage(entry, kind, { state: 'needs-confirmation' })
        return
      }
      book.setStage(entry, kind, { state: outcome.kind, endedAt: deps.now(), output: outcome.output ?? '' })
      if (outcome.kind === 'failed') return
      if (kind === 'worktree') onWorktree(entry)
    }
  }

  const run: Stages['run'] = (entry) => {
    if (entry.running) return
    const abort = new AbortController()
    const done = runAll(entry, abort.signal)
      .catch((error: unknown) => log.error('the stages of a session threw', error, { session: entry.row.id }))
      .finally(() => {
        entry.running = null
        if (hasWorktree(entry)) deps.worktreesChanged(entry.row.repositoryPath)
      })
    entry.running = { done, abort }
  }

  return {
    run,
    answerSetup: (entry, answer) => {
      book.setRow(entry, { pendingScript: null })
      if (answer === 'skip') {
        book.setStage(entry, 'setup', { state: 'skipped', endedAt: deps.now() })
      } else book.setStage(entry, 'setup', { state: 'waiting' })
      // It may still be on its way out of the run that stopped to ask.
      void Promise.resolve(entry.running?.done).then(() => run(entry))
    },
    scriptConfirmed: (repository, hash) => {
      for (const entry of book.all()) {
        if (entry.row.repository !== repository || entry.row.pendingScript?.hash !== hash) continue
        // One that was put away must not come to life unseen; it asks again when it is taken out.
        if (entry.row.archivedAt !== null) continue
        book.setRow(entry, { pendingScript: null })
        book.setStage(entry, 'setup', { state: 'waiting' })
        void Promise.resolve(entry.running?.done).then(() => run(entry))
      }
    },
    cancel: async (entry) => {
      const running = entry.running
      if (!running) return
      running.abort.abort()
      await terminals.stopAll(entry)
      await running.done
    },
  }
}
