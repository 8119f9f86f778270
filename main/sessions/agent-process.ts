/** The agent's process: how it is started, heard, typed to, interrupted and stopped. */
import { watch, type FSWatcher } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { SessionState } from '@contract/session.ts'
import type { AgentSignal, AgentStart, StartInput } from '../agents/adapter.ts'
import type { PtyEvent } from '../pty/pty-client.ts'
import type { Ending } from '../storage/sessions-table.ts'
import { type SessionDeps, environmentOf, loginShell } from './deps.ts'
import { agentTerminal, type SessionEntry, type TerminalEntry, withInfo } from './entry.ts'
import { withActivity, withInput, withSignal } from './status.ts'
import type { Terminals } from './terminals.ts'

export interface AgentProcess {
  start(entry: SessionEntry): Promise<Result<null, 'agent-missing' | 'refused'>>
  resume(
    entry: SessionEntry,
    size: { cols: number; rows: number },
  ): Promise<Result<null, 'agent-missing' | 'refused' | 'already-running'>>
  send(entry: SessionEntry, text: string, enter: boolean): Result<null, 'not-running'>
  interrupt(entry: SessionEntry): Result<null, 'not-running'>
  /** Keys that went straight to the agent's terminal. */
  noteTyped(entry: SessionEntry, text: string): void
  stop(entry: SessionEntry): Promise<void>
  /** An event of the agent's own terminal. */
  hear(entry: SessionEntry, event: PtyEvent): void
  /** Looks at a terminal that lives already, after a restart. */
  attach(entry: SessionEntry): Promise<void>
  dispose(): void
}

/** While output flows, what stands in front is looked up this often; nothing is looked up while it is quiet. */
const lookEveryMs = 1500
const firstLookMs = 300
/** A program that prints now and then is at work in between: it counts as quiet only after this long. */
const lingerMs = 2000
/** A program that takes no input after this long is typed to nevertheless. */
const typeDeadlineMs = 15_000
const silentDeadlineMs = 3000
const endDeadlineMs = 5000

const workedStates: ReadonlySet<SessionState> = new Set([
  'working',
  'needs-approval',
  'asks-question',
  'turn-finished',
  'interrupted',
])

/** The text of a file, or of its end; null where there is none, as with agents of other versions. */
async function readEnd(path: string, bytes: number | undefined): Promise<string | null> {
  try {
    if (bytes === undefined) return await readFile(path, 'utf8')
    await using file = await open(path)
    const { size } = await file.stat()
    const start = Math.max(0, size - bytes)
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - start), position: start })
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    return null
  }
}

