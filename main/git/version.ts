/** Which git is on this machine, and whether it can do what is asked of it. */
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { tmpdir } from 'node:os'
import { runGit } from './run.ts'

export interface GitVersion {
  /** Where it was found on PATH; just `git` where it was not. */
  path: string
  version: string
  usable: boolean
  /** What to do when it is not usable, or null. */
  message: string | null
}

/** `merge-tree --write-tree`, by which conflicts are foreseen without touching a file, came with 2.38. */
const needed = [2, 38] as const

/** Reads `git version 2.39.5 (Apple Git-154)` and the like; null for anything else. */
export function parseVersion(text: string): { version: string; usable: boolean } | null {
  const match = /^git version (\d+)\.(\d+)(\.[0-9A-Za-z.-]+)?/.exec(text)
  if (!match) return null
  const [major, minor] = [Number(match[1]), Number(match[2])]
  const usable = major > needed[0] || (major === needed[0] && minor >= needed[1])
  return { version: `${major}.${minor}${match[3] ?? ''}`, usable }
}

/** The git that every run uses; null when there is none. */
export async function gitVersion(): Promise<GitVersion | null> {
  const result = await runGit({ cwd: tmpdir(), args: ['version'], urgent: true })
  if (!result.ok) return null
  const parsed = parseVersion(result.value.text())
  const path = await findOnPath()
  if (!parsed) {
    return { path, version: result.value.text().trim(), usable: false, message: 'This git does not tell its version.' }
  }
  return {
    path,
    ...parsed,
    message: parsed.usable
      ? null
      : `git ${parsed.version} is too old: ${needed.join('.')} or newer is needed. Update git and start again.`,
  }
}

async function findOnPath(): Promise<string> {
  const name = process.platform === 'win32' ? 'git.exe' : 'git'
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue
    const path = join(folder, name)
    try {
      await access(path, constants.X_OK)
      return path
    } catch {
      // not there: the next folder of PATH is looked at
    }
  }
  return 'git'
}
