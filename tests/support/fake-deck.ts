/**
 * A backend made of canned data, for looking at screens in every state without starting an agent. It answers the whole
 * contract through the real server; what it does not play it refuses in words.
 */
import type { Params, StreamName, Value } from '@contract/api.ts'
import type { ChangeList } from '@contract/diff.ts'
import type { HostState } from '@contract/host.ts'
import type { SessionId } from '@contract/ids.ts'
import { fail, succeed } from '@contract/result.ts'
import type { Session } from '@contract/session.ts'
import { settings as settingsSchema, type Settings } from '@contract/settings.ts'
import type { Port } from '@contract/wire.ts'
import { serve, type Handlers, type StreamSink } from '../../main/rpc/serve.ts'
import {
  fakeAgents,
  fakeFileDiff,
  fakeFiles,
  fakeRepositories,
  fakeScreen,
  fakeSessions,
  fakeWorktrees,
  ids,
} from './fake-data.ts'

export interface FakeDeckOptions {
  /** How many sessions; the first sixteen show every state. */
  sessions?: number
  /** None opened yet: the first screen of a new user. */
  repositories?: number
  settings?: Partial<Settings>
  build?: string
  host?: Partial<HostState>
}

export interface FakeDeck {
  handlers: Handlers
  /** Serves one page or test over its port. */
  attach(port: Port): void
  /** Changes a session and tells everybody. */
  change(id: SessionId, part: Partial<Session>): void
  add(session: Session): void
  remove(id: SessionId): void
  readonly sessions: ReadonlyMap<SessionId, Session>
  /** Methods that were called, in order. */
  readonly calls: { name: string; params: unknown }[]
}

const nothing = (): void => {}

/** Sinks of one stream: a new one gets the whole state, all get what comes. */
function fanOut<N extends StreamName>() {
  const sinks = new Set<StreamSink<N>>()
  return {
    open: (sink: StreamSink<N>): (() => void) => {
      sinks.add(sink)
      return () => sinks.delete(sink)
    },
    each: (run: (sink: StreamSink<N>) => void): void => sinks.forEach(run),
  }
}

