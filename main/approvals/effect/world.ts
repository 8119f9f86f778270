/** What an effect is judged against: the disk and git, behind an interface so that rules stay pure. */
import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface WorldEntry {
  kind: 'file' | 'folder' | 'link' | 'other'
  sizeBytes: number
}

export interface World {
  /** Of the path itself, links not followed; null where nothing is. */
  look(path: string): Promise<WorldEntry | null>
  /** The path with the symlinks of its parents resolved, as far as they exist. The last part is kept as named. */
  resolve(path: string): Promise<string>
  /** The path with every symlink resolved, the last one too. */
  follow(path: string): Promise<string>
  /** Names in a folder, dot files included; empty where it is none. */
  list(path: string): Promise<string[]>
  /** Paths of git's index at or below `path`, absolute; null outside of any worktree. */
  trackedBelow(path: string): Promise<ReadonlySet<string> | null>
  /** Absolute paths that `git clean` would take in `folder`. */
  untrackedBelow(folder: string, ignored: 'no' | 'also' | 'only'): Promise<string[]>
  /** Absolute paths of tracked files in `folder` with changes against HEAD. */
  changedBelow(folder: string): Promise<string[]>
}

/** The disk as it is; git's part is supplied by whoever may run git. */
export function diskWorld(git: Pick<World, 'trackedBelow' | 'untrackedBelow' | 'changedBelow'>): World {
  const follow = async (path: string): Promise<string> => {
    try {
      return await realpath(path)
    } catch {
      const parent = dirname(path)
      return parent === path ? path : join(await follow(parent), basename(path))
    }
  }
  return {
    ...git,
    look: async (path) => {
      try {
        const found = await lstat(path)
        const kind = found.isFile()
          ? 'file'
          : found.isDirectory()
            ? 'folder'
            : found.isSymbolicLink()
              ? 'link'
              : 'other'
        return { kind, sizeBytes: found.size }
      } catch {
        return null // not there, or not to be seen: both mean that nothing is known to be there
      }
    },
    resolve: async (path) => {
      const parent = dirname(path)
      return parent === path ? path : join(await follow(parent), basename(path))
    },
    follow,
    list: async (path) => {
      try {
        return (await readdir(path)).sort()
      } catch {
        return []
      }
    },
  }
}
