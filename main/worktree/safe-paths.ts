/** Writing below a worktree without ever being led out of it by a link. */
import { lstat, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, n) => parts.slice(0, n + 1).join('/'))
}

/** Whether every folder above `path` inside `top` is a real folder or absent; `vanishing` names files that count as absent. */
export async function hasRealParents(
  top: string,
  path: string,
  vanishing: ReadonlySet<string> = new Set(),
  known?: Set<string>,
): Promise<boolean> {
  for (const parent of parentsOf(path)) {
    if (known?.has(parent) || vanishing.has(parent)) continue
    const stat = await lstat(join(top, parent)).catch(() => null)
    if (stat === null) return true
    if (!stat.isDirectory()) return false
    known?.add(parent)
  }
  return true
}

/** Removes folders above `path` inside `top` that are empty now, as git does. */
export async function removeEmptyParents(top: string, path: string): Promise<void> {
  for (const parent of parentsOf(path).toReversed()) {
    try {
      await rmdir(join(top, parent))
    } catch {
      return // Not empty, or not ours to remove: it stays.
    }
  }
}
