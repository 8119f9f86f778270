/**
 * Commits of a worktree's HEAD, index and files under private refs, so that its work survives even the loss of its folder.
 * Made through a copy of the index; the worktree's own index and files are only read.
 */
import { copyFile, lstat, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { joinNames, onDisk } from '../git/names.ts'
import { runGit } from '../git/run.ts'
import type { StatusEntry } from '../git/status.ts'

/** Larger untracked files are left to the folder itself: copying a data set into git's objects helps nobody. */
const largestFileBytes = 50 << 20
const mostBytes = 500 << 20

const identity = {
  GIT_AUTHOR_NAME: 'Quarterdeck',
  GIT_AUTHOR_EMAIL: 'quarterdeck@localhost',
  GIT_COMMITTER_NAME: 'Quarterdeck',
  GIT_COMMITTER_EMAIL: 'quarterdeck@localhost',
}

/** Writes `<refs>/head`, `<refs>/index` and `<refs>/files`. Only the first must succeed; the others are left out where git cannot make them (conflicts, a broken filter). */
export async function snapshotWorktree(want: {
  worktree: string
  gitDir: string
  head: string
  /** Prefix of the refs, without a slash at its end. */
  refs: string
  status: readonly StatusEntry[]
}): Promise<Result<null, GitCode>> {
  const { worktree, head, refs } = want
  if (head !== '') {
    const kept = await runGit({ cwd: worktree, args: ['update-ref', `${refs}/head`, head] })
    if (!kept.ok) return kept
  }
  const scratch = await mkdtemp(join(tmpdir(), 'quarterdeck-index-'))
  const env = { ...identity, GIT_INDEX_FILE: join(scratch, 'index') }
  try {
    await copyFile(join(want.gitDir, 'index'), env.GIT_INDEX_FILE).catch(() => {}) // No index: an empty one.
    const parents = head === '' ? [] : [head]
    const index = await commitIndex(worktree, env, 'index', parents)
    if (index !== null) {
      parents.push(index)
      await runGit({ cwd: worktree, args: ['update-ref', `${refs}/index`, index] })
    }
    const full = await addFiles(worktree, env, want.status)
    if (!full.ok) return full.error.code === 'disk-full' ? full : succeed(null)
    const files = await commitIndex(worktree, env, 'files', parents)
    if (files !== null) await runGit({ cwd: worktree, args: ['update-ref', `${refs}/files`, files] })
    return succeed(null)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function addFiles(
  cwd: string,
  env: Record<string, string>,
  status: readonly StatusEntry[],
): Promise<Result<null, GitCode>> {
  const config = ['-c', 'core.splitIndex=false', '-c', 'core.safecrlf=false', '-c', 'advice.addEmbeddedRepo=false']
  const tracked = await runGit({
    cwd,
    args: [...config, 'add', '--update', '--ignore-errors', '--', '.'],
    env,
    okCodes: [1],
  })
  if (!tracked.ok) return tracked
  let bytes = 0
  const names = []
  for (const entry of status) {
    if (entry.kind !== 'untracked' || entry.embedded) continue
    const stat = await lstat(onDisk(cwd, entry.name)).catch(() => null)
    if (stat === null || stat.size > largestFileBytes || bytes + stat.size > mostBytes) continue
    bytes += stat.size
    names.push(entry.name)
  }
  if (names.length === 0) return succeed(null)
  const untracked = await runGit({
    cwd,
    args: [...config, 'add', '--sparse', '--ignore-errors', '--pathspec-from-file=-', '--pathspec-file-nul'],
    env,
    input: joinNames(names),
    okCodes: [1],
  })
  return untracked.ok ? succeed(null) : untracked
}

async function commitIndex(
  cwd: string,
  env: Record<string, string>,
  message: string,
  parents: readonly string[],
): Promise<string | null> {
  const tree = await runGit({ cwd, args: ['write-tree'], env, okCodes: [128] })
  if (!tree.ok || tree.value.exitCode !== 0) return null
  const commit = await runGit({
    cwd,
    args: ['commit-tree', tree.value.text().trim(), ...parents.flatMap((parent) => ['-p', parent]), '-m', message],
    env,
  })
  return commit.ok ? commit.value.text().trim() : null
}

/** Writes the files of a snapshot into an empty worktree folder; its index is left as it is. */
export async function restoreFiles(worktree: string, commit: string): Promise<Result<null, GitCode>> {
  const scratch = await mkdtemp(join(tmpdir(), 'quarterdeck-index-'))
  const env = { GIT_INDEX_FILE: join(scratch, 'index') }
  try {
    const read = await runGit({ cwd: worktree, args: ['read-tree', commit], env })
    if (!read.ok) return read
    const written = await runGit({ cwd: worktree, args: ['checkout-index', '--all', '--force'], env })
    return written.ok ? succeed(null) : written
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
