/** Makes a folder a repository with a first commit: only ever at the person's word. */
import { readdir, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { fail, succeed, type Failure, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { runGit } from '../git/run.ts'

export type InitialiseCode =
  | 'not-found'
  | 'permission-denied'
  | 'refused'
  | 'git-missing'
  | 'git-failed'
  | 'hook-failed'

/**
 * `git init` where there is no repository, then a first commit of nothing (`empty`) or of every file that is not ignored
 * (`all`). A repository that has a commit is left as it is. Refused for the home folder, a bare repository and a person git
 * does not know the name of.
 */
export async function initialiseRepository(
  path: string,
  commit: 'empty' | 'all',
): Promise<Result<{ path: string }, InitialiseCode>> {
  let folder: string
  try {
    folder = await realpath(path)
    await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EACCES' || code === 'EPERM'
      ? fail('permission-denied', 'This folder may not be read.', { paths: [path] })
      : fail('not-found', 'There is no such folder.', { paths: [path] })
  }
  if (folder === (await realpath(homedir()).catch(() => homedir())) || folder === dirname(folder))
    return fail('refused', 'Your whole home folder or disk is not made a repository. Choose the folder of one project.')
  const inside = await runGit({ cwd: folder, args: ['rev-parse', '--is-bare-repository', '--is-inside-work-tree'] })
  if (!inside.ok) {
    if (inside.error.code !== 'not-a-repository') return narrow(inside.error)
    const made = await runGit({ cwd: folder, args: ['init', '--quiet', '--initial-branch=main'] })
    if (!made.ok) return narrow(made.error)
  } else if (inside.value.text() !== 'false\ntrue\n')
    return fail('refused', 'This is a bare repository or the inside of one; it has no files to commit.')
  const any = await runGit({ cwd: folder, args: ['rev-list', '--all', '--max-count=1'] })
  if (!any.ok) return narrow(any.error)
  if (any.value.text().trim() !== '') return succeed({ path: folder })
  const known = await runGit({ cwd: folder, args: ['var', 'GIT_COMMITTER_IDENT'] })
  if (!known.ok)
    return fail(
      'refused',
      'git does not know your name yet. Run: git config --global user.name "Your Name" and git config --global user.email "you@example.com"',
      { detail: known.error.detail },
    )
  const done = commit === 'all' ? await commitAll(folder) : await commitNothing(folder)
  return done.ok ? succeed({ path: folder }) : done
}

const firstMessage = 'Initial commit'

async function commitAll(cwd: string): Promise<Result<null, InitialiseCode>> {
  const added = await runGit({ cwd, args: ['add', '--all'] })
  if (!added.ok) return narrow(added.error)
  const made = await runGit({ cwd, args: ['commit', '--quiet', '--allow-empty', '-m', firstMessage] })
  if (made.ok) return succeed(null)
  const hooks = await runGit({ cwd, args: ['hook', 'run', '--ignore-missing', 'pre-commit'] })
  if (!hooks.ok)
    return fail('hook-failed', 'A hook of this repository refused the commit.', { detail: made.error.detail })
  return narrow(made.error)
}

/** Without the index, in which the person may have begun to gather something. */
async function commitNothing(cwd: string): Promise<Result<null, InitialiseCode>> {
  const tree = await runGit({ cwd, args: ['mktree'] })
  if (!tree.ok) return narrow(tree.error)
  const made = await runGit({ cwd, args: ['commit-tree', tree.value.text().trim(), '-m', firstMessage] })
  if (!made.ok) return narrow(made.error)
  const id = made.value.text().trim()
  const set = await runGit({ cwd, args: ['update-ref', '-m', 'commit (initial)', 'HEAD', id, '0'.repeat(id.length)] })
  return set.ok ? succeed(null) : narrow(set.error)
}

function narrow(error: Failure<GitCode>): Result<never, InitialiseCode> {
  const { code, message, detail } = error
  if (code === 'git-missing' || code === 'permission-denied' || code === 'not-found')
    return fail(code, message, { detail })
  return fail('git-failed', message, { detail })
}
