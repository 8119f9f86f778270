/** A repository with a session's worktree beside it, as a landing finds them. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LandRequest } from '../../main/landing/land.ts'
import { snapshotTree, type Snapshot } from '../../main/git/snapshot.ts'
import { gitIn, makeRepository, type TestRepository } from './git-repository.ts'

const made: TestRepository[] = []
/** For `afterEach`. */
export async function removeSettings(): Promise<void> {
  for (const repo of made.splice(0)) await repo.remove()
}

export interface LandingSetting {
  repo: TestRepository
  /** The session's worktree, on the branch `work 工作`-like name given. */
  tree: string
  branch: string
  write(path: string, text: string): Promise<void>
  git(...args: string[]): Promise<string>
  snap(): Promise<Snapshot>
  approve(more?: Partial<LandRequest>): Promise<LandRequest>
  state(): Promise<unknown>
}

/** Makes them; `name` is the session's branch. */
export async function landingSetting(
  files: Record<string, string> = { 'a.txt': '1\n2\n3\n', 'b.txt': 'b\n', 'c.txt': 'c\n' },
  name = 'work/工作',
): Promise<LandingSetting> {
  const repo = await makeRepository({ files })
  made.push(repo)
  const tree = repo.beside('work tree 树')
  await repo.git('worktree', 'add', '-q', '-b', name, tree)
  const indexFile = repo.beside('private.index')
  const git = (...args: string[]): Promise<string> => gitIn(tree, args)
  const snap = async (): Promise<Snapshot> => {
    const taken = await snapshotTree({ worktree: tree, indexFile })
    if (!taken.ok) throw new Error(taken.error.message)
    return taken.value
  }
  return {
    repo,
    tree,
    branch: `refs/heads/${name}`,
    write: async (path, text) => {
      await mkdir(join(tree, path, '..'), { recursive: true })
      await writeFile(join(tree, path), text)
    },
    git,
    snap,
    approve: async (more) => ({
      repositoryPath: repo.path,
      worktree: tree,
      branch: `refs/heads/${name}`,
      baseRef: 'refs/heads/main',
      approvedTree: (await snap()).tree,
      snapshotIndexFile: indexFile,
      method: 'ff',
      message: 'Do the work\n\n做完了。',
      ...more,
    }),
    state: async () => [
      await repo.git('for-each-ref'),
      await git('status', '--porcelain=v2', '-z'),
      await git('diff'),
      await git('diff', '--cached'),
      await repo.git('status', '--porcelain=v2', '-z'),
      await repo.git('diff'),
      await repo.git('diff', '--cached'),
      await repo.git('worktree', 'list', '--porcelain'),
    ],
  }
}

/** Writes an executable hook of `sh`. */
export async function writeHook(repo: TestRepository, name: string, body: string): Promise<void> {
  const path = join(repo.path, '.git/hooks', name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, `#!/bin/sh\n${body}\n`)
  await chmod(path, 0o755)
}
