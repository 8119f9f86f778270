/** Endpoints of sessions and their terminals. Terminal bytes go from the pty host's client to the port as they are. */
import type { TerminalId } from '@contract/ids.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { Session, SessionListEvent } from '@contract/session.ts'
import type { AppContext } from './app-context.ts'
import type { PtyViewing } from './pty/pty-client.ts'
import type { Caller, Handlers } from './rpc/serve.ts'
import { agentTerminal, project, type SessionEntry } from './sessions/entry.ts'

type SessionHandlers = Pick<
  Handlers,
  | 'session.list'
  | 'session.propose'
  | 'session.create'
  | 'session.retry'
  | 'session.answerSetup'
  | 'session.rename'
  | 'session.send'
  | 'session.interrupt'
  | 'session.stop'
  | 'session.resume'
  | 'session.discard'
  | 'session.archive'
>

export function sessionHandlers(app: AppContext): SessionHandlers {
  const { book, sessions } = app

  const asked = <C extends 'not-running'>(
    got: Result<SessionEntry, 'not-found'>,
    act: (entry: SessionEntry) => Result<null, C>,
  ): Result<Session, 'not-found' | C> => {
    if (!got.ok) return got
    const done = act(got.value)
    return done.ok ? succeed(project(got.value)) : done
  }

  return {
    'session.list': ({ archived }, sink) => {
      const shown = (entry: SessionEntry): boolean => archived || entry.row.archivedAt === null
      const known = new Set<SessionEntry>()
      for (const entry of book.all()) if (shown(entry)) known.add(entry)
      sink.event({ kind: 'all', sessions: [...known].map(project) })
      return book.onChange((entries) => {
        for (const entry of entries) {
          let event: SessionListEvent | null = null
          if (shown(entry)) {
            known.add(entry)
            event = { kind: 'changed', session: project(entry) }
          } else if (known.delete(entry)) event = { kind: 'removed', id: entry.row.id }
          if (event) sink.event(event)
        }
      })
    },
    'session.propose': async ({ repository, prompt, agent }) => {
      const found = app.repositories.get(repository)
      if (!found) return fail('not-found', 'There is no such repository.')
      const name = app.agents.list().find((report) => report.id === agent)?.name ?? agent
      return succeed(await sessions.maker.propose(found, prompt, name))
    },
    'session.create': (wanted) => sessions.maker.create(wanted),
    'session.retry': ({ session }) => sessions.retry(session),
    'session.answerSetup': ({ session, hash, answer }) => sessions.answerSetup(session, hash, answer),
    'session.rename': ({ session, title }) => sessions.rename(session, title),
    'session.send': ({ session, text, enter }) =>
      asked(sessions.get(session), (entry) => sessions.agent.send(entry, text, enter)),
    'session.interrupt': ({ session }) => asked(sessions.get(session), (entry) => sessions.agent.interrupt(entry)),
    'session.stop': ({ session }) => sessions.stop(session),
    'session.resume': ({ session, cols, rows }) => sessions.resume(session, { cols, rows }),
    'session.discard': async ({ session }) => {
      const done = await sessions.discard(session)
      if (done.ok) app.trashChanged.tell()
      return done
    },
    'session.archive': ({ session, archived }) => sessions.archive(session, archived),
  }
}

type TerminalHandlers = Pick<
  Handlers,
  | 'terminal.open'
  | 'terminal.close'
  | 'terminal.text'
  | 'terminal.output'
  | 'terminal.input'
  | 'terminal.resize'
  | 'terminal.ack'
  | 'terminal.colours'
>

export function terminalHandlers(app: AppContext): TerminalHandlers {
  const { book, pty, sessions } = app
  /** Viewings by caller and number of their stream, as acknowledgements name them. */
  const viewings = new Map<string, PtyViewing>()
  const keyOf = (caller: Caller, stream: number): string => `${caller.id}:${stream}`
  const unknown = fail('not-found', 'There is no such terminal.')

  const noteInput = (terminal: TerminalId): SessionEntry | null => {
    const entry = book.ownerOf(terminal)
    if (entry) book.noteActivity(entry)
    return entry
  }

  return {
    'terminal.open': ({ session, kind, size }) => sessions.openTerminal(session, kind, size ?? { cols: 120, rows: 40 }),
    'terminal.close': ({ terminal }) => sessions.closeTerminal(terminal),
    'terminal.text': async ({ terminal, what }) => {
      if (!book.ownerOf(terminal)) return unknown
      const text = await pty.text(terminal, what)
      if (text.ok) return succeed({ text: text.value })
      return text.error.code === 'not-found' ? unknown : fail('connection-lost', text.error.message)
    },
    'terminal.output': async ({ terminal }, sink, caller) => {
      const viewing = book.ownerOf(terminal)
        ? await pty.attach(terminal, { event: (event, tail) => sink.event(event, tail) })
        : null
      if (!viewing) {
        sink.end(unknown.error)
        return () => {}
      }
      const key = keyOf(caller, sink.id)
      viewings.set(key, viewing)
      return () => {
        viewings.delete(key)
        viewing.close()
      }
    },
    'terminal.input': ({ terminal, text }, _caller, tail) => {
      const entry = noteInput(terminal)
      if (!entry) return
      pty.write(terminal, tail ?? text)
      if (agentTerminal(entry)?.id === terminal) sessions.agent.noteTyped(entry, text)
    },
    'terminal.resize': ({ terminal, cols, rows }) => {
      const entry = book.ownerOf(terminal)
      if (!entry) return
      pty.resize(terminal, cols, rows)
      // Its next start begins at the size it is looked at now.
      if (agentTerminal(entry)?.id === terminal) entry.row = { ...entry.row, cols, rows }
    },
    'terminal.ack': ({ stream, total }, caller) => viewings.get(keyOf(caller, stream))?.ack(total),
    'terminal.colours': (colours) => pty.setColours(colours),
  }
}
