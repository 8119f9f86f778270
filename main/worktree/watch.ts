/**
 * Tells when something in a worktree changed: files that git does not ignore, commits, checkouts, operations. Costs nothing
 * while nothing happens. What is told is a hint to look again, never the truth itself.
 */
import { watch } from 'node:fs'
import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { gitDirs } from '../git/refs.ts'
import { filterIgnored, listIgnored, type IgnoredPaths } from './ignored.ts'
import { GitWatch } from './watch-git.ts'
import { pollWorktree } from './watch-poll.ts'
import { TreeWatch, type WatchFolder } from './watch-tree.ts'

export type WorktreeChange =
  /** Relative paths, at most 1,000; empty where they are not known. */
  | { kind: 'files'; paths: string[] }
  /** HEAD, the branch, the index or an operation. */
  | { kind: 'git' }
  /** The folder is no longer there; nothing more is told. */
  | { kind: 'gone' }

export interface WatchWorktreeOptions {
  /** Plain words for what cannot be watched as it should be. */
  onProblem?: (message: string) => void
  /** Between two looks where watching is impossible. Default 5,000. */
  pollMs?: number
  /** How a folder is watched; for tests of a system that refuses. */
  watchFolder?: WatchFolder
  /** Whether the system watches whole trees by itself. Default: on macOS and Windows. */
  recursive?: boolean
}

/** Quiet time after which a burst is told, and the longest that one is held back. */
const quietMs = 40
const longestMs = 250
/** After so many events the kernel's queue may have run over, so one more change is told when they have ended. */
const floodEvents = 2000
const floodQuietMs = 1000
const toldPaths = 1000
/** Agents stage in bursts; what is ignored is asked for once after each. */
const ignoreDelayMs = 500

/** Watches until disposed. Resolves once every change from then on will be told. */
export async function watchWorktree(
  worktree: string,
  onChange: (change: WorktreeChange) => void,
  options: WatchWorktreeOptions = {},
): Promise<{ dispose(): Promise<void> }> {
  const watching = new WorktreeWatch(await realpath(worktree).catch(() => worktree), onChange, options)
  await watching.start()
  return { dispose: () => watching.dispose() }
}

class WorktreeWatch {
  #root: string
  #onChange: (change: WorktreeChange) => void
  #options: WatchWorktreeOptions
  #watchFolder: WatchFolder
  #abort = new AbortController()
  #ignored: IgnoredPaths = { folders: new Set(), files: new Set() }
  /** Files found not to be ignored. */
  #seen = new Set<string>()
  #tree: TreeWatch | null = null
  #endings: (() => void)[] = []
  #pending = new Map<string, 'rename' | 'change'>()
  #firstAt = 0
  #timer: NodeJS.Timeout | null = null
  #flooded = 0
  #floodTimer: NodeJS.Timeout | null = null
  #ignoreTimer: NodeJS.Timeout | null = null
  #work: Promise<void> = Promise.resolve()

  constructor(root: string, onChange: (change: WorktreeChange) => void, options: WatchWorktreeOptions) {
    this.#root = root
    this.#onChange = onChange
    this.#options = options
    this.#watchFolder = options.watchFolder ?? ((path, how, listener) => watch(path, how, listener))
  }

