/** Watches the few places of a git folder by which commits, checkouts and operations show: no objects, no logs, no locks. */
import type { FSWatcher } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { WatchFolder } from './watch-tree.ts'

export interface GitWatchOptions {
  gitDir: string
  commonDir: string
  watchFolder: WatchFolder
  /** HEAD, index, the branch, or an operation changed. */
  onChange(what: 'head' | 'index' | 'excludes'): void
}

const ownNames =
  /^(?:HEAD|index|[A-Z_]+_HEAD|rebase-merge|rebase-apply|sequencer|BISECT_LOG|config\.worktree|sharedindex\..*)$/

export class GitWatch {
  #options: GitWatchOptions
  #watchers = new Map<string, FSWatcher>()
  #branchFolder: string | null = null
  #branch: string | null = null
  #disposed = false

  constructor(options: GitWatchOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { gitDir, commonDir, onChange } = this.#options
    this.#watch(gitDir, (name) => {
      if (!ownNames.test(name)) return
      onChange(name === 'index' || name.startsWith('sharedindex') ? 'index' : 'head')
      if (name === 'HEAD') void this.#followBranch()
    })
    if (gitDir !== commonDir)
      this.#watch(commonDir, (name) => {
        if (name === 'packed-refs') onChange('head')
      })
    this.#watch(join(commonDir, 'info'), (name) => {
      if (name === 'exclude') onChange('excludes')
    })
    // Where refs live in tables instead of files.
    for (const folder of new Set([gitDir, commonDir]))
      this.#watch(join(folder, 'reftable'), (name) => {
        if (name === 'tables.list') onChange('head')
      })
    await this.#followBranch()
  }

  dispose(): void {
    this.#disposed = true
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  /** Moves the one watch on `refs/heads/…` to the folder of the branch that HEAD names now. */
  async #followBranch(): Promise<void> {
    const { gitDir, commonDir, onChange } = this.#options
    const head = await readFile(join(gitDir, 'HEAD'), 'utf8').catch(() => '')
    const ref = /^ref: (refs\/heads\/\S+)/.exec(head)?.[1] ?? null
    let folder: string | null = null
    // A packed branch has no file, nor perhaps a folder: the nearest one above it tells when they appear.
    for (let path = ref; path !== null && path !== 'refs' && folder === null; ) {
      path = dirname(path)
      if (
        await stat(join(commonDir, path)).then(
          () => true,
          () => false,
        )
      )
        folder = join(commonDir, path)
    }
    if (this.#disposed) return
    this.#branch = ref
    if (folder === this.#branchFolder) return
    if (this.#branchFolder !== null) this.#close(this.#branchFolder)
    this.#branchFolder = folder
    if (folder === null) return
    const below = folder
    this.#watch(below, (name) => {
      const path = join(below, name)
      const wanted = this.#branch === null ? '' : join(commonDir, this.#branch)
      if (path === wanted) onChange('head')
      // A folder on the way to the branch came, or this one itself went (packing refs deletes empty ones): a folder tells
      // its own end under its own name.
      else if (wanted.startsWith(`${path}/`) || name === basename(below)) this.#followAnew()
    })
  }

  #followAnew(): void {
    if (this.#branchFolder !== null) this.#close(this.#branchFolder)
    this.#branchFolder = null
    // What happened until the new watch stood is covered by telling once more.
    void this.#followBranch().then(() => {
      if (!this.#disposed) this.#options.onChange('head')
    })
  }

  #watch(folder: string, onName: (name: string) => void): void {
    if (this.#watchers.has(folder)) return
    try {
      const watcher = this.#options.watchFolder(folder, { persistent: false }, (_kind, name) => {
        if (name !== null && !this.#disposed) onName(name)
      })
      watcher.on('error', () => this.#close(folder))
      this.#watchers.set(folder, watcher)
    } catch {
      // Not there, or no watch left: the files of the worktree still tell most of what happens.
    }
  }

  #close(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }
}
