/** Where a repository's parts lie, and the lock that adding and removing worktrees share. */
import { lstat, readFile, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { runGit } from '../git/run.ts'
import { KeyedLock } from '../lib/keyed-lock.ts'
import { parseWorktreeList, type ListedWorktree } from './porcelain.ts'

/** One add or remove at a time per repository; the key is its common git folder. */
export const repositoryLock = new KeyedLock()

/** The folder with objects and refs, shared by all worktrees of the repository that `path` lies in; symlinks resolved. */
export async function findCommonDir(path: string): Promise<Result<string, GitCode>> {
  const found = await runGit({ cwd: path, args: ['rev-parse', '--path-format=absolute', '--git-common-dir'] })
  if (!found.ok) return found
  return succeed(await realpath(found.value.text().replace(/\n$/, '')))
}

/** The git folder of the worktree whose top is `path`, read from its `.git`; null where there is none. */
export async function readGitDir(path: string): Promise<string | null> {
  const dotGit = join(path, '.git')
  try {
    const stat = await lstat(dotGit)
    if (stat.isDirectory()) return dotGit
    const target = /^gitdir: ([^\n]*)/.exec(await readFile(dotGit, 'utf8'))?.[1]?.replace(/\r$/, '')
    if (target) return isAbsolute(target) ? target : resolve(path, target)
    // A symlink to a git folder.
    return stat.isSymbolicLink() ? await realpath(dotGit) : null
  } catch {
    return null // No `.git`, or none that can be read: the callers treat both as "no worktree here".
  }
}

/** Every worktree git knows of, the main one first. */
export async function readWorktrees(repositoryPath: string): Promise<Result<ListedWorktree[], GitCode>> {
  const listed = await runGit({ cwd: repositoryPath, args: ['worktree', 'list', '--porcelain', '-z'] })
  if (!listed.ok) return listed
  const worktrees = parseWorktreeList(listed.value.text())
  const main = worktrees[0]
  // For a submodule and for `--separate-git-dir` git names the git folder itself as the main worktree.
  if (main && !main.bare && (await readGitDir(main.path)) === null) {
    const top = await runGit({
      cwd: main.path,
      args: ['rev-parse', '--path-format=absolute', '--show-toplevel'],
      okCodes: [128],
    })
    const path = top.ok ? top.value.text().replace(/\n$/, '') : ''
    if (path !== '') main.path = path
    else if (await isOwnGitDir(repositoryPath)) main.path = repositoryPath
  }
  return succeed(worktrees)
}

async function isOwnGitDir(path: string): Promise<boolean> {
  const gitDir = await readGitDir(path)
  const common = await findCommonDir(path)
  return gitDir !== null && common.ok && (await resolved(gitDir)) === common.value
}

/** `path` with symlinks resolved as far as it exists. */
export async function resolved(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    if (parent === path) return path
    return join(await resolved(parent), path.slice(parent.length).replace(/^[/\\]/, ''))
  }
}

/** The listed worktree at `path` (symlinks resolved on both sides). */
export async function findWorktree(
  repositoryPath: string,
  path: string,
): Promise<Result<{ worktree: ListedWorktree; main: boolean; all: ListedWorktree[] }, GitCode>> {
  const all = await readWorktrees(repositoryPath)
  if (!all.ok) return all
  const wanted = await resolved(path)
  for (const [index, worktree] of all.value.entries()) {
    if (worktree.path === path || (await resolved(worktree.path)) === wanted)
      return succeed({ worktree, main: index === 0, all: all.value })
  }
  return fail('not-found', 'This repository has no such worktree.', { paths: [path] })
}

/** Other worktrees that lie inside `worktree` and would be torn from git with it. */
export function listInside(all: readonly ListedWorktree[], worktree: ListedWorktree): string[] {
  return all.map((other) => other.path).filter((path) => path.startsWith(worktree.path + sep))
}

/** Name of the file in a worktree's git folder that marks it as made by this program. */
export const oursMarker = 'quarterdeck'