  get #disposed(): boolean {
    return this.#abort.signal.aborted
  }

  async start(): Promise<void> {
    this.#watchParent()
    this.#ignored = await listIgnored(this.#root, this.#abort.signal)
    const dirs = await gitDirs(this.#root)
    if (this.#disposed) return
    if (dirs.ok) {
      const git = new GitWatch({
        ...dirs.value,
        watchFolder: this.#watchFolder,
        onChange: (what) => this.#onGit(what),
      })
      this.#endings.push(() => git.dispose())
      await git.start()
    }
    if (this.#options.recursive ?? process.platform !== 'linux') this.#watchRecursively()
    else await this.#watchTree()
    await this.#work
    await this.#checkGone()
  }

  async dispose(): Promise<void> {
    this.#abort.abort()
    if (this.#timer) clearTimeout(this.#timer)
    if (this.#floodTimer) clearTimeout(this.#floodTimer)
    if (this.#ignoreTimer) clearTimeout(this.#ignoreTimer)
    this.#tree?.dispose()
    for (const end of this.#endings.splice(0)) end()
    this.#pending.clear()
    await this.#work
  }

  async #watchTree(): Promise<void> {
    const tree = new TreeWatch({
      root: this.#root,
      watchFolder: this.#watchFolder,
      isIgnored: (path) => this.#isIgnored(path),
      onEvent: (path, kind) => this.#note(path, kind),
      onRefused: (error) => this.#fallBack(error),
    })
    this.#tree = tree
    await tree.add('')
  }

  #watchRecursively(): void {
    try {
      const watcher = this.#watchFolder(this.#root, { persistent: false, recursive: true }, (kind, name) => {
        const path = name?.replaceAll('\\', '/') ?? ''
        if (path === '.git' || path.startsWith('.git/') || path.includes('/.git/') || this.#isIgnored(path)) return
        this.#note(path, kind)
      })
      watcher.on('error', () => void this.#checkGone())
      this.#endings.push(() => watcher.close())
    } catch (error) {
      this.#fallBack(error as NodeJS.ErrnoException)
    }
  }

  /** A folder that is deleted or renamed away says so to its parent. */
  #watchParent(): void {
    const name = basename(this.#root)
    try {
      const watcher = this.#watchFolder(dirname(this.#root), { persistent: false }, (_kind, changed) => {
        if (changed === null || changed === name) void this.#checkGone()
      })
      watcher.on('error', () => void this.#checkGone())
      this.#endings.push(() => watcher.close())
    } catch {
      // A parent that may not be watched: the tree's own events have to do.
    }
  }

  async #checkGone(): Promise<void> {
    const there = await lstat(join(this.#root, '.git')).then(
      () => true,
      () => false,
    )
    if (there || this.#disposed) return
    this.#onChange({ kind: 'gone' })
    this.#options.onProblem?.('The folder of the worktree is gone.')
    void this.dispose()
  }

  #fallBack(error: NodeJS.ErrnoException): void {
    if (this.#disposed) return
    this.#tree = null
    const everyMs = this.#options.pollMs ?? 5000
    const limit = error.code === 'ENOSPC' || error.code === 'EMFILE'
    const way = limit
      ? 'The system has no file watches left (raise fs.inotify.max_user_watches)'
      : `The files cannot be watched (${error.code ?? error.message})`
    this.#options.onProblem?.(`${way}; they are looked at every ${Math.round(everyMs / 1000)} seconds instead.`)
    const poll = pollWorktree(this.#root, everyMs, () => this.#onChange({ kind: 'files', paths: [] }))
    this.#endings.push(() => poll.dispose())
    this.#then(() => poll.ready)
  }

  #isIgnored(path: string): boolean {
    const { folders, files } = this.#ignored
    if (folders.has(path) || files.has(path)) return true
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
      if (folders.has(path.slice(0, slash))) return true
    return false
  }

  #onGit(what: 'head' | 'index' | 'excludes'): void {
    if (this.#disposed) return
    if (what === 'excludes') this.#refreshIgnored()
    else this.#onChange({ kind: 'git' })
    // A file added by force, or a checkout, may have brought tracked files into an ignored folder.
    if (what === 'index' && !this.#ignoreTimer) {
      this.#ignoreTimer = setTimeout(() => {
        this.#ignoreTimer = null
        this.#then(() => this.#readIgnored())
      }, ignoreDelayMs)
      this.#ignoreTimer.unref()
    }
  }

  #note(path: string, kind: 'rename' | 'change'): void {
    if (this.#pending.get(path) !== 'rename') this.#pending.set(path, kind)
    this.#flooded++
    const now = Date.now()
    if (this.#timer) {
      if (now - this.#firstAt > longestMs - quietMs) return
      this.#timer.refresh()
      return
    }
    this.#firstAt = now
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#then(() => this.#tell())
    }, quietMs)
    this.#timer.unref()
  }

  async #tell(): Promise<void> {
    const events = [...this.#pending]
    this.#pending.clear()
    if (events.length === 0 || this.#disposed) return
    this.#watchForFlood()
    if (events.some(([path]) => basename(path) === '.gitignore')) await this.#readIgnored()

    const folders: string[] = []
    for (const [path, kind] of events) {
      if (kind !== 'rename' || !this.#tree) continue
      const found = await lstat(join(this.#root, path)).catch(() => null)
      if (found?.isDirectory()) folders.push(path)
      else this.#tree.remove(path)
    }
    const isFolder = new Set(folders)
    const unknown = events
      .map(([path]) => (isFolder.has(path) ? `${path}/` : path))
      .filter((path) => path !== '' && !this.#seen.has(path))
    if (unknown.length <= floodEvents) {
      const ignored = await filterIgnored(this.#root, unknown)
      for (const path of unknown) {
        if (!ignored.has(path)) this.#seen.add(path)
        else if (path.endsWith('/')) this.#ignored.folders.add(path.slice(0, -1))
        else this.#ignored.files.add(path)
      }
      // What was learnt is only a cache.
      if (this.#seen.size > 50_000) this.#seen.clear()
    } else await this.#readIgnored()
    for (const path of folders) {
      // Whatever was watched under this name may be another folder by now, even with the same inode.
      this.#tree?.remove(path)
      if (!this.#isIgnored(path)) await this.#tree?.add(path)
    }
    if (this.#disposed) return
    const paths = events.map(([path]) => path).filter((path) => !this.#isIgnored(path))
    if (paths.length > 0) this.#onChange({ kind: 'files', paths: paths.slice(0, toldPaths) })
    if (paths.includes('')) await this.#checkGone()
  }

  #watchForFlood(): void {
    if (this.#flooded < floodEvents && !this.#floodTimer) {
      this.#flooded = 0
      return
    }
    this.#flooded = 0
    if (this.#floodTimer) {
      this.#floodTimer.refresh()
      return
    }
    this.#floodTimer = setTimeout(() => {
      this.#floodTimer = null
      this.#then(async () => {
        await this.#tree?.add('')
        if (!this.#disposed) this.#onChange({ kind: 'files', paths: [] })
      })
    }, floodQuietMs)
    this.#floodTimer.unref()
  }

  /** One thing after the other. A bug in one must not end the watch. */
  #then(job: () => Promise<void>): void {
    this.#work = this.#work.then(job).catch((error: unknown) => this.#options.onProblem?.(String(error)))
  }

  #refreshIgnored(): void {
    this.#then(async () => {
      await this.#readIgnored()
      if (!this.#disposed) this.#onChange({ kind: 'files', paths: [] })
    })
  }

  /** Asks git anew what is ignored, and lets the tree follow. */
  async #readIgnored(): Promise<void> {
    const before = this.#ignored.folders
    const now = await listIgnored(this.#root, this.#abort.signal)
    if (this.#disposed) return
    this.#ignored = now
    this.#seen.clear()
    for (const path of now.folders) if (!before.has(path)) this.#tree?.remove(path)
    for (const path of before) if (!now.folders.has(path)) await this.#tree?.add(path)
  }
}
