import type { Client } from '@contract/client.ts'
import type { SessionId } from '@contract/ids.ts'
import type { Result } from '@contract/result.ts'
import { sessionStates, type Session } from '@contract/session.ts'
import { type Command, done, listOption, numberOption } from './command.ts'
import { watchStream } from './connection.ts'
import { findSession, findSessions, listSessions, sessionJson } from './lookup.ts'
import { type CommandResult, stop, valueOf } from './outcome.ts'
import { sessionTable, sessionText } from './session-text.ts'

function one(session: Session): CommandResult {
  return done({ session: sessionJson(session) }, sessionText(session))
}

/** A command that asks one thing of one session. */
function plain(
  word: string,
  about: string,
  ask: (client: Client, session: SessionId) => Promise<Result<Session>>,
): Command {
  return {
    words: ['session', word],
    usage: 'ID',
    about,
    options: {},
    arity: [1, 1],
    run: async ({ client, positionals }) => {
      const session = await findSession(client, positionals[0] ?? '')
      return one(valueOf(await ask(client, session.id)))
    },
  }
}

export const sessionCommands: readonly Command[] = [
  {
    words: ['session', 'list'],
    usage: '[--all]',
    about: 'Lists the sessions; --all also those that are put away.',
    options: { all: { type: 'boolean' } },
    arity: [0, 0],
    run: async ({ client, values }) => {
      const sessions = await listSessions(client, values['all'] === true)
      return done({ sessions: sessions.map(sessionJson) }, sessionTable(sessions))
    },
  },
  {
    words: ['session', 'show'],
    usage: 'ID',
    about: 'Tells all about one session.',
    options: {},
    arity: [1, 1],
    run: async ({ client, positionals }) => one(await findSession(client, positionals[0] ?? '')),
  },
  {
    words: ['session', 'output'],
    usage: 'ID [--screen | --all]',
    about: "Prints the agent's terminal: everything (the default), or what stands on its screen.",
    options: { screen: { type: 'boolean' }, all: { type: 'boolean' } },
    arity: [1, 1],
    run: async ({ client, positionals, values }) => {
      if (values['screen'] === true && values['all'] === true) stop('bad-request', 'Either --screen or --all.')
      const session = await findSession(client, positionals[0] ?? '')
      const terminal = session.terminals.findLast((one) => one.kind === 'agent') ?? session.terminals.at(-1)
      if (!terminal) return stop('not-found', `${session.id} has no terminal yet.`)
      const what = values['screen'] === true ? 'screen' : 'all'
      const { text } = valueOf(await client.call('terminal.text', { terminal: terminal.id, what }))
      return done({ text }, text)
    },
  },
  {
    words: ['session', 'send'],
    usage: 'ID TEXT [--no-enter]',
    about: 'Types into the agent\'s terminal, then presses Enter. TEXT "-" is read from standard input.',
    options: { 'no-enter': { type: 'boolean' } },
    arity: [2, 2],
    run: async ({ client, positionals, values, readStdin }) => {
      const [id = '', typed = ''] = positionals
      const session = await findSession(client, id)
      const text = typed === '-' ? await readStdin() : typed
      return one(
        valueOf(await client.call('session.send', { session: session.id, text, enter: values['no-enter'] !== true })),
      )
    },
  },
  plain('interrupt', "Presses the agent's interrupt key.", (client, session) =>
    client.call('session.interrupt', { session }),
  ),
  plain('stop', 'Ends the agent; its worktree stays.', (client, session) => client.call('session.stop', { session })),
  plain('resume', 'Starts the agent again where it was.', (client, session) =>
    client.call('session.resume', { session }),
  ),
  {
    words: ['session', 'wait'],
    usage: 'ID... --state S,S [--timeout SECONDS]',
    about: `Waits until each session is in one of these states: ${sessionStates.join(', ')}.`,
    options: { state: { type: 'string' }, timeout: { type: 'string' } },
    arity: [1, 1000],
    run: async ({ client, positionals, values }) => {
      const states = listOption(values, 'state', sessionStates)
      if (states === undefined || states.length === 0) return stop('bad-request', 'Name the states with --state.')
      const timeout = numberOption(values, 'timeout', 0, 604_800)
      const wanted = (await findSessions(client, positionals)).map((session) => session.id)
      const sessions = await waitForStates(client, wanted, new Set<string>(states), timeout)
      return done({ sessions: sessions.map(sessionJson) }, sessionTable(sessions))
    },
  },
]

async function waitForStates(
  client: Client,
  ids: readonly SessionId[],
  states: ReadonlySet<string>,
  timeoutSeconds: number | undefined,
): Promise<Session[]> {
  const seen = new Map<SessionId, Session>()
  return watchStream(
    client,
    'session.list',
    { archived: true },
    (event) => {
      if (event.kind === 'all') for (const session of event.sessions) seen.set(session.id, session)
      else if (event.kind === 'changed') seen.set(event.session.id, event.session)
      else seen.delete(event.id)
      const found = ids.map((id) => seen.get(id) ?? stop('not-found', `${id} is gone.`))
      return found.every((session) => states.has(session.state)) ? found : undefined
    },
    timeoutSeconds === undefined
      ? undefined
      : {
          ms: timeoutSeconds * 1000,
          failure: () => ({
            code: 'timed-out',
            message: `Still ${ids.map((id) => `${id} ${seen.get(id)?.state ?? ''}`).join(', ')} after ${timeoutSeconds} s.`,
          }),
        },
  )
}
