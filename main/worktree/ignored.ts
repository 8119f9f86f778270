/** What git ignores in a worktree: folders that need not be watched, files whose changes concern nobody. */
import { runGit } from '../git/run.ts'

export interface IgnoredPaths {
  /** Relative, without a slash at the end. A folder with a tracked file in it is not among them. */
  folders: Set<string>
  files: Set<string>
}

/** Ignored folders and files as they are now; empty where git cannot say. */
export async function listIgnored(worktree: string, signal?: AbortSignal): Promise<IgnoredPaths> {
  const ignored: IgnoredPaths = { folders: new Set(), files: new Set() }
  const listed = await runGit({
    cwd: worktree,
    args: ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'],
    signal,
  })
  if (!listed.ok) return ignored
  for (const path of listed.value.fields()) {
    if (path.endsWith('/')) ignored.folders.add(path.slice(0, -1))
    else ignored.files.add(path)
  }
  return ignored
}

/** Those of `paths` (relative; of folders with a slash at the end) that git ignores. Tracked files never are. */
export async function filterIgnored(worktree: string, paths: readonly string[]): Promise<Set<string>> {
  if (paths.length === 0) return new Set()
  const checked = await runGit({
    cwd: worktree,
    args: ['check-ignore', '-z', '--stdin'],
    // check-ignore refuses to run with literal pathspecs; after `./` none of them is magic.
    env: { GIT_LITERAL_PATHSPECS: undefined },
    input: `./${paths.join('\0./')}\0`,
    okCodes: [1],
  })
  return new Set(checked.ok ? checked.value.fields().map((path) => path.slice(2)) : [])
}