export function createAgentProcess(deps: SessionDeps, terminals: Terminals): AgentProcess {
  const { book, pty, log } = deps
  const timers = new Map<SessionEntry, NodeJS.Timeout>()
  const watchers = new Map<SessionEntry, FSWatcher>()
  const stopping = new Set<SessionEntry>()
  const resuming = new Set<SessionEntry>()
  let disposed = false

  const inputOf = (entry: SessionEntry): StartInput => ({
    program: deps.agents.report(entry.row.agent)?.path ?? null,
    worktree: entry.row.worktree,
    prompt: entry.row.prompt,
    mode: entry.row.mode,
    command: entry.row.command,
    conversation: entry.row.conversation,
    shell: loginShell(),
  })

  const paste = (entry: SessionEntry, terminal: TerminalEntry, text: string, enter: boolean): void => {
    const { enterDelayMs } = entry.adapter
    pty.paste(terminal.id, text, enter && enterDelayMs === undefined)
    if (enter && enterDelayMs !== undefined) setTimeout(() => pty.write(terminal.id, '\r'), enterDelayMs).unref()
  }

  /** Types once the program takes input, so that nothing is lost in its start. */
  const typeWhenReady = async (entry: SessionEntry, terminal: TerminalEntry, text: string): Promise<void> => {
    const began = Date.now()
    for (;;) {
      const info = await pty.info(terminal.id)
      if (!info?.alive || disposed) return
      const waited = Date.now() - began
      const ready = info.bracketedPaste || (info.total > 0 && !info.active && waited > 400)
      if (ready || (info.total === 0 && waited > silentDeadlineMs) || waited > typeDeadlineMs) break
      await wait(50)
    }
    paste(entry, terminal, text, true)
    book.noteActivity(entry)
  }

  const launch = async (
    entry: SessionEntry,
    start: AgentStart,
    size: { cols: number; rows: number },
    again: TerminalEntry | undefined,
  ): Promise<Result<null, 'agent-missing' | 'refused'>> => {
    const report = deps.agents.report(entry.row.agent)
    const started = await terminals.start(
      entry,
      { kind: 'agent', title: entry.adapter.name, start, program: report?.path ?? null },
      size,
      again,
    )
    if (!started.ok) return started
    const { terminal, info } = started.value
    const begun = { ...entry.facts, signal: null, worked: false, interrupted: false, fresh: true }
    // It may have ended before the answer came; then its end has been noted already.
    if (agentTerminal(entry)?.ended) return succeed(null)
    // Facts before the row: no judgement falls in between.
    entry.facts = withInfo({ ...begun, ending: null, alive: true }, info)
    book.setRow(entry, { ending: null, activeAt: deps.now() })
    lookAgain(entry, lingerMs)
    if (start.type !== null) await typeWhenReady(entry, terminal, start.type)
    return succeed(null)
  }

  const apply = (entry: SessionEntry, signal: AgentSignal): void => {
    book.setFacts(entry, withSignal(entry.facts, signal))
  }

  /** Follows the file in which an agent keeps its own state: what its title says, the file often says a moment later. */
  const followStatusFile = (entry: SessionEntry, path: string): void => {
    if (watchers.has(entry) || disposed) return
    try {
      const watcher = watch(dirname(path), (_event, name) => {
        if (name === null || name === basename(path)) void lookCloser(entry, null)
      })
      watcher.on('error', () => watcher.close())
      watchers.set(entry, watcher)
    } catch {
      // The agent makes the folder as it starts; the next look finds it.
    }
  }

  const unfollow = (entry: SessionEntry): void => {
    watchers.get(entry)?.close()
    watchers.delete(entry)
  }

  /** What "it rests" means, from its status file or its screen. `fallback` is what the terminal said. */
  const lookCloser = async (entry: SessionEntry, fallback: AgentSignal | null): Promise<void> => {
    const mine = ++entry.look
    const terminal = agentTerminal(entry)
    if (!terminal || terminal.ended) return
    let found: AgentSignal | null = null
    const { statusFile, readScreen } = entry.adapter
    if (statusFile && terminal.pid !== null) {
      const path = statusFile.path(terminal.pid, environmentOf(deps, entry, null), entry.row.conversation)
      if (path !== null) followStatusFile(entry, path)
      const text = path === null ? null : await readEnd(path, statusFile.tailBytes)
      if (text !== null) found = statusFile.read(text, terminal.pid)
    }
    const says = found?.kind
    if (readScreen && (says === undefined || says === 'rests' || (says === 'needs-approval' && found?.detail === ''))) {
      const screen = await pty.text(terminal.id, 'screen')
      const seen = screen.ok ? readScreen(screen.value) : null
      // The file knows that it asks, the screen what for.
      if (seen !== null && (says === undefined || says === 'rests' || seen.kind === says)) found = seen
    }
    if (mine !== entry.look || disposed || !entry.facts.alive) return
    const signal = found ?? fallback
    if (signal !== null) apply(entry, signal)
  }

  const lookAgain = (entry: SessionEntry, delayMs: number): void => {
    const before = timers.get(entry)
    if (before) clearTimeout(before)
    const timer = setTimeout(() => {
      timers.delete(entry)
      void lookInFront(entry)
    }, delayMs)
    timer.unref()
    timers.set(entry, timer)
  }

  const lookInFront = async (entry: SessionEntry): Promise<void> => {
    const terminal = agentTerminal(entry)
    if (!terminal || terminal.ended || disposed) return
    const info = await pty.info(terminal.id)
    if (!info?.alive || disposed || agentTerminal(entry)?.id !== info.id || !entry.facts.alive) return
    const takesInput = info.bracketedPaste || info.alternateScreen
    book.setFacts(
      entry,
      withActivity(
        { ...entry.facts, fresh: false },
        { active: info.active, foreground: info.foreground?.name ?? null, takesInput },
      ),
    )
    if (info.active && entry.adapter.speaks !== 'signals') lookAgain(entry, lookEveryMs)
  }

  const hear = (entry: SessionEntry, event: PtyEvent): void => {
    switch (event.kind) {
      case 'exited': {
        const ending: Ending = {
          cause: stopping.has(entry) ? 'stopped' : 'exit',
          exitCode: event.exitCode,
          signal: event.signal,
          at: deps.now(),
        }
        entry.look++
        unfollow(entry)
        book.setRow(entry, { ending, activeAt: deps.now() })
        book.setFacts(entry, { ...entry.facts, alive: false, active: false, foreground: null, signal: null })
        return
      }
      case 'activity': {
        book.noteActivity(entry)
        const linger = !event.active && entry.adapter.speaks === 'output'
        if (!linger) {
          book.setFacts(
            entry,
            withActivity(entry.facts, { active: event.active, foreground: event.foreground?.name ?? null }),
          )
        }
        if (event.active) lookAgain(entry, firstLookMs)
        else if (linger) lookAgain(entry, lingerMs)
        else {
          void lookInFront(entry)
          // An agent that works turns its spinner; one that fell silent may have said so in its file or on its screen only.
          const open = entry.facts.signal?.kind !== 'working' || entry.adapter.statusFile !== undefined
          if (entry.adapter.speaks === 'signals' && open) void lookCloser(entry, null)
        }
        return
      }
      default: {
        const signal = entry.adapter.read(event)
        if (signal === null) return
        if (signal.kind === 'rests' && entry.adapter.speaks === 'signals') void lookCloser(entry, signal)
        else {
          entry.look++
          apply(entry, signal)
        }
      }
    }
  }

  const comeBack = async (
    entry: SessionEntry,
    size: { cols: number; rows: number },
  ): Promise<Result<null, 'agent-missing' | 'refused'>> => {
    const report = deps.agents.report(entry.row.agent)
    if (entry.adapter.program !== null && report?.found !== 'yes') {
      return fail('agent-missing', `${entry.adapter.name} was not found on this machine.`)
    }
    const before = agentTerminal(entry)
    const env = environmentOf(deps, entry, report?.path ?? null)
    const input = inputOf(entry)
    input.conversation ??= (await entry.adapter.findConversation?.(input, env)) ?? null
    const begun = (await entry.adapter.hasConversation?.(input, env)) ?? true
    const start = begun ? entry.adapter.resume(input) : entry.adapter.start(input)
    const known = before ? await pty.info(before.id) : null
    return launch(entry, start, size, known && before ? before : undefined)
  }

  return {
    start: (entry) => launch(entry, entry.adapter.start(inputOf(entry)), entry.row, undefined),
    resume: async (entry, size) => {
      if (entry.facts.alive || resuming.has(entry)) return fail('already-running', 'The agent is running already.')
      resuming.add(entry)
      try {
        return await comeBack(entry, size)
      } finally {
        resuming.delete(entry)
      }
    },
    send: (entry, text, enter) => {
      const terminal = agentTerminal(entry)
      if (!terminal || terminal.ended) return fail('not-running', 'The agent is not running.')
      if (text !== '') paste(entry, terminal, text, enter)
      else if (enter) pty.write(terminal.id, '\r')
      book.noteActivity(entry)
      book.setFacts(entry, withInput(entry.facts))
      return succeed(null)
    },
    interrupt: (entry) => {
      const terminal = agentTerminal(entry)
      if (!terminal || terminal.ended) return fail('not-running', 'The agent is not running.')
      pty.write(terminal.id, entry.adapter.interruptKey)
      book.noteActivity(entry)
      book.setFacts(entry, { ...entry.facts, interrupted: true })
      return succeed(null)
    },
    noteTyped: (entry, text) => {
      if (text === entry.adapter.interruptKey && entry.facts.signal?.kind === 'working') {
        book.setFacts(entry, { ...entry.facts, interrupted: true })
      }
    },
    stop: async (entry) => {
      const terminal = agentTerminal(entry)
      if (!terminal || terminal.ended) return
      stopping.add(entry)
      try {
        await terminals.started(terminal.id)
        await pty.kill(terminal.id)
        // The end is told as an event; a host that is lost in this moment tells nothing any more.
        const impatience = new AbortController()
        const waited = wait(endDeadlineMs, undefined, { ref: false, signal: impatience.signal }).catch(() => {})
        await Promise.race([terminals.ended(entry, terminal.id), waited])
        impatience.abort()
      } finally {
        stopping.delete(entry)
      }
    },
    hear,
    attach: async (entry) => {
      const terminal = agentTerminal(entry)
      const info = terminal ? await pty.info(terminal.id) : null
      if (!terminal || !info?.alive) return
      book.setTerminal(entry, terminal, { pid: info.pid, ended: false })
      // The past may be believed where the present may not: it has worked if it was ever seen to.
      const worked = entry.row.seen !== null && workedStates.has(entry.row.seen.state)
      book.setFacts(entry, withInfo({ ...entry.facts, alive: true, ending: null, worked, fresh: false }, info))
      const told = entry.adapter.read({ kind: 'title', title: info.title })
      if (told !== null && told.kind !== 'rests') apply(entry, told)
      else if (entry.adapter.speaks === 'signals') await lookCloser(entry, told)
      log.info('found an agent that lives', { session: entry.row.id, pid: info.pid })
    },
    dispose: () => {
      disposed = true
      for (const entry of [...watchers.keys()]) unfollow(entry)
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}
