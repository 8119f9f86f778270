/** What git knows of the files below a folder, for judging what a command would take with it. */
import { join } from 'node:path'
import { runGit } from './run.ts'

async function paths(cwd: string, args: string[]): Promise<string[] | null> {
  const result = await runGit({ cwd, args, urgent: true, timeoutMs: 10_000 })
  return result.ok ? result.value.fields().map((path) => join(cwd, path)) : null
}

/** Absolute paths of the index below `folder`; null where it is in no worktree. */
export async function trackedBelow(folder: string): Promise<ReadonlySet<string> | null> {
  const found = await paths(folder, ['ls-files', '-z', '--cached'])
  return found && new Set(found)
}

/** What `git clean -d` would take there: files, and folders where a whole one is untracked. Empty outside of a worktree. */
export async function untrackedBelow(folder: string, ignored: 'no' | 'also' | 'only'): Promise<string[]> {
  const list = ['ls-files', '-z', '--others', '--directory', '--no-empty-directory']
  const own = ignored === 'only' ? [] : ((await paths(folder, [...list, '--exclude-standard'])) ?? [])
  const more = ignored === 'no' ? [] : ((await paths(folder, [...list, '--ignored', '--exclude-standard'])) ?? [])
  return [...new Set([...own, ...more])].map((path) => path.replace(/\/$/, ''))
}

/** Absolute paths of tracked files with changes against HEAD, staged or not. */
export async function changedBelow(folder: string): Promise<string[]> {
  return (await paths(folder, ['diff', '-z', '--name-only', '--relative', '--no-renames', 'HEAD'])) ?? []
}
