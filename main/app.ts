/**
 * The composition root: builds the parts, maps the endpoints to them, takes up what was there, closes all in order.
 * Both hosts and the tests make their deck here; none of them knows a part.
 */
import { chmod, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { HostState } from '@contract/host.ts'
import type { SessionId } from '@contract/ids.ts'
import type { Settings } from '@contract/settings.ts'
import type { Port } from '@contract/wire.ts'
import { createAgentRegistry } from './agents/registry.ts'
import { type AppContext, type AppOptions, Subject } from './app-context.ts'
import { createLoadWatch, hostHandlers } from './app-host.ts'
import { createRepositoryBook, repositoryHandlers } from './app-repositories.ts'
import { reviewHandlers } from './app-review.ts'
import { sessionHandlers, terminalHandlers } from './app-sessions.ts'
import { worktreeHandlers } from './app-worktrees.ts'
import { gitVersion } from './git/version.ts'
import { DisposableBag } from './lib/dispose.ts'
import { connectPtyHost } from './pty/connect.ts'
import { type Handlers, serve } from './rpc/serve.ts'
import { SessionBook } from './sessions/book.ts'
import { folderExists } from './sessions/deps.ts'
import { createSessions } from './sessions/sessions.ts'
import { openStorage } from './storage/open.ts'
import { createSessionsTable, createTerminalsTable } from './storage/sessions-table.ts'
import { openSettings } from './storage/settings-file.ts'
import {
  createApprovalsTable,
  createLandedTable,
  createRepositoriesTable,
  createScriptsTable,
  createViewedTable,
  createViewsTable,
} from './storage/small-tables.ts'
import { createLoadMeter } from './usage/load.ts'
import type { BroughtBack } from './worktree/bring-back.ts'
import { listTrash, purgeExpired, repairTrash } from './worktree/trash.ts'

export type { AppOptions, HostActions } from './app-context.ts'

export interface App {
  handlers: Handlers
  /** Serves one page, command line or test. */
  connect(port: Port): void
  /** As `host.state` tells it now. */
  readonly state: HostState
  readonly settings: Settings
  /** Agents that run now, for the question at closing. */
  liveAgents(): number
  /** Says something that went wrong outside, in `host.state`. */
  addProblem(text: string): void
  /** Ends the agents, or leaves them in the pty host; the program itself goes on until `dispose`. */
  quit(options: { agents: 'keep' | 'stop' }): Promise<void>
  /** Lets go of everything; agents live on in the pty host unless stopped before. Idempotent. */
  dispose(): Promise<void>
}

/** What is in the trash for too long is looked for this often. */
const purgeEveryMs = 6 * 3600 * 1000

/**
 * Starts the deck on a data folder that nobody else uses (see `claimDeck`). Throws `NewerDataError` for data of a newer
 * program, and what the file system said when the folder cannot be used.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { dataFolder, log, hostActions } = options
  const bag = new DisposableBag()
  try {
    return await build(options, bag)
  } catch (error) {
    await bag.dispose().catch((second: unknown) => log.error('closing after a failed start failed too', second))
    throw error
  }

  async function build({ capabilities, version }: AppOptions, closing: DisposableBag): Promise<App> {
    await mkdir(join(dataFolder, 'indexes'), { recursive: true, mode: 0o700 })
    if (process.platform !== 'win32') await chmod(dataFolder, 0o700)
    const now = (): string => new Date().toISOString()

    const storage = await openStorage(dataFolder, log)
    closing.add(() => storage.close())
    const settings = await openSettings(join(dataFolder, 'settings.json'), log)

    let state: HostState = {
      version,
      build: options.build,
      pid: process.pid,
      platform: process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
      dataFolder,
      home: homedir(),
      address: hostActions.address(),
      git: null,
      ptyHost: { state: 'starting', pid: null },
      capabilities,
      load: null,
      problems: [...storage.problems, ...settings.problems],
    }
    const hostChanged = new Subject<HostState>()
    const setState = (change: Partial<HostState>): void => {
      state = { ...state, ...change, address: hostActions.address() }
      hostChanged.tell(state)
    }
    const addProblem = (text: string): void => {
      if (!state.problems.includes(text)) setState({ problems: [...state.problems, text].slice(-50) })
    }

    const agents = createAgentRegistry()
    const repositories = createRepositoryBook(createRepositoriesTable(storage.db), now)
    const sessionsTable = createSessionsTable(storage.db)
    const terminalsTable = createTerminalsTable(storage.db)
    const scripts = createScriptsTable(storage.db)
    const approvals = createApprovalsTable(storage.db)
    const landings = createLandedTable(storage.db)
    const worktreesChanged = new Subject<string>()
    const book = new SessionBook({ sessions: sessionsTable, terminals: terminalsTable }, log, now, addProblem)
    closing.add(book)

    const pty = connectPtyHost({
      dataFolder,
      hostScript: options.hostScript,
      execPath: options.execPath,
      log,
      // Electron's own program is Node when told so.
      env: process.versions['electron'] ? { ...process.env, ELECTRON_RUN_AS_NODE: '1' } : process.env,
    })
    closing.add(pty)
    // Without it nothing runs, but all else can be read, reviewed and landed.
    await pty.connect().catch((error: unknown) => {
      log.error('the terminal host could not be reached', error)
      addProblem(error instanceof Error ? error.message : String(error))
    })

    const sessions = createSessions({
      dataFolder,
      log,
      pty,
      agents,
      settings,
      book,
      scripts,
      approvals,
      landings,
      repository: (id) => repositories.get(id),
      now,
      worktreesChanged: (path) => worktreesChanged.tell(path),
    })
    closing.add(sessions)

    const app: AppContext = {
      ...options,
      pty,
      settings,
      agents,
      book,
      sessions,
      repositories,
      scripts,
      approvals,
      viewed: createViewedTable(storage.db),
      landings,
      views: createViewsTable(storage.db),
      worktreesChanged,
      trashChanged: new Subject<void>(),
      hostState: () => state,
      hostChanged,
      addProblem,
      now,
    }

    // Before anything else touches the trash: what an earlier end left half-way is put right.
    const returned: Returned[] = []
    const trashFolder = join(dataFolder, 'trash')
    for (const problem of await repairTrash(trashFolder, (session, to) => returned.push({ session, ...to })))
      addProblem(problem)
    await takeUp(app, {
      sessions: sessionsTable.all(),
      terminals: terminalsTable.all(),
      approvals: approvals.all(),
      landed: landings.all(),
    })
    await joinTrash(app, returned)
    await nameStrayAgents(app)
    closing.add(followPtyHost(app, setState))

    const meter = createLoadWatch(createLoadMeter(), async (loadMeter) => {
      const load = await loadMeter.look([process.pid, ...(pty.pid === null ? [] : [pty.pid])])
      if (load) setState({ load: { ...load, agents: liveAgents() } })
    })
    closing.add(meter)
    const liveAgents = (): number => book.all().filter((entry) => entry.facts.alive).length

    const quit: App['quit'] = async ({ agents: what }) => {
      if (what === 'keep') return
      await sessions.stopAgents()
      await pty.shutdown()
    }
    const review = reviewHandlers(app)
    closing.add(review)
    const worktrees = worktreeHandlers(app)
    closing.add(worktrees)
    const handlers: Handlers = {
      ...hostHandlers(app, (what) => quit({ agents: what }), meter.watch),
      ...repositoryHandlers(app),
      ...sessionHandlers(app),
      ...terminalHandlers(app),
      ...review.handlers,
      ...worktrees.handlers,
    }

    // Nothing below is waited for: the deck answers before it has looked at everything.
    void agents.refresh()
    gitVersion().then(
      (git) =>
        setState({
          git: git ?? {
            path: '',
            version: '',
            usable: false,
            message: 'git was not found. Install git 2.38 or newer.',
          },
        }),
      (error: unknown) => log.error('git could not be asked for its version', error),
    )
    closing.add(tidyTrash(app))

    const ports = new Set<Port>()
    closing.add(() => {
      for (const port of ports) port.close()
    })
    return {
      handlers,
      connect: (port) => {
        ports.add(port)
        port.onClose(() => ports.delete(port))
        serve(port, handlers, { build: options.build, log })
      },
      get state() {
        return { ...state, address: hostActions.address() }
      },
      get settings() {
        return settings.value
      },
      liveAgents,
      addProblem,
      quit,
      dispose: () => closing.dispose(),
    }
  }
}

interface Stored {
  sessions: ReturnType<ReturnType<typeof createSessionsTable>['all']>
  terminals: ReturnType<ReturnType<typeof createTerminalsTable>['all']>
  approvals: ReturnType<ReturnType<typeof createApprovalsTable>['all']>
  landed: ReturnType<ReturnType<typeof createLandedTable>['all']>
}

/** Rows become sessions; a row that does not fit is counted, said and left where it is. */
async function takeUp(app: AppContext, stored: Stored): Promise<void> {
  const { book, sessions, repositories } = app
  const bad = stored.sessions.bad + stored.terminals.bad + stored.approvals.bad + stored.landed.bad + repositories.bad
  if (bad > 0) {
    app.log.warn('rows could not be read', { bad })
    app.addProblem(
      `${bad} ${bad === 1 ? 'entry' : 'entries'} in the database could not be read and ${bad === 1 ? 'is' : 'are'} not shown; nothing was deleted.`,
    )
  }
  await sessions.load(stored.sessions.rows, stored.terminals.rows)
  for (const { session, tree, at } of stored.approvals.rows) {
    const entry = book.get(session)
    if (entry) entry.approval = { tree, at }
  }
  for (const { session, landed } of stored.landed.rows) {
    const entry = book.get(session)
    if (entry) entry.landed = landed
  }
}

interface Returned extends BroughtBack {
  session: SessionId
}

/** An end in the middle of a discard or of bringing back: the session goes where its worktree went. */
async function joinTrash({ book, sessions, dataFolder }: AppContext, returned: readonly Returned[]): Promise<void> {
  for (const { session, path, branch } of returned) sessions.broughtBack(session, path, branch)
  for (const { session, path } of (await listTrash(join(dataFolder, 'trash'))).entries) {
    const row = session === null ? undefined : book.get(session)?.row
    if (!row || row.archivedAt !== null || row.worktree !== path || (await folderExists(path))) continue
    await sessions.archive(row.id, true)
  }
}

/** Whatever runs in the terminal host and belongs to no session is named: it may still write. */
async function nameStrayAgents({ pty, book, log, addProblem }: AppContext): Promise<void> {
  const stray = (await pty.list()).filter((info) => info.alive && !book.ownerOf(info.id))
  if (stray.length === 0) return
  log.warn('terminals of no session live', { pids: stray.map(({ pid }) => pid) })
  addProblem(
    `${stray.length === 1 ? 'A program' : `${stray.length} programs`} of before still ${stray.length === 1 ? 'runs' : 'run'} in a terminal that no session knows (process ${stray.map(({ pid }) => pid).join(', ')}). Quitting with the agents stopped ends ${stray.length === 1 ? 'it' : 'them'}.`,
  )
}

/** Shows the pty host's state, and learns anew what lives when a lost one is back. */
function followPtyHost(app: AppContext, setState: (change: Partial<HostState>) => void): () => Promise<void> {
  const { pty, sessions, log } = app
  let running: Promise<void> = Promise.resolve()
  const show = (): void => setState({ ptyHost: { state: pty.state, pid: pty.pid } })
  show()
  const off = pty.onState((state) => {
    show()
    if (state === 'starting') return
    // While it is lost nothing is known of any process; when it is back, all is.
    running = running
      .then(() => sessions.resync())
      .catch((error: unknown) => log.error('the sessions could not be taken up again', error))
  })
  return () => {
    off()
    return running
  }
}

/** Deletes what is kept no longer. */
function tidyTrash(app: AppContext): () => Promise<void> {
  const tidy = async (): Promise<void> => {
    try {
      const gone = await purgeExpired(join(app.dataFolder, 'trash'), new Date())
      if (gone.length > 0) app.trashChanged.tell()
    } catch (error) {
      app.log.error('the trash could not be tidied', error)
    }
  }
  let running = tidy()
  const timer = setInterval(() => {
    running = running.then(tidy)
  }, purgeEveryMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}
