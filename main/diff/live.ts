/**
 * Follows a worktree: computes once at the start and after each change that the watcher tells of; nothing while quiet.
 * A flood of writes costs a bounded share of the machine: the pause after a run grows with what the run cost in time,
 * and a big file that is written again and again (a log that git does not ignore) is stored only now and then.
 */
import type { ChangeCounts } from '@contract/session.ts'
import type { ErrorCode } from '@contract/result.ts'
import type { ChangeList } from '@contract/diff.ts'
import { aheadBehind, resolveRef } from '../git/refs.ts'
import type { Log } from '../lib/log.ts'
import { listChanges } from './changes.ts'
import { snapshotTree, type Snapshot } from '../git/snapshot.ts'

export interface LiveFacts {
  snapshot: Snapshot
  head: string | null
  /** Full ref; null when HEAD is detached. */
  branch: string | null
  ahead: number
  behind: number
  /** Against the merge-base; against HEAD while the base is gone. */
  changed: ChangeCounts
  /** What `changed` was counted from. */
  list: ChangeList
  /** The base ref does not exist any more. */
  baseGone: boolean
}

export interface LiveProblem {
  problem: string
  code: ErrorCode
}

export type LiveState = LiveFacts | LiveProblem

export interface LiveDiff {
  /** The last state that was told; null before the first. */
  readonly latest: LiveState | null
  /** Looks again now (the base moved, somebody asks) and gives what it found. */
  refresh(): Promise<LiveState>
  /** Ends the watching and a run that is under way; nothing is told afterwards. */
  dispose(): Promise<void>
}

/** Changes come in bursts: a run waits for this much quiet, but never longer than `maxWaitMs` after the first. */
const quietMs = 80
const maxWaitMs = 400
/** After a run, at least this many times its length belongs to others. */
const restFactor = 2
const maxRestMs = 10_000
/** Runs at once over all worktrees; each may start several gits, of which `main/git/run.ts` limits the number. */
const maxRuns = 3

/**
 * Each look stores what changed as git objects, which nobody removes for two weeks. So much may be stored at once, and so
 * much a second after that; a worktree that is over it is looked at later.
 */
const storeBurstBytes = 256 * 1024 * 1024
const storeBytesPerSecond = 256 * 1024
const maxStoreRestMs = 60_000

/** What a worktree may still store. Pure but for its own account; times in milliseconds of one clock. */
export class StoreBudget {
  #bytes = storeBurstBytes
  #at: number

  constructor(now: number) {
    this.#at = now
  }

