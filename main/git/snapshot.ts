/**
 * The whole state of a worktree as one tree, without touching its index, HEAD or files. Agents write while we look: a
 * file that vanishes or turns into a folder in between sends us back to look again, it is never an error.
 */
import { access, constants, lstat } from 'node:fs/promises'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, succeed, type Result } from '@contract/result.ts'
import { KeyedLock } from '../lib/keyed-lock.ts'
import type { GitCode } from './errors.ts'
import { decodeName, encodeName, joinNames, onDisk, type ByteName } from './names.ts'
import { entryBefore, readOwnIndex, type IndexEntry, type OwnIndex } from './own-index.ts'
import { gitDirs } from './refs.ts'
import { runGit } from './run.ts'
import { parseStatus, type Status, type StatusEntry } from './status.ts'
import { removeIndex, seedIndex } from './index-file.ts'

export interface Snapshot {
  /** Tree id of tracked changes and untracked files together. */
  tree: string
  /** HEAD's commit; null before the first one. */
  head: string | null
  /** Full name of the branch; null when HEAD is detached. */
  headRef: string | null
  /** Files that are not in the tree: untracked and over the limit, unreadable, or a repository without a commit. */
  leftOut: { path: string; sizeBytes: number }[]
  /** Paths with unresolved conflicts in the worktree's own index. They stand in the tree as they stand on disk. */
  unmerged: string[]
  /** Paths in the tree that are neither in HEAD nor in the worktree's own index. */
  untracked: string[]
}

export interface SnapshotRequest {
  /** Top folder of the worktree. */
  worktree: string
  /** Absolute path of the private index, kept between calls; files beside it begin with the same name. */
  indexFile: string
  /** Untracked files over this are left out and named. Default 50 MB. */
  maxUntrackedBytes?: number
  signal?: AbortSignal
  /** Somebody waits for it. */
  urgent?: boolean
  /** Start from the worktree's own index again, whatever is remembered (after git lost objects). */
  rebuild?: boolean
  /** Told how much was read and stored, by the sizes of the files. */
  onStored?: (sizeBytes: number) => void
}

export const defaultMaxUntrackedBytes = 50 * 1024 * 1024
const maxAttempts = 6
const locks = new KeyedLock()
/** What each private index was last written as. */
const lastTrees = new Map<string, string>()

/** Settings that would make a private index lean on files of the real one, warn, or trust a daemon that knows only that. */
const settings = [
  ...['-c', 'core.splitIndex=false'],
  ...['-c', 'core.untrackedCache=false'],
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'core.safecrlf=false'],
  ...['-c', 'advice.addEmbeddedRepo=false'],
]

/** Takes the snapshot. One at a time per `indexFile`. The second call costs about as much as `git status`. */
export function snapshotTree(request: SnapshotRequest): Promise<Result<Snapshot, GitCode>> {
  return locks.run(request.indexFile, () => takeWithRetries(request))
}

/** Removes a private index for good, after the snapshot that is under way. */
export function forgetSnapshots(indexFile: string): Promise<void> {
  return locks.run(indexFile, () => {
    lastTrees.delete(indexFile)
    return removeIndex(indexFile)
  })
}

async function takeWithRetries(request: SnapshotRequest): Promise<Result<Snapshot, GitCode>> {
  const { indexFile } = request
  const dirs = await gitDirs(request.worktree)
  if (!dirs.ok) return dirs
  const take = new Take(request, dirs.value.gitDir)
  for (let attempt = 1; ; attempt++) {
    try {
      const seeded = await seedIndex({
        gitDir: dirs.value.gitDir,
        indexFile,
        salt: String(request.maxUntrackedBytes ?? defaultMaxUntrackedBytes),
        force: attempt > 1 ? take.lost || attempt % 2 === 1 : request.rebuild === true,
      })
      if (seeded) lastTrees.delete(indexFile)
    } catch (error) {
      return diskFailure(error, indexFile)
    }
    const result = await take.run(lastTrees.get(indexFile) ?? null)
    if (result.ok) lastTrees.set(indexFile, result.value.tree)
    else lastTrees.delete(indexFile)
    if (result.ok || attempt === maxAttempts) return result
    // A vanished file, a broken private index, a lock left by a killed git: all end as one of these two.
    if (result.error.code !== 'git-failed' && result.error.code !== 'git-locked') return result
  }
}

function diskFailure(error: unknown, path: string): Result<never, GitCode> {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('disk-full', 'The disk is full.', { paths: [path] })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return fail('permission-denied', 'Access was denied.', { paths: [path] })
  }
  throw error
}

