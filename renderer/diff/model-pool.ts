/**
 * Models of old sides, shared by their blob: the same base file in a pane and in the review column is one model.
 * A few that nobody shows are kept, so that going back to a file does not colour it again.
 */

export interface Disposable {
  dispose(): void
}

export interface Pool<M extends Disposable> {
  /** The model of `key`, made by `make` when there is none. Each `acquire` wants one `release`. */
  acquire(key: string, make: () => M): M
  release(key: string): void
  /** Models that exist, shown or kept. */
  readonly size: number
  dispose(): void
}

/** Keeps at most `spare` models that nobody uses; the longest unused goes first. */
export function createPool<M extends Disposable>(spare: number): Pool<M> {
  const entries = new Map<string, { model: M; uses: number }>()
  const trim = (): void => {
    let idle = [...entries.values()].filter((entry) => entry.uses === 0).length
    for (const [key, entry] of entries) {
      if (idle <= spare) return
      if (entry.uses > 0) continue
      entries.delete(key)
      entry.model.dispose()
      idle--
    }
  }
  return {
    acquire: (key, make) => {
      const known = entries.get(key)
      if (known) {
        known.uses++
        return known.model
      }
      const entry = { model: make(), uses: 1 }
      entries.set(key, entry)
      return entry.model
    },
    release: (key) => {
      const entry = entries.get(key)
      if (!entry || entry.uses === 0) return
      entry.uses--
      if (entry.uses > 0) return
      // To the end: a Map keeps the order of insertion.
      entries.delete(key)
      entries.set(key, entry)
      trim()
    },
    get size() {
      return entries.size
    },
    dispose: () => {
      for (const entry of entries.values()) entry.model.dispose()
      entries.clear()
    },
  }
}
