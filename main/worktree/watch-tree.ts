/**
 * Watches a folder tree by one inotify watch per folder, for Linux, where the system has nothing recursive. Libraries that
 * do this lose folders that are renamed, moved in, or deleted and made again (seen with @parcel/watcher 2.6.0); here every
 * folder is known by its inode, and each event that could have changed the tree has that part of it read again.
 */
import type { FSWatcher, Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** `fs.watch`, of which only this much is used. */
export type WatchFolder = (
  path: string,
  options: { persistent: boolean; recursive?: boolean },
  listener: (kind: 'rename' | 'change', name: string | null) => void,
) => FSWatcher

export interface TreeWatchOptions {
  root: string
  watchFolder: WatchFolder
  /** Relative paths, `/` between parts. Ignored folders are not entered. */
  isIgnored(path: string): boolean
  /** Something happened at these relative paths. */
  onEvent(path: string, kind: 'rename' | 'change'): void
  /** The system refused a watch: the tree is not watched (any more). */
  onRefused(error: NodeJS.ErrnoException): void
}

interface Watched {
  watcher: FSWatcher
  /** Inode and time of birth: a folder that is deleted and made again often gets the same inode. */
  identity: string
}

const parallelReads = 16

export class TreeWatch {
  #options: TreeWatchOptions
  #folders = new Map<string, Watched>()
  #disposed = false
  #reading = 0
  #waiting: (() => void)[] = []

  constructor(options: TreeWatchOptions) {
    this.#options = options
  }

  /** Number of folders watched. */
  get size(): number {
    return this.#folders.size
  }

  /** Watches the folder and all below it that is not watched yet; gives up those that are gone. `''` is the root. */
  async add(path: string): Promise<void> {
    if (this.#disposed || this.#isLeftOut(path)) return
    const found = await this.#limit(() => lstat(this.#absolute(path)).catch(() => null))
    if (this.#disposed) return
    if (!found?.isDirectory()) {
      this.remove(path)
      return
    }
    if (!this.#watch(path, found)) return
    // Read after the watch stands: what is made in between is seen twice rather than never.
    const entries = await this.#limit(() => readdir(this.#absolute(path), { withFileTypes: true }).catch(() => []))
    const inside = entries.filter((entry) => entry.isDirectory())
    await Promise.all(inside.map((entry) => this.add(path === '' ? entry.name : `${path}/${entry.name}`)))
  }

  /** Stops watching a folder and all below it. */
  remove(path: string): void {
    const own = this.#folders.get(path)
    // Only a watched folder can have watched ones below it.
    if (!own) return
    own.watcher.close()
    this.#folders.delete(path)
    const prefix = path === '' ? '' : `${path}/`
    for (const [inside, { watcher }] of this.#folders) {
      if (!inside.startsWith(prefix)) continue
      watcher.close()
      this.#folders.delete(inside)
    }
  }

  dispose(): void {
    this.#disposed = true
    for (const { watcher } of this.#folders.values()) watcher.close()
    this.#folders.clear()
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #absolute(path: string): string {
    return path === '' ? this.#options.root : join(this.#options.root, path)
  }

  #isLeftOut(path: string): boolean {
    if (path === '') return false
    return path === '.git' || path.endsWith('/.git') || this.#options.isIgnored(path)
  }

  #watch(path: string, found: Stats): boolean {
    const known = this.#folders.get(path)
    const identity = `${found.ino} ${found.birthtimeMs}`
    if (known?.identity === identity) return true
    if (known) this.remove(path)
    try {
      const watcher = this.#options.watchFolder(this.#absolute(path), { persistent: false }, (kind, name) =>
        this.#onEvent(path, kind, name),
      )
      watcher.on('error', () => this.remove(path))
      this.#folders.set(path, { watcher, identity })
      return true
    } catch (error) {
      const refused = error as NodeJS.ErrnoException
      // Gone or closed to us meanwhile: the parent's events tell.
      if (refused.code === 'ENOENT' || refused.code === 'EACCES' || refused.code === 'ENOTDIR') return false
      this.dispose()
      this.#options.onRefused(refused)
      return false
    }
  }

  #onEvent(folder: string, kind: 'rename' | 'change', name: string | null): void {
    if (this.#disposed) return
    const path = name === null ? folder : folder === '' ? name : `${folder}/${name}`
    if (this.#isLeftOut(path)) return
    this.#options.onEvent(path, kind)
  }

  async #limit<T>(job: () => Promise<T>): Promise<T> {
    while (this.#reading >= parallelReads && !this.#disposed)
      await new Promise<void>((wake) => this.#waiting.push(wake))
    this.#reading++
    try {
      return await job()
    } finally {
      this.#reading--
      this.#waiting.shift()?.()
    }
  }
}
