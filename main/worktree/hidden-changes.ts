/** Changes that `git status` is told to overlook: files marked assume-unchanged or skip-worktree. */
import { copyFile, lstat, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runGit } from '../git/run.ts'

/** Paths of marked files whose content is not what the index says. A copy of the index is looked at. */
export async function findHiddenChanges(worktree: string, gitDir: string): Promise<string[]> {
  const listed = await runGit({ cwd: worktree, args: ['ls-files', '-v', '-z'] })
  if (!listed.ok) return []
  const marked: string[] = []
  for (const line of listed.value.fields()) {
    const mark = line[0] ?? ''
    if (mark !== 'S' && mark === mark.toUpperCase()) continue
    const path = line.slice(2)
    // Left out of a sparse checkout: not there, so not changed.
    if (
      await lstat(join(worktree, path)).then(
        () => true,
        () => false,
      )
    )
      marked.push(path)
  }
  if (marked.length === 0) return []
  const scratch = await mkdtemp(join(tmpdir(), 'quarterdeck-index-'))
  try {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') }
    await copyFile(join(gitDir, 'index'), env.GIT_INDEX_FILE)
    const input = `${marked.join('\0')}\0`
    for (const flag of ['--no-assume-unchanged', '--no-skip-worktree'])
      await runGit({ cwd: worktree, args: ['update-index', flag, '-z', '--stdin'], env, input })
    await runGit({ cwd: worktree, args: ['update-index', '-q', '--refresh'], env, okCodes: [1] })
    const diff = await runGit({ cwd: worktree, args: ['diff-files', '--name-only', '-z'], env })
    if (!diff.ok) return []
    const wanted = new Set(marked)
    return diff.value.fields().filter((path) => wanted.has(path))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
