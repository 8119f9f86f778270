import type { ParamsIn } from '@contract/api.ts'
import type { Client } from '@contract/client.ts'
import type { ChangedFile, ChangeList, FileDiff } from '@contract/diff.ts'
import type { SessionId } from '@contract/ids.ts'
import type { Failure } from '@contract/result.ts'
import { useEffect, useRef, useState } from 'react'
import { useDeck } from '../deck.ts'

/** A file and its contents that belong together. */
export interface LoadedFile {
  file: ChangedFile
  /** Which scope and session it was read for. */
  place: string
  diff: FileDiff
}

export interface FileLoad {
  /** What was read last: perhaps an earlier version of the file, or, for a moment, the file before. */
  loaded: LoadedFile | null
  failure: Failure | null
  /** Another file than `loaded` was asked for and is on its way. */
  waiting: boolean
  /** Asks again after a failure. */
  retry(): void
}

/** Contents by blob ids: 24 files or 20 million characters, the longest unused go first. */
const cacheFiles = 24
const cacheCharacters = 20_000_000
const caches = new WeakMap<Client, Map<string, FileDiff>>()

function weigh(diff: FileDiff): number {
  if (diff.kind === 'text') return (diff.old?.length ?? 0) + (diff.new?.length ?? 0)
  if (diff.kind === 'image') return (diff.old?.base64.length ?? 0) + (diff.new?.base64.length ?? 0)
  return 100
}

function remember(cache: Map<string, FileDiff>, key: string, diff: FileDiff): void {
  cache.delete(key)
  cache.set(key, diff)
  let total = 0
  for (const entry of cache.values()) total += weigh(entry)
  for (const [oldest, entry] of cache) {
    if (cache.size <= cacheFiles && total <= cacheCharacters) return
    if (oldest === key) return
    cache.delete(oldest)
    total -= weigh(entry)
  }
}

/** The version of a file between two trees: the same key, the same contents. */
function versionOf(file: ChangedFile): string {
  return [file.path, file.oldPath, file.oldId, file.newId, file.oldMode, file.newMode].join('\n')
}

/**
 * Reads the contents of `file` between the trees of `list`, again when its version changes. One question is under way
 * at a time: whoever holds the arrow key down over a thousand files asks for those that can be answered in time.
 */
export function useFileDiff(
  session: SessionId,
  place: string,
  list: ChangeList | null,
  file: ChangedFile | null,
): FileLoad {
  const { client } = useDeck()
  const [loaded, setLoaded] = useState<LoadedFile | null>(null)
  const [failure, setFailure] = useState<{ version: string; failure: Failure } | null>(null)
  const wanted = useRef<{ file: ChangedFile; place: string; params: ParamsIn<'diff.file'> } | null>(null)
  const busy = useRef(false)
  const alive = useRef(true)
  /** What is asked for now: answers to anything else go to the cache alone. */
  const current = useRef<string | null>(null)
  const version = file ? versionOf(file) : null
  const [round, setRound] = useState(0)

  useEffect(() => {
    alive.current = true
    return () => {
      alive.current = false
    }
  }, [])

  useEffect(() => {
    current.current = list && file ? versionOf(file) : null
    if (!list || !file) return
    wanted.current = {
      file,
      place,
      params: { session, base: list.base, tree: list.tree, path: file.path, oldPath: file.oldPath },
    }
    const cache = caches.get(client) ?? new Map<string, FileDiff>()
    caches.set(client, cache)
    const known = cache.get(versionOf(file))
    if (known) {
      wanted.current = null
      setLoaded({ file, place, diff: known })
      setFailure(null)
      return
    }
    const run = async (): Promise<void> => {
      busy.current = true
      while (wanted.current && alive.current) {
        const asked = wanted.current
        wanted.current = null
        const result = await client.call('diff.file', asked.params)
        if (!alive.current) break
        if (result.ok) {
          remember(cache, versionOf(asked.file), result.value)
          if (current.current !== versionOf(asked.file)) continue
          setLoaded({ file: asked.file, place: asked.place, diff: result.value })
          setFailure(null)
        } else if (current.current === versionOf(asked.file))
          setFailure({ version: versionOf(asked.file), failure: result.error })
      }
      busy.current = false
    }
    if (!busy.current) void run()
    // The version stands for file, base and tree: a new list with the same version is no reason to ask again.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [client, session, place, version, round])

  const failed = failure !== null && failure.version === version ? failure.failure : null
  return {
    loaded,
    failure: failed,
    retry: () => {
      setFailure(null)
      setRound(round + 1)
    },
    waiting: file !== null && !failed && (loaded === null || loaded.file.path !== file.path || loaded.place !== place),
  }
}