export function createFakeDeck(options: FakeDeckOptions = {}): FakeDeck {
  const calls: FakeDeck['calls'] = []
  const views = new Map<string, string>()
  let settings: Settings = settingsSchema.parse(options.settings ?? {})
  let repositories = fakeRepositories.slice(0, options.repositories ?? fakeRepositories.length)
  const sessions = new Map(fakeSessions(options.sessions ?? 16).map((session) => [session.id, session]))
  const settingsSinks = fanOut<'settings.state'>()
  const sessionSinks = fanOut<'session.list'>()
  const archiveSinks = fanOut<'session.list'>()
  const repositorySinks = fanOut<'repository.list'>()

  const host: HostState = {
    version: '0.1.0',
    build: options.build ?? '',
    pid: 4711,
    platform: 'linux',
    dataFolder: '/home/ada/.local/share/quarterdeck',
    home: '/home/ada',
    address: 'http://127.0.0.1:4600/',
    git: { path: '/usr/bin/git', version: '2.51.0', usable: true, message: null },
    ptyHost: { state: 'running', pid: 4712 },
    capabilities: {
      nativeFolderPicker: false,
      nativeMenu: false,
      keyModifier: 'alt',
      openExternal: false,
      systemNotifications: false,
    },
    load: { memoryBytes: 2_040_109_465, cpuPercent: 34, agents: sessions.size === 0 ? 0 : 6 },
    problems: [],
    ...options.host,
  }

  const tell = (session: Session): void => {
    archiveSinks.each((sink) => sink.event({ kind: 'changed', session }))
    sessionSinks.each((sink) =>
      sink.event(session.archivedAt ? { kind: 'removed', id: session.id } : { kind: 'changed', session }),
    )
  }
  const change: FakeDeck['change'] = (id, part) => {
    const before = sessions.get(id)
    if (!before) return
    const since = part.state && part.state !== before.state ? new Date().toISOString() : before.since
    const after: Session = { ...before, since, ...part }
    sessions.set(id, after)
    tell(after)
  }
  const changed = (id: SessionId, part: Partial<Session>) => {
    if (!sessions.has(id)) return fail('not-found', 'There is no such session.')
    change(id, part)
    return succeed(sessions.get(id) as Session)
  }
  const list = (session: SessionId): ChangeList => {
    const counts = sessions.get(session)?.changed
    const files = fakeFiles.slice(0, Math.min(counts?.files ?? 0, fakeFiles.length))
    return {
      scope: 'branch',
      tree: ids.tree,
      base: ids.commit,
      baseRef: 'refs/heads/main',
      files,
      added: counts?.added ?? 0,
      removed: counts?.removed ?? 0,
      leftOut: [],
      unmerged: [],
    }
  }
  const refused = () => fail('refused', 'This deck is made of canned data and cannot do that.')
  const unsupported = () => fail('unsupported', 'This deck is made of canned data and cannot do that.')
  const reason = (key: string, text: string) => ({ key, values: {}, text })

  const handlers: Handlers = {
    'host.state': (_params, sink) => {
      sink.event(host)
      return nothing
    },
    'host.status': () =>
      succeed({ version: host.version, pid: host.pid, ptyHostPid: 4712, address: null, sessions: {} }),
    'host.browse': ({ path }) => {
      const at = path ?? host.home
      const entries = ['lighthouse', 'notes', '网店'].map((name) => ({
        name,
        path: `${at}/${name}`,
        isRepository: name !== 'notes',
      }))
      return succeed({
        path: at,
        parent: at === '/' ? null : at.replace(/\/[^/]+$/, '') || '/',
        home: host.home,
        entries,
        truncated: false,
      })
    },
    'host.pickFolder': unsupported,
    'host.openInEditor': () => succeed({ editor: 'code' }),
    'host.openExternal': () => succeed(null),
    'host.quit': () => succeed(null),
    'settings.state': (_params, sink) => {
      sink.event(settings)
      return settingsSinks.open(sink)
    },
    'settings.change': (part) => {
      settings = { ...settings, ...part }
      settingsSinks.each((sink) => sink.event(settings))
      return succeed(settings)
    },
    'view.load': ({ key }) => succeed({ json: views.get(key) ?? null }),
    'view.save': ({ key, json }) => {
      if (json === null) views.delete(key)
      else views.set(key, json)
      return succeed(null)
    },
    'repository.list': (_params, sink) => {
      sink.event({ repositories })
      return repositorySinks.open(sink)
    },
    'repository.open': ({ path }) => {
      const known = fakeRepositories.find((one) => one.path === path)
      if (!known) return fail('not-a-repository', `${path} is not a git repository.`)
      if (!repositories.includes(known)) repositories = [...repositories, known]
      repositorySinks.each((sink) => sink.event({ repositories }))
      return succeed({ repository: known, warnings: [] })
    },
    'repository.initialise': refused,
    'repository.sample': () => {
      const sample = fakeRepositories[0] as (typeof fakeRepositories)[number]
      repositories = [sample]
      repositorySinks.each((sink) => sink.event({ repositories }))
      return succeed({ repository: sample })
    },
    'repository.forget': ({ repository }) => {
      repositories = repositories.filter((one) => one.id !== repository)
      repositorySinks.each((sink) => sink.event({ repositories }))
      return succeed(null)
    },
    'repository.setBase': ({ repository }) => {
      const known = repositories.find((one) => one.id === repository)
      return known ? succeed(known) : fail('not-found', 'There is no such repository.')
    },
    'repository.branches': () =>
      succeed({
        branches: ['main', 'release-2', '功能/登录'].map((name) => ({
          ref: `refs/heads/${name}`,
          name,
          remote: false,
          head: ids.commit,
          committedAt: new Date(Date.now() - 86_400_000).toISOString(),
          worktree: name === 'main' ? (repositories[0]?.path ?? null) : null,
        })),
      }),
    'repository.checkout': () =>
      succeed({
        branch: 'refs/heads/main',
        head: ids.commit,
        operation: null,
        changed: ['README.md'],
        changedCount: 1,
        untracked: [],
        untrackedCount: 0,
        hasSubmodules: false,
      }),
    'repository.settings': () =>
      succeed({ source: null, setup: null, teardown: null, run: null, checks: [], copy: [], problem: null }),
    'repository.confirmScript': () => succeed(null),
    'agent.list': (_params, sink) => {
      sink.event({ agents: fakeAgents })
      return nothing
    },
    'agent.refresh': () => succeed(null),
    'session.list': ({ archived }, sink) => {
      const all = [...sessions.values()]
      sink.event({ kind: 'all', sessions: archived ? all : all.filter((session) => session.archivedAt === null) })
      return (archived ? archiveSinks : sessionSinks).open(sink)
    },
    'session.propose': ({ prompt }) => succeed({ title: prompt.slice(0, 40), branch: 'proposed-branch' }),
    'session.create': (params) => {
      const session: Session = {
        ...(fakeSessions(4)[3] as Session),
        id: `new-${sessions.size}` as SessionId,
        title: params.title || params.prompt.slice(0, 60) || 'New session',
        agent: params.agent,
        since: new Date().toISOString(),
      }
      add(session)
      return succeed({ sessions: [session] })
    },
    'session.retry': ({ session }) =>
      changed(session, { state: 'starting', stages: [], reason: reason('stage-worktree', 'Making the worktree') }),
    'session.answerSetup': ({ session }) =>
      changed(session, {
        state: 'working',
        pendingScript: null,
        stages: [],
        reason: reason('output-flows', 'Writing'),
      }),
    'session.rename': ({ session, title }) => changed(session, { title }),
    'session.send': ({ session }) => changed(session, { state: 'working', reason: reason('agent-working', 'Working') }),
    'session.interrupt': ({ session }) =>
      changed(session, { state: 'interrupted', reason: reason('interrupted', 'Interrupted') }),
    'session.stop': ({ session }) =>
      changed(session, { state: 'exited', pid: null, canResume: true, reason: reason('stopped', 'Stopped') }),
    'session.resume': ({ session }) =>
      changed(session, { state: 'working', pid: 9999, canResume: false, reason: reason('agent-working', 'Working') }),
    'session.discard': ({ session }) => {
      const one = sessions.get(session)
      if (!one) return fail('not-found', 'There is no such session.')
      change(session, { archivedAt: new Date().toISOString(), state: 'exited', pid: null })
      const trash: NonNullable<Value<'session.discard'>['trash']> = {
        id: `trash-${session}`.slice(0, 64) as NonNullable<Value<'session.discard'>['trash']>['id'],
        repositoryPath: one.repositoryPath,
        path: one.worktree,
        branch: one.branch,
        head: ids.commit,
        title: one.title,
        session,
        removedAt: new Date().toISOString(),
        keptUntil: new Date(Date.now() + 14 * 86_400_000).toISOString(),
        sizeBytes: 1_400_000,
        uncommitted: one.changed?.files ?? 0,
        untracked: 0,
      }
      return succeed({ trash: one.place === 'own' ? trash : null })
    },
    'session.archive': ({ session, archived }) =>
      changed(session, { archivedAt: archived ? new Date().toISOString() : null }),
    'terminal.open': refused,
    'terminal.close': () => succeed(null),
    'terminal.text': () => succeed({ text: fakeScreen }),
    'terminal.output': (_params, sink) => {
      const tail = new TextEncoder().encode(fakeScreen.replaceAll('\n', '\r\n'))
      const total = tail.length
      sink.event({ kind: 'snapshot', cols: 120, rows: 40, total, alive: true, exitCode: null, title: 'agent' }, tail)
      return nothing
    },
    'terminal.input': nothing,
    'terminal.resize': nothing,
    'terminal.ack': nothing,
    'terminal.colours': nothing,
    'diff.changes': ({ session, scope }, sink) => {
      sink.event({ kind: 'list', list: { ...list(session), scope } })
      return nothing
    },
    'diff.list': ({ session, scope }) => succeed({ ...list(session), scope }),
    'diff.file': ({ path }) => succeed(fakeFileDiff(path)),
    'diff.patch': () => succeed({ tree: ids.tree, base: ids.commit, patch: '', bytes: null }),
    'review.approve': ({ session }) => {
      const approval = { tree: ids.tree, at: new Date().toISOString(), current: true }
      change(session, { approval })
      return succeed(approval)
    },
    'review.withdraw': ({ session }) => {
      change(session, { approval: null })
      return succeed(null)
    },
    'review.viewed': (_params, sink) => {
      sink.event({ viewed: {} })
      return nothing
    },
    'review.setViewed': () => succeed(null),
    'landing.preview': ({ session }: Params<'landing.preview'>) =>
      succeed({
        base: 'refs/heads/main',
        baseCommit: ids.commit,
        branch: sessions.get(session)?.branch ?? null,
        head: ids.commit,
        tree: ids.tree,
        committed: false,
        ahead: 1,
        behind: 0,
        methods: [
          { method: 'ff', possible: true, why: null },
          { method: 'merge', possible: true, why: null },
          { method: 'squash', possible: true, why: null },
        ],
        conflicts: [],
        baseWorktree: repositories[0]?.path ?? null,
        baseDirty: [],
        message: sessions.get(session)?.title ?? '',
      }),
    'landing.land': ({ session, method }) => {
      const landed = {
        base: 'refs/heads/main',
        commit: ids.commit,
        tree: ids.tree,
        method,
        at: new Date().toISOString(),
      }
      change(session, { landed, tree: ids.tree })
      return succeed(landed)
    },
    'worktree.list': (_params, sink) => {
      sink.event({ worktrees: fakeWorktrees([...sessions.values()]), problem: null })
      return nothing
    },
    'worktree.inspect': () => succeed({ obstacles: [] }),
    'worktree.remove': () =>
      fail('uncommitted', 'Three files hold changes that are in no commit.', { paths: ['README.md'] }),
    'worktree.trash': (_params, sink) => {
      sink.event({ entries: [] })
      return nothing
    },
    'worktree.bringBack': () => succeed({ path: '/home/ada/back', branch: null }),
    'worktree.empty': () => succeed(null),
  }

  function add(session: Session): void {
    sessions.set(session.id, session)
    tell(session)
  }
  const log = { info: nothing, warn: nothing, error: nothing }
  const recorded = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      (params: unknown, ...rest: unknown[]) => {
        calls.push({ name, params })
        return (handler as (...all: unknown[]) => unknown)(params, ...rest)
      },
    ]),
  ) as unknown as Handlers

  return {
    handlers: recorded,
    attach: (port) => {
      // It serves pages of any build: what the page says of itself is said back.
      const served = { build: host.build, log }
      port.onMessage(({ head }) => {
        const { t, build } = head as { t?: unknown; build?: unknown }
        if (t === 'hello' && typeof build === 'string') served.build = build
      })
      serve(port, recorded, served)
    },
    change,
    add,
    remove: (id) => {
      sessions.delete(id)
      for (const sinks of [sessionSinks, archiveSinks]) sinks.each((sink) => sink.event({ kind: 'removed', id }))
    },
    sessions,
    calls,
  }
}
