/**
 * One real agent behind the real deck: a repository, a model server, a HOME of its own and nothing of this machine's
 * accounts. One for each test file, since the environment is the process's.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { agentId } from '@contract/ids.ts'
import type { ReasonKey, Session, SessionState } from '@contract/session.ts'
import { inject, type TestContext } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'
import { type ModelServer, startModelServer } from '../support/model-server/model-server.ts'
import type { Deed, Script } from '../support/model-server/conversation.ts'
import { pathWith, type RealAgentName } from '../support/real-agents.ts'
import { until } from '../support/until.ts'
import './install.ts'

const work = fileURLToPath(new URL('../.work', import.meta.url))
/** A program of several hundred megabytes may take this long to its first word on a busy machine. */
const deadlineMs = 60_000

export interface Desk {
  deck: TestApp
  server: ModelServer
  repository: TestRepository
  /** Starts a session; `turns` learns the worktree, which is known only then. */
  start(prompt: string, turns: (worktree: () => Promise<string>) => Script, mode?: string): Promise<Session>
  /** Waits for a state, and for its reason where that is given. */
  shows(session: Session, state: SessionState, reason?: ReasonKey): Promise<Session>
  /** Waits until the screen says so. */
  reads(session: Session, words: RegExp): Promise<string>
  /** Keys into the agent's terminal. */
  type(session: Session, keys: string): void
  /**
   * States that were shown by the agent's own word, each once until the next. What is seen of it before its first word
   * (that output comes, that it is quiet) depends on how fast it comes up, and is left out.
   */
  told(session: Session): SessionState[]
  stop(): Promise<void>
}

export interface Accounts {
  env: Record<string, string>
  /** Below the HOME. */
  files: Record<string, string>
}

/** Skips the test, with the reason, where the program could not be installed. */
export async function openDesk(
  context: TestContext,
  name: RealAgentName,
  accounts: (at: { url: string; repository: string; home: string }) => Accounts,
): Promise<Desk> {
  const installed = inject('agents')[name]
  if (!installed?.ok) return context.skip(installed?.reason ?? 'not installed')
  const server = await startModelServer()
  const repository = await makeRepository()
  // Not below the folder for temporary files, where some refuse to work.
  const home = join(work, `${name}-${process.pid}`)
  const { env, files } = accounts({ url: server.url, repository: repository.path, home })
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true })
    await writeFile(join(home, path), content)
  }
  await mkdir(home, { recursive: true })
  Object.assign(process.env, { HOME: home, PATH: pathWith(installed.bin), ...env })
  const deck = await startApp()
  const opened = await deck.open(repository.path)
  const shown = new Map<string, SessionState[]>()
  deck.client.open(
    'session.list',
    {},
    {
      event: (event) => {
        if (event.kind !== 'changed' || !event.session.reason.key.startsWith('agent-')) return
        const before = shown.get(event.session.id) ?? []
        if (before.at(-1) !== event.session.state) shown.set(event.session.id, [...before, event.session.state])
      },
    },
  )
  const now = (session: Session): Session => deck.session(session.id)
  const circumstances = async (session: Session): Promise<string> =>
    `${JSON.stringify(shown.get(session.id))} ${JSON.stringify(now(session).reason)}\n${await deck.text(session.id, 'screen').catch(String)}\n${JSON.stringify(
      server.requests.map(({ path, choice, marker, tools, said }) => ({
        path,
        choice,
        marker,
        tools: tools.map((tool) => tool.name).join(),
        last: said.at(-1)?.text.slice(0, 200),
      })),
      null,
      1,
    )}`
  const waits = async <T>(session: Session, what: string, look: () => T | Promise<T>): Promise<void> => {
    await until(what, look, { deadlineMs }).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await circumstances(session)}`)
    })
  }
  return {
    deck,
    server,
    repository,
    start: async (prompt, turns, mode) => {
      const { promise, resolve } = Promise.withResolvers<string>()
      server.script(turns(() => promise))
      const made = await deck.call('session.create', {
        repository: opened.id,
        agent: agentId.parse(name),
        prompt,
        ...(mode === undefined ? {} : { mode }),
      })
      const session = made.sessions[0]
      if (!session) throw new Error('no session')
      resolve(session.worktree)
      return session
    },
    shows: async (session, state, reason) => {
      await waits(session, `it shows ${state} ${reason ?? ''}`, () => {
        const { state: is, reason: why } = now(session)
        return is === state && (reason === undefined || why.key === reason)
      })
      return now(session)
    },
    reads: async (session, words) => {
      let text = ''
      await waits(session, `the screen says ${words}`, async () => {
        text = await deck.text(session.id, 'screen')
        return words.test(text)
      })
      return text
    },
    type: (session, keys) => {
      const terminal = now(session).terminals.findLast((each) => each.kind === 'agent')
      if (terminal) deck.client.note('terminal.input', { terminal: terminal.id, text: keys })
    },
    told: (session) => shown.get(session.id) ?? [],
    stop: async () => {
      await deck.stop()
      await server.stop()
      await repository.remove()
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A promise with its key: the model waits until it is turned. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

/** The model makes a file, once the worktree is known. */
export function makes(worktree: () => Promise<string>, name: string, content: string): () => Promise<Deed> {
  return async () => ({ kind: 'write', path: join(await worktree(), name), content })
}
