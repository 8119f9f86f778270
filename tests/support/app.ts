/**
 * The whole backend for tests, in the test's own process: real storage, real git, a real pty host; only the port is two
 * arrays. `startAppProcess` runs the same in a process that can be killed.
 */
import { fork } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { createClient, type Client } from '@contract/client.ts'
import type { MethodName, ParamsIn, Value } from '@contract/api.ts'
import type { Repository } from '@contract/repository.ts'
import type { Session } from '@contract/session.ts'
import type { Message, Port } from '@contract/wire.ts'
import { createApp, type App } from '../../main/app.ts'
import { silentLog, type Log } from '../../main/lib/log.ts'
import { createPortPair } from '../../main/rpc/memory-port.ts'
import { until } from './until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const nodePath = join(root, 'node_modules', 'node', 'bin', 'node')

export interface Scripts {
  ptyHost: string
  appProcess: string
}

let built: Promise<Scripts> | null = null

/** The pty host and the killable program, bundled anew for this test process. Inside the tree, so that native modules are found. */
export function buildScripts(): Promise<Scripts> {
  built ??= buildNow()
  return built
}

async function buildNow(): Promise<Scripts> {
  const outDir = join(root, 'out', `test-${process.pid}`)
  // For those who forget `removeScripts`.
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }))
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    resolve: { alias: { '@contract': join(root, 'preload', 'contract') } },
    define: { __BUILD__: '"test"' },
    ssr: { noExternal: true, external: ['node-pty'] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      minify: false,
      target: 'es2024',
      rolldownOptions: {
        input: {
          'pty-host': join(root, 'main', 'pty', 'host-main.ts'),
          'app-process': join(root, 'tests', 'support', 'app-process.ts'),
        },
        external: ['node-pty', 'electron', /^node:/],
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  })
  return { ptyHost: join(outDir, 'pty-host.js'), appProcess: join(outDir, 'app-process.js') }
}

/** Removes what `buildScripts` made. */
export async function removeScripts(): Promise<void> {
  await rm(join(root, 'out', `test-${process.pid}`), { recursive: true, force: true })
  built = null
}

/** A client with what tests ask for again and again. */
export interface Caller {
  client: Client
  /** Fails the test where the answer is a failure. */
  call<N extends MethodName>(name: N, params: ParamsIn<N>): Promise<Value<N>>
  /** The failure's code, or `ok`. */
  codeOf<N extends MethodName>(name: N, params: ParamsIn<N>): Promise<string>
  /** Sessions as the list tells them, put-away ones too. */
  sessions: Map<string, Session>
  session(id: string): Session
  /** Waits until the list tells so. */
  untilSession(id: string, what: string, look: (session: Session) => unknown): Promise<Session>
  text(session: Session | string, what?: 'screen' | 'all'): Promise<string>
  open(path: string): Promise<Repository>
}

function createCaller(connect: () => Port): Caller {
  const client = createClient({
    connect: () => Promise.resolve(connect()),
    build: '',
    later: (delayMs, run) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
    retryDelaysMs: [],
  })
  const sessions = new Map<string, Session>()
  client.open(
    'session.list',
    { archived: true },
    {
      event: (event) => {
        if (event.kind === 'all') for (const session of event.sessions) sessions.set(session.id, session)
        else if (event.kind === 'changed') sessions.set(event.session.id, event.session)
        else sessions.delete(event.id)
      },
    },
  )
  const call: Caller['call'] = async (name, params) => {
    const result = await client.call(name, params)
    if (!result.ok)
      throw new Error(`${name}: ${result.error.code}: ${result.error.message} ${result.error.detail ?? ''}`)
    return result.value
  }
  const session = (id: string): Session => {
    const found = sessions.get(id)
    if (!found) throw new Error(`no session ${id}`)
    return found
  }
  return {
    client,
    call,
    codeOf: async (name, params) => {
      const result = await client.call(name, params)
      return result.ok ? 'ok' : result.error.code
    },
    sessions,
    session,
    untilSession: async (id, what, look) => {
      await until(`${what} (is: ${id})`, () => look(session(id)), { deadlineMs: 30_000 }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${JSON.stringify(sessions.get(id), null, 1)}`)
      })
      return session(id)
    },
    text: async (of, what = 'all') => {
      const { terminals } = typeof of === 'string' ? session(of) : session(of.id)
      const agent = terminals.findLast((terminal) => terminal.kind === 'agent')
      if (!agent) throw new Error('no agent terminal')
      return (await call('terminal.text', { terminal: agent.id, what })).text
    },
    open: async (path) => (await call('repository.open', { path })).repository,
  }
}

export interface TestApp extends Caller {
  app: App
  data: string
  /** Agents live on; the data stays. */
  close(): Promise<void>
  /** Ends agents, pty host and app, and removes the data. */
  stop(): Promise<void>
}

/** Errors in the log are failures of the test that reads them. */
export interface RecordedLog extends Log {
  errors: string[]
}

export function createRecordedLog(): RecordedLog {
  const errors: string[] = []
  return {
    ...silentLog,
    errors,
    error: (text, error) =>
      void errors.push(`${text}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  }
}

export async function startApp(setup: { data?: string; log?: Log } = {}): Promise<TestApp> {
  const { ptyHost } = await buildScripts()
  const data = setup.data ?? (await mkdtemp(join(tmpdir(), 'qd-')))
  const log = setup.log ?? createRecordedLog()
  const app = await createApp({
    dataFolder: data,
    hostScript: ptyHost,
    execPath: nodePath,
    capabilities: {
      nativeFolderPicker: false,
      nativeMenu: false,
      keyModifier: 'alt',
      openExternal: false,
      systemNotifications: false,
    },
    build: 'test',
    version: '0.0.0',
    log,
    hostActions: { quit: () => {}, address: () => null },
  })
  const caller = createCaller(() => {
    const [inner, outer] = createPortPair()
    app.connect(inner)
    return outer
  })
  const close = async (): Promise<void> => {
    caller.client.dispose()
    await app.dispose()
  }
  return {
    ...caller,
    app,
    data,
    close,
    stop: async () => {
      await app.quit({ agents: 'stop' })
      await close()
      await rm(data, { recursive: true, force: true, maxRetries: 5 })
      const errors = (log as Partial<RecordedLog>).errors ?? []
      if (errors.length > 0) throw new Error(`the log has errors:\n${errors.join('\n')}`)
    },
  }
}

export interface AppProcess extends Caller {
  pid: number
  /** `SIGKILL` unless told otherwise; resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** The same in a process of its own. Its pty host and agents outlive it: end them through a later `startApp` on the data. */
export async function startAppProcess(data: string): Promise<AppProcess> {
  const { ptyHost, appProcess } = await buildScripts()
  const child = fork(appProcess, [data, ptyHost], {
    execPath: nodePath,
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve())
    child.once('exit', (code) => reject(new Error(`the app process ended with ${code}`)))
  })
  const caller = createCaller(() => ({
    send: (message) => void child.send({ head: message.head }),
    onMessage: (listener) => void child.on('message', (message) => listener(message as Message)),
    onClose: (listener) => void child.once('disconnect', listener),
    close: () => child.disconnect(),
    bufferedBytes: () => 0,
  }))
  return {
    ...caller,
    pid: child.pid ?? 0,
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal)
      await gone
      caller.client.dispose()
    },
  }
}