/** Longer arguments than this are no good on Windows. */
const maxArgumentBytes = 24_000

class Take {
  readonly #request: SnapshotRequest
  readonly #gitDir: string
  readonly #limit: number
  /** Found out on the way and kept over attempts: git cannot read these. */
  readonly #unusable = new Map<ByteName, number>()

  constructor(request: SnapshotRequest, gitDir: string) {
    this.#request = request
    this.#gitDir = gitDir
    this.#limit = request.maxUntrackedBytes ?? defaultMaxUntrackedBytes
  }

  /** Objects of the last snapshot are gone (`git gc --prune=now`): everything is to be made again. */
  lost = false

  async run(known: string | null): Promise<Result<Snapshot, GitCode>> {
    const { worktree, signal, urgent } = this.#request
    const [statusRun, own, lost] = await Promise.all([
      this.#git([
        'status',
        '--porcelain=v2',
        '-z',
        '--branch',
        '--no-ahead-behind',
        '--no-renames',
        '--untracked-files=all',
        '--ignore-submodules=dirty',
      ]),
      readOwnIndex({ cwd: worktree, signal, urgent }),
      known === null ? false : this.#isLost(known),
    ])
    if (!statusRun.ok) return statusRun
    if (!own.ok) return own
    this.lost = lost
    if (lost) return fail('git-failed', 'git no longer has the objects of the last look.')
    const status = parseStatus(statusRun.value.stdout)
    const sorted = await this.#sort(status, own.value)
    const updated = await this.#update(sorted)
    if (!updated.ok) return updated
    const unchanged = sorted.take.length === 0 && sorted.forget.length === 0
    const tree = unchanged && known !== null ? succeed(known) : await this.#writeTree()
    if (!tree.ok) return tree
    return succeed({
      tree: tree.value,
      head: status.head,
      headRef: await this.#headRef(status),
      leftOut: [...sorted.leftOut].map(([name, sizeBytes]) => ({ path: decodeName(name), sizeBytes })),
      unmerged: [...own.value.unmerged].map(decodeName),
      untracked: sorted.untracked.map(decodeName),
    })
  }

  async #writeTree(): Promise<Result<string, GitCode>> {
    const written = await this.#git(['write-tree'])
    return written.ok ? succeed(written.value.text().trim()) : written
  }

  /** git prunes what hangs together as a whole, so a tree that is there has its files. */
  async #isLost(tree: string): Promise<boolean> {
    const { worktree, signal, urgent } = this.#request
    const asked = await runGit({ cwd: worktree, args: ['cat-file', '-e', tree], okCodes: [1, 128], signal, urgent })
    return asked.ok && asked.value.exitCode !== 0
  }

  #git(args: readonly string[], input?: Uint8Array): ReturnType<typeof runGit> {
    return runGit({
      cwd: this.#request.worktree,
      args: [...settings, ...args],
      // The private index is ours: git may write what it learnt about file times into it.
      env: { GIT_INDEX_FILE: this.#request.indexFile, GIT_OPTIONAL_LOCKS: '1' },
      input,
      signal: this.#request.signal,
      urgent: this.#request.urgent,
    })
  }

  /** Which paths the private index has to take from disk, which to forget, and which stay out. */
  async #sort(status: Status, own: OwnIndex): Promise<Sorted> {
    const sorted: Sorted = { take: [], forget: [], untracked: [], leftOut: new Map(), reset: [] }
    const inHead = new Set<ByteName>()
    for (const entry of status.entries) if (entry.index === 'D') inHead.add(entry.name)
    const toMeasure: StatusEntry[] = []
    for (const entry of status.entries) {
      if (entry.worktree === 'M' && entry.index !== '.')
        sorted.reset.push({ ...entryBefore(entry, own), name: entry.name })
      const isNew = entry.kind === 'untracked' || (entry.index === 'A' && !own.added.has(entry.name))
      const isGone = entry.worktree === 'D'
      if (isNew && !isGone && !inHead.has(entry.name)) {
        // What is in the private index unchanged was measured when it went in.
        if (entry.kind === 'untracked' || entry.worktree !== '.') toMeasure.push(entry)
        else sorted.untracked.push(entry.name)
      } else if (entry.kind === 'unmerged' || entry.kind === 'untracked' || entry.worktree !== '.') {
        const size = this.#unusable.get(entry.name)
        if (size === undefined) sorted.take.push(entry.name)
        else sorted.leftOut.set(entry.name, size)
      }
    }
    await inBatches(toMeasure, async (entry) => {
      const size = this.#unusable.get(entry.name) ?? (await this.#measure(entry))
      if (size === null) {
        sorted.take.push(entry.name)
        sorted.untracked.push(entry.name)
        return
      }
      sorted.leftOut.set(entry.name, size)
      if (entry.index === 'A') sorted.forget.push(entry.name)
    })
    return sorted
  }

  /** The size of what has to stay out; null for what can go in. */
  async #measure(entry: StatusEntry): Promise<number | null> {
    if (entry.embedded) {
      const head = await runGit({
        cwd: join(this.#request.worktree, entry.path),
        args: ['rev-parse', '--verify', '--quiet', 'HEAD'],
        okCodes: [1, 128],
        signal: this.#request.signal,
        urgent: this.#request.urgent,
      })
      return head.ok && head.value.exitCode === 0 ? null : 0
    }
    try {
      const facts = await lstat(onDisk(this.#request.worktree, entry.name))
      return facts.isFile() && facts.size > this.#limit ? facts.size : null
    } catch {
      // gone since git listed it: `update-index --remove` takes that for an answer
      return null
    }
  }

  async #update(sorted: Sorted): Promise<Result<null, GitCode>> {
    if (sorted.forget.length > 0) {
      const forgotten = await this.#git(['update-index', '--force-remove', '-z', '--stdin'], joinNames(sorted.forget))
      if (!forgotten.ok) return forgotten
    }
    if (sorted.take.length === 0) return succeed(null)
    const reset = await this.#resetFirst(sorted)
    if (!reset.ok) return reset
    const taken = await this.#git(
      ['update-index', '--add', '--remove', '--replace', ...reset.value, '-z', '--stdin'],
      joinNames(sorted.take),
    )
    if (taken.ok) {
      if (this.#request.onStored) this.#request.onStored(await this.#sizeOf(sorted.take))
      return succeed(null)
    }
    if (taken.error.code !== 'git-failed' && taken.error.code !== 'permission-denied') return taken
    const before = this.#unusable.size
    await inBatches(sorted.take, (name) => this.#findUnreadable(name))
    if (this.#unusable.size === before) return taken
    // The next attempt goes around them.
    return fail('git-failed', taken.error.message, { detail: taken.error.detail })
  }

  /**
   * Whether git turns CRLF into LF may hang on what the index holds for the path. By hand that is the own index's entry,
   * not what we put in the private one at an earlier look. Few entries go along as arguments, many in a run of their own.
   */
  async #resetFirst(sorted: Sorted): Promise<Result<string[], GitCode>> {
    const args = sorted.reset.flatMap(({ mode, id, name }) => ['--cacheinfo', `${mode},${id},${decodeName(name)}`])
    const exact = sorted.reset.every(({ name }) => encodeName(decodeName(name)) === name)
    if (exact && Buffer.byteLength(args.join(' ')) < maxArgumentBytes) return succeed(args)
    const lines = joinNames(sorted.reset.map(({ mode, id, name }) => `${mode} ${id}\t${name}`))
    const run = await this.#git(['update-index', '-z', '--index-info'], lines)
    return run.ok ? succeed([]) : run
  }

  async #sizeOf(names: readonly ByteName[]): Promise<number> {
    let sizeBytes = 0
    await inBatches(names, async (name) => {
      const facts = await lstat(onDisk(this.#request.worktree, name)).catch(() => null)
      sizeBytes += facts?.size ?? 0
    })
    return sizeBytes
  }

  async #findUnreadable(name: ByteName): Promise<void> {
    const path = onDisk(this.#request.worktree, name)
    try {
      const facts = await lstat(path)
      if (!facts.isFile()) return
      await access(path, constants.R_OK).catch(() => this.#unusable.set(name, facts.size))
    } catch {
      // gone: not unreadable
    }
  }

  async #headRef(status: Status): Promise<string | null> {
    if (status.branch !== null) return `refs/heads/${status.branch}`
    // A branch may be called `(detached)`, which is what git prints for none.
    const text = await readFile(join(this.#gitDir, 'HEAD'), 'utf8').catch(() => '')
    return text.trim() === 'ref: refs/heads/(detached)' ? 'refs/heads/(detached)' : null
  }
}

interface Sorted {
  /** Entries to put back before the paths are taken anew. */
  reset: (IndexEntry & { name: ByteName })[]
  take: ByteName[]
  forget: ByteName[]
  untracked: ByteName[]
  leftOut: Map<ByteName, number>
}

/** Many small questions to the file system, 64 at a time. */
async function inBatches<T>(items: readonly T[], ask: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += 64) await Promise.all(items.slice(at, at + 64).map(ask))
}
