import { succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { runGit } from '../git/run.ts'
import { compareArgs } from './changes.ts'

/** The changes from `base` to `tree` as a patch that `git apply` takes: renames, modes, binary files and all. Bytes, since files are. */
export async function makePatch(request: {
  worktree: string
  base: string
  tree: string
  signal?: AbortSignal
}): Promise<Result<Buffer, GitCode>> {
  const result = await runGit({
    cwd: request.worktree,
    args: [
      'diff-tree',
      ...compareArgs,
      ...['--patch', '--binary', '--full-index', '--no-color', '--submodule=short', '--unified=3'],
      ...['--src-prefix=a/', '--dst-prefix=b/'],
      request.base,
      request.tree,
      '--',
    ],
    signal: request.signal,
    maxBytes: 1024 * 1024 * 1024,
  })
  return result.ok ? succeed(result.value.stdout) : result
}
