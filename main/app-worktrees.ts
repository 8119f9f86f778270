/** Endpoints of worktrees and of the trash. The list is read from disk; a session joins the worktree it works in. */
import { watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '@contract/api.ts'
import type { Repository } from '@contract/repository.ts'
import { fail, succeed } from '@contract/result.ts'
import type { Worktree } from '@contract/worktree.ts'
import type { AppContext } from './app-context.ts'
import type { Handlers } from './rpc/serve.ts'
import type { SessionEntry } from './sessions/entry.ts'
import { inspectRemoval } from './worktree/inspect.ts'
import { listWorktrees } from './worktree/list.ts'
import { findCommonDir } from './worktree/locate.ts'
import { measureSize } from './worktree/size.ts'
import { bringBack, emptyTrash, listTrash, measureTrash, moveToTrash } from './worktree/trash.ts'

type WorktreeHandlers = Pick<
  Handlers,
  'worktree.list' | 'worktree.inspect' | 'worktree.remove' | 'worktree.trash' | 'worktree.bringBack' | 'worktree.empty'
>

/** Changes come in bursts; the list is read again at most this often. */
const gatherMs = 300
/** Worktrees that are not ours are watched by nobody: while somebody looks, they are looked at this often. */
const lookEveryMs = 15_000
const maxRestMs = 5000
/** A size is measured again after this long. */
const sizeKeptMs = 120_000

type ListEvent = Event<'worktree.list'>

/** Null where there is no such folder. A watch that breaks is closed; the list is still looked at from time to time. */
function watchFolder(folder: string, onChange: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, onChange)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null // not there
  }
}

/** The worktrees of one repository, read once for all who look, and only while somebody does. */
class WorktreeFeed {
  readonly #app: AppContext
  readonly #repository: Repository
  readonly #sinks = new Set<(event: ListEvent) => void>()
  readonly #sizes: Map<string, { bytes: number | null; at: number }>
  #latest: ListEvent | null = null
  #told = ''
  #before = ''
  #timer: NodeJS.Timeout | null = null
  #every: NodeJS.Timeout | null = null
  #watcher: FSWatcher | null = null
  #offs: (() => void)[] = []
  #abort = new AbortController()
  #running = false
  #again = false
  /** Length of the last reading: twice as long belongs to others. */
  #costMs = 0

  constructor(app: AppContext, repository: Repository, sizes: Map<string, { bytes: number | null; at: number }>) {
    this.#app = app
    this.#repository = repository
    this.#sizes = sizes
    const own = repository.path
    this.#offs.push(app.worktreesChanged.on((path) => path === own && this.#soon()))
    this.#offs.push(
      app.book.onChange(() => {
        const sessions = this.#sessions()
        if (sessions === this.#before) return
        this.#before = sessions
        this.#soon()
      }),
    )
    this.#every = setInterval(() => this.#look(), lookEveryMs)
    this.#every.unref()
    void this.#watch()
    this.#look()
  }

  get size(): number {
    return this.#sinks.size
  }