  /** Takes `sizeBytes` off and gives how long to wait before the next look. */
  spend(sizeBytes: number, now: number): number {
    const grown = ((now - this.#at) / 1000) * storeBytesPerSecond
    this.#bytes = Math.min(storeBurstBytes, this.#bytes + Math.max(0, grown)) - sizeBytes
    this.#at = now
    if (this.#bytes >= 0) return 0
    return Math.min(maxStoreRestMs, Math.ceil((-this.#bytes / storeBytesPerSecond) * 1000))
  }
}

let running = 0
const waiting: (() => void)[] = []

async function withPlace<T>(job: () => Promise<T>): Promise<T> {
  if (running >= maxRuns) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await job()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

export interface LiveDiffRequest {
  worktree: string
  indexFile: string
  /** Full ref of the branch that the work is meant for; asked anew in each run. */
  baseRef: () => string
  /** Calls `onChange` after anything in the worktree, its HEAD or its index changed. */
  watch: (worktree: string, onChange: () => void) => Promise<{ dispose(): void | Promise<void> }>
  /** Told only when something differs from the last. */
  onState: (state: LiveState) => void
  log: Log
}

export function createLiveDiff(request: LiveDiffRequest): LiveDiff {
  return new Live(request)
}

class Live implements LiveDiff {
  latest: LiveState | null = null
  readonly #request: LiveDiffRequest
  readonly #abort = new AbortController()
  readonly #watching: Promise<{ dispose(): void | Promise<void> } | null>
  #timer: NodeJS.Timeout | null = null
  /** When the first change came that no run has seen yet. */
  #dirtySince: number | null = null
  #notBefore = 0
  #run: Promise<LiveState> | null = null
  /** Asked for while a run was under way: that run may have looked too early. */
  #next: Promise<LiveState> | null = null
  #told = ''
  readonly #budget = new StoreBudget(Date.now())
  #storedBytes = 0
  /** The last computation and what it was made from: a run that finds the same tree and base ends there. */
  #computedFor = ''
  #computed: LiveFacts | null = null

  constructor(request: LiveDiffRequest) {
    this.#request = request
    // Watching begins first, so that no change falls between the first look and the watch.
    this.#watching = request
      .watch(request.worktree, () => this.#changed())
      .catch((error: unknown) => {
        request.log.warn('a worktree cannot be watched', { worktree: request.worktree, error: String(error) })
        return null
      })
    void this.#watching.then(() => this.refresh())
  }

  refresh(): Promise<LiveState> {
    if (this.#abort.signal.aborted) return Promise.resolve(this.latest ?? { problem: 'Ended.', code: 'cancelled' })
    if (!this.#run) return this.#start()
    this.#next ??= this.#run.then(() => {
      this.#next = null
      return this.#run ?? this.#start()
    })
    return this.#next
  }

  async dispose(): Promise<void> {
    this.#abort.abort()
    if (this.#timer) clearTimeout(this.#timer)
    const watching = await this.#watching
    await watching?.dispose()
    await this.#run
  }

  #changed(): void {
    if (this.#abort.signal.aborted) return
    const now = Date.now()
    this.#dirtySince ??= now
    if (this.#run) return
    const due = Math.max(Math.min(now + quietMs, this.#dirtySince + maxWaitMs), this.#notBefore)
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.refresh(), Math.max(0, due - now))
  }

  #start(): Promise<LiveState> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#dirtySince = null
    const startedAt = Date.now()
    const run = withPlace(() => this.#look()).then((state) => {
      this.#run = null
      const now = Date.now()
      const restMs = Math.min((now - startedAt) * restFactor, maxRestMs)
      this.#notBefore = now + Math.max(restMs, this.#budget.spend(this.#storedBytes, now))
      this.#storedBytes = 0
      this.#tell(state)
      if (this.#dirtySince !== null) this.#changed()
      return state
    })
    this.#run = run
    return run
  }

  #tell(state: LiveState): void {
    if (this.#abort.signal.aborted || state === this.latest) return
    const text = JSON.stringify(state)
    if (text === this.#told) return
    this.#told = text
    this.latest = state
    this.#request.onState(state)
  }

  async #look(): Promise<LiveState> {
    try {
      const first = await this.#compute(false)
      if (!('problem' in first) || first.code !== 'git-failed') return first
      // Objects of the last snapshot may have been taken by `git gc --prune=now`: make them again, once.
      return await this.#compute(true)
    } catch (error) {
      this.#request.log.error('a worktree could not be looked at', error, { worktree: this.#request.worktree })
      return { problem: 'The changes could not be computed.', code: 'internal' }
    }
  }

  async #compute(rebuild: boolean): Promise<LiveState> {
    const { worktree, indexFile } = this.#request
    const signal = this.#abort.signal
    const baseRef = this.#request.baseRef()
    const onStored = (sizeBytes: number): void => void (this.#storedBytes += sizeBytes)
    const taken = await snapshotTree({ worktree, indexFile, signal, rebuild, onStored })
    if (!taken.ok) return { problem: taken.error.message, code: taken.error.code }
    const snapshot = taken.value
    const base = await resolveRef(worktree, baseRef, { signal })
    if (!base.ok && base.error.code !== 'bad-ref') return { problem: base.error.message, code: base.error.code }
    const key = `${snapshot.head} ${base.ok ? base.value : ''} ${baseRef} ${JSON.stringify(snapshot)}`
    if (key === this.#computedFor && this.#computed) return this.#computed
    const listed = await listChanges({ worktree, snapshot, scope: base.ok ? 'branch' : 'uncommitted', baseRef, signal })
    if (!listed.ok) return { problem: listed.error.message, code: listed.error.code }
    const distance =
      base.ok && snapshot.head !== null ? await aheadBehind(worktree, snapshot.head, base.value, { signal }) : null
    if (distance && !distance.ok) return { problem: distance.error.message, code: distance.error.code }
    const list = listed.value
    this.#computedFor = key
    this.#computed = {
      snapshot,
      head: snapshot.head,
      branch: snapshot.headRef,
      ahead: distance?.value.ahead ?? 0,
      behind: distance?.value.behind ?? 0,
      changed: { files: list.files.length, added: list.added, removed: list.removed },
      list,
      baseGone: !base.ok,
    }
    return this.#computed
  }
}
