import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Folders read at once: enough to keep a disk busy without starving git. */
const parallelReads = 8

/**
 * Bytes on disk below a folder, hard links counted once, links not followed, what cannot be read left out; null when cancelled.
 * Copy-on-write clones count in full: no file system tells how much of a file is shared. Slow for large trees.
 */
export async function measureSize(path: string, signal?: AbortSignal): Promise<number | null> {
  const folders = [path]
  const linked = new Set<string>()
  let bytes = 0
  let active = 0
  const waiting: (() => void)[] = []
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (signal?.aborted) return
      const inside = join(folder, entry.name)
      const stat = await lstat(inside).catch(() => null)
      if (stat === null) continue
      if (entry.isDirectory()) folders.push(inside)
      else if (stat.nlink > 1) {
        const key = `${stat.dev}:${stat.ino}`
        if (linked.has(key)) continue
        linked.add(key)
      }
      // `blocks` is 0 on Windows for every file.
      bytes += process.platform === 'win32' ? stat.size : stat.blocks * 512
    }
  }
  const work = async (): Promise<void> => {
    for (;;) {
      const folder = signal?.aborted ? undefined : folders.pop()
      if (folder !== undefined) {
        active++
        await visit(folder)
        active--
        for (const wake of waiting.splice(0)) wake()
      } else if (active > 0 && !signal?.aborted) await new Promise<void>((wake) => waiting.push(wake))
      else return
    }
  }
  await Promise.all(Array.from({ length: parallelReads }, work))
  return signal?.aborted ? null : bytes
}