  add(sink: (event: ListEvent) => void): () => void {
    this.#sinks.add(sink)
    if (this.#latest) sink(this.#latest)
    return () => this.#sinks.delete(sink)
  }

  dispose(): void {
    this.#abort.abort()
    for (const off of this.#offs) off()
    if (this.#timer) clearTimeout(this.#timer)
    if (this.#every) clearInterval(this.#every)
    this.#watcher?.close()
    this.#sinks.clear()
  }

  /** git keeps a folder per worktree there: one that is added or removed by anybody shows at once. */
  async #watch(): Promise<void> {
    const common = await findCommonDir(this.#repository.path)
    if (!common.ok || this.#abort.signal.aborted) return
    const folder = join(common.value, 'worktrees')
    // Before the first worktree there is no such folder; then the one above is watched until there is.
    this.#watcher = watchFolder(folder, () => this.#soon()) ?? watchFolder(common.value, () => this.#appeared(folder))
  }

  #appeared(folder: string): void {
    this.#soon()
    const next = watchFolder(folder, () => this.#soon())
    if (next === null) return
    this.#watcher?.close()
    this.#watcher = next
  }

  /** What of the sessions shows in the list, or says that a worktree is another by now. */
  #sessions(): string {
    return this.#working()
      .map(({ row, seen }) =>
        [row.id, row.title, row.worktree, row.base, seen?.tree, seen?.head, seen?.branch].join(' '),
      )
      .join('\n')
  }

  #working(): SessionEntry[] {
    return this.#app.book.all().filter(({ row }) => row.repository === this.#repository.id && row.archivedAt === null)
  }

  #soon(): void {
    if (this.#timer || this.#abort.signal.aborted) return
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        this.#look()
      },
      Math.max(gatherMs, 2 * this.#costMs),
    )
  }

  #look(): void {
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = true
    const began = Date.now()
    void this.#read()
      .catch((error: unknown) => this.#app.log.error('the worktrees could not be listed', error))
      .finally(() => {
        this.#running = false
        this.#costMs = Math.min(Date.now() - began, maxRestMs)
        if (!this.#again || this.#abort.signal.aborted) return
        this.#again = false
        this.#soon()
      })
  }

  async #read(): Promise<void> {
    const base = this.#app.repositories.get(this.#repository.id)?.base ?? this.#repository.base
    const { signal } = this.#abort
    // Each is counted from the base it is meant for, which its session may have chosen.
    const bases = new Map(this.#working().map(({ row }) => [row.worktree, row.base]))
    const listed = await listWorktrees({ repositoryPath: this.#repository.path, base, bases, signal })
    if (signal.aborted) return
    if (!listed.ok) {
      this.#tell({ worktrees: this.#latest?.worktrees ?? [], problem: listed.error.message })
      return
    }
    this.#tell({ worktrees: listed.value.map((worktree) => this.#join(worktree)), problem: null })
    await this.#measure(listed.value)
  }

  #join(worktree: Worktree): Worktree {
    const entry = this.#app.book
      .all()
      .findLast((each) => each.row.worktree === worktree.path && each.row.archivedAt === null)
    return {
      ...worktree,
      session: entry?.row.id ?? null,
      sessionTitle: entry?.row.title ?? null,
      base: entry?.row.base ?? worktree.base,
      sizeBytes: this.#sizes.get(worktree.path)?.bytes ?? worktree.sizeBytes,
    }
  }

  async #measure(worktrees: readonly Worktree[]): Promise<void> {
    let measured = false
    for (const { path, missing } of worktrees) {
      const known = this.#sizes.get(path)
      if (missing || (known && Date.now() - known.at < sizeKeptMs)) continue
      const bytes = await measureSize(path, this.#abort.signal)
      if (this.#abort.signal.aborted) return
      this.#sizes.set(path, { bytes, at: Date.now() })
      measured = true
    }
    if (measured && this.#latest) {
      this.#tell({ ...this.#latest, worktrees: worktrees.map((worktree) => this.#join(worktree)) })
    }
  }

  #tell(event: ListEvent): void {
    const text = JSON.stringify(event)
    if (text === this.#told) return
    this.#told = text
    this.#latest = event
    for (const sink of [...this.#sinks]) sink(event)
  }
}

export function worktreeHandlers(app: AppContext): { handlers: WorktreeHandlers; dispose: () => void } {
  const feeds = new Map<string, WorktreeFeed>()
  const sizes = new Map<string, { bytes: number | null; at: number }>()
  const trashFolder = join(app.dataFolder, 'trash')
  const missing = fail('not-found', 'There is no such repository.')

  const abort = new AbortController()
  let measuring = false
  /** Sizes are told when they are known; only while somebody looked. */
  const measure = async (): Promise<void> => {
    if (measuring) return
    measuring = true
    try {
      for (const { id, sizeBytes } of (await listTrash(trashFolder)).entries) {
        if (sizeBytes !== null || abort.signal.aborted) continue
        await measureTrash({ trashFolder, id, signal: abort.signal })
        app.trashChanged.tell()
      }
    } catch (error) {
      app.log.error('the trash could not be measured', error)
    } finally {
      measuring = false
    }
  }

  const sessionAt = (path: string) =>
    app.book.all().filter((entry) => entry.row.worktree === path && entry.row.archivedAt === null)

  const obstaclesOf = (repository: Repository, path: string) => {
    const session = sessionAt(path).at(-1)
    return inspectRemoval({
      repositoryPath: repository.path,
      path,
      base: session?.row.base ?? repository.base,
      ignorePids: [],
      deleteBranch: session?.row.start.kind === 'new-worktree',
    })
  }

  const handlers: WorktreeHandlers = {
    'worktree.list': ({ repository }, sink) => {
      const found = app.repositories.get(repository)
      if (!found) {
        sink.end(missing.error)
        return () => {}
      }
      const feed = feeds.get(repository) ?? new WorktreeFeed(app, found, sizes)
      feeds.set(repository, feed)
      const remove = feed.add((event) => sink.event(event))
      return () => {
        remove()
        if (feed.size > 0) return
        feed.dispose()
        feeds.delete(repository)
      }
    },
    'worktree.inspect': async ({ repository, path }) => {
      const found = app.repositories.get(repository)
      if (!found) return missing
      const obstacles = await obstaclesOf(found, path)
      if (obstacles.ok) return succeed({ obstacles: obstacles.value })
      return fail(obstacles.error.code === 'not-found' ? 'not-found' : 'git-failed', obstacles.error.message)
    },
    'worktree.remove': async ({ repository, path, mayLose }) => {
      const found = app.repositories.get(repository)
      if (!found) return missing
      const obstacles = await obstaclesOf(found, path)
      if (!obstacles.ok) {
        const { code, message, detail } = obstacles.error
        return fail(code === 'not-found' ? 'not-found' : 'git-failed', message, { detail })
      }
      const lost: readonly string[] = mayLose
      const obstacle = obstacles.value.find((each) => !lost.includes(each.code))
      if (obstacle) return fail(obstacle.code, obstacle.message, { paths: obstacle.items })
      const working = sessionAt(path)
      const busy = working.find((entry) => entry.running !== null)
      if (busy) return fail('in-use', `The session "${busy.row.title}" is being made there.`, { paths: [path] })
      for (const entry of working) await app.sessions.diffs.stop(entry)
      const session = working.at(-1) ?? null
      const moved = await moveToTrash({
        repositoryPath: found.path,
        path,
        trashFolder,
        title: session?.row.title ?? '',
        session: session?.row.id ?? null,
        keepDays: app.settings.value.trashDays,
        deleteBranch: session?.row.start.kind === 'new-worktree',
      })
      if (!moved.ok) {
        for (const entry of working) app.sessions.diffs.start(entry)
        const { code, message, detail, paths } = moved.error
        const known =
          code === 'not-found' ||
          code === 'locked' ||
          code === 'in-use' ||
          code === 'main-worktree' ||
          code === 'disk-full' ||
          code === 'permission-denied'
        return fail(known ? code : 'git-failed', message, { detail, paths })
      }
      for (const entry of working) await app.sessions.archive(entry.row.id, true)
      app.worktreesChanged.tell(found.path)
      app.trashChanged.tell()
      return succeed({ trash: moved.value })
    },
    'worktree.trash': async (_params, sink) => {
      let told = ''
      const tell = async (): Promise<void> => {
        const { entries } = await listTrash(trashFolder)
        const text = JSON.stringify(entries)
        if (text === told) return
        told = text
        sink.event({ entries })
      }
      await tell()
      void measure()
      return app.trashChanged.on(() => {
        tell().catch((error: unknown) => app.log.error('the trash could not be listed', error))
      })
    },
    'worktree.bringBack': async ({ id }) => {
      const entry = (await listTrash(trashFolder)).entries.find((each) => each.id === id)
      const back = await bringBack({ trashFolder, id })
      if (!back.ok) {
        const { code, message, detail, paths } = back.error
        const known = code === 'not-found' || code === 'path-exists' || code === 'disk-full'
        return fail(known ? code : 'git-failed', message, { detail, paths })
      }
      const { path, branch } = back.value
      if (entry?.session) app.sessions.broughtBack(entry.session, path, branch)
      if (entry) app.worktreesChanged.tell(entry.repositoryPath)
      app.trashChanged.tell()
      return succeed({ path, branch })
    },
    'worktree.empty': async ({ id }) => {
      const emptied = await emptyTrash({ trashFolder, id })
      if (!emptied.ok) {
        const { code, message, detail } = emptied.error
        return fail(code === 'not-found' ? code : 'permission-denied', message, { detail })
      }
      app.trashChanged.tell()
      return succeed(null)
    },
  }
  return {
    handlers,
    dispose: () => {
      abort.abort()
      for (const feed of feeds.values()) feed.dispose()
      feeds.clear()
    },
  }
}
