/** Looks at a worktree every few seconds, where the system has no watches left. */
import { lstat } from 'node:fs/promises'
import { onDisk } from '../git/names.ts'
import { readFullStatus } from './full-status.ts'

/** Files beyond these are told apart by their state only, not by their time. */
const timedFiles = 2000

/** A text that differs when a tracked, untracked or staged file does; null where git could not look. */
async function readFingerprint(worktree: string, signal: AbortSignal): Promise<string | null> {
  const status = await readFullStatus(worktree, { signal })
  if (!status.ok) return null
  const parts: string[] = []
  for (const [n, entry] of status.value.entries()) {
    const found = n < timedFiles ? await lstat(onDisk(worktree, entry.name)).catch(() => null) : null
    parts.push(
      `${entry.index}${entry.worktree} ${entry.headId} ${entry.name} ${found?.size ?? ''} ${found?.mtimeMs ?? ''}`,
    )
  }
  return parts.join('\n')
}

/** Calls `onChange` when a look differs from the one before. */
export function pollWorktree(
  worktree: string,
  everyMs: number,
  onChange: () => void,
): {
  /** The first look is done: what changes from now on is found. */
  ready: Promise<void>
  dispose(): void
} {
  const abort = new AbortController()
  let last: string | null = null
  let timer: NodeJS.Timeout | null = null
  const look = async (): Promise<void> => {
    const now = await readFingerprint(worktree, abort.signal)
    if (abort.signal.aborted) return
    if (now !== null && last !== null && now !== last) onChange()
    last = now ?? last
    timer = setTimeout(() => void look(), everyMs)
    timer.unref()
  }
  return {
    ready: look(),
    dispose: () => {
      abort.abort()
      if (timer) clearTimeout(timer)
    },
  }
}
