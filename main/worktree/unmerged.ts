/** Which commits would be in no branch, remote branch or tag any more, and whose content is not in the base either. */
import { join } from 'node:path'
import { succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { mergeBase } from '../git/refs.ts'
import { runGit } from '../git/run.ts'
import { readGitDir } from './locate.ts'
import { readSubmodules } from './submodules.ts'

export interface LooseCommits {
  /** `abc1234 subject`, the newest first, at most 200. */
  items: string[]
  count: number
}

const shown = 200
/** Beyond this many commits on the base since they parted, looking for a squash among them costs more than it tells. */
const searchedCommits = 2000

/** Commits of `head` that only `branch` (short name, about to go; null: detached) keeps alive, less those merged by content. */
export async function findLooseCommits(want: {
  repositoryPath: string
  head: string
  branch: string | null
  base: string | null
}): Promise<Result<LooseCommits, GitCode>> {
  const cwd = want.repositoryPath
  const except = want.branch === null ? [] : [`--exclude=${want.branch}`]
  const range = [want.head, '--not', ...except, '--branches', '--remotes', '--tags']
  const listed = await runGit({ cwd, args: ['rev-list', ...range] })
  if (!listed.ok) return listed
  let loose = listed.value.text().split('\n').filter(Boolean)
  for (const target of loose.length > 0 ? await findTargets(cwd, want.base) : []) {
    const merged = await isMergedByContent(cwd, target, want.head)
    if (!merged.ok) return merged
    if (merged.value) return succeed({ items: [], count: 0 })
    const unlike = await runGit({
      cwd,
      args: ['rev-list', '--right-only', '--cherry-pick', `${target}...${want.head}`],
    })
    if (!unlike.ok) return unlike
    const left = new Set(unlike.value.text().split('\n'))
    loose = loose.filter((commit) => left.has(commit))
  }
  const items = await describe(cwd, loose.slice(0, shown))
  return items.ok ? succeed({ items: items.value, count: loose.length }) : items
}

/** Commits made inside submodules of a worktree that their remotes do not have; they live in the worktree's own git folder. */
export async function findLooseSubmoduleCommits(worktree: string, base: string | null): Promise<LooseCommits> {
  const all: LooseCommits = { items: [], count: 0 }
  for (const { path } of await readSubmodules(worktree)) {
    const folder = join(worktree, path)
    if ((await readGitDir(folder)) === null) continue
    const recorded =
      base === null
        ? null
        : await runGit({ cwd: worktree, args: ['rev-parse', '--verify', '--quiet', `${base}:${path}`] })
    const known = recorded?.ok ? [recorded.value.text().trim()] : []
    const listed = await runGit({
      cwd: folder,
      args: ['log', '--format=%h %s', '-z', 'HEAD', '--branches', '--not', '--remotes', '--ignore-missing', ...known],
    })
    if (!listed.ok) continue
    const commits = listed.value.fields()
    all.items.push(...commits.slice(0, shown).map((commit) => `${path}: ${commit}`))
    all.count += commits.length
  }
  all.items.splice(shown)
  return all
}

/** The base, and what it follows: a squash merged on the server may not have reached the local base yet. */
async function findTargets(cwd: string, base: string | null): Promise<string[]> {
  if (base === null) return []
  const found = new Set<string>()
  for (const ref of [base, `${base}@{upstream}`, 'refs/remotes/origin/HEAD']) {
    const commit = await runGit({
      cwd,
      args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
      okCodes: [1, 128],
    })
    const id = commit.ok ? commit.value.text().trim() : ''
    if (id !== '') found.add(id)
  }
  return [...found]
}

/** Whether everything `head` changed since it left `target` is in `target`: merging would add nothing, or one commit there has the same patch. */
export async function isMergedByContent(cwd: string, target: string, head: string): Promise<Result<boolean, GitCode>> {
  const parted = await mergeBase(cwd, target, head)
  if (!parted.ok) return parted
  if (parted.value === null) return succeed(false)
  const trees = await runGit({
    cwd,
    args: ['rev-parse', `${target}^{tree}`, `${head}^{tree}`, `${parted.value}^{tree}`],
  })
  if (!trees.ok) return trees
  const [targetTree, headTree, partedTree] = trees.value.text().split('\n')
  // Work that was taken back again changes nothing on the whole, yet it is in no other place.
  if (headTree === partedTree) return succeed(false)
  const merged = await runGit({
    cwd,
    args: ['merge-tree', '--write-tree', '--no-messages', target, head],
    okCodes: [1],
  })
  if (!merged.ok) return merged
  if (merged.value.exitCode === 0 && merged.value.text().trim() === targetTree) return succeed(true)
  return hasSquash(cwd, target, parted.value, headTree ?? '')
}

async function hasSquash(cwd: string, target: string, parted: string, tree: string): Promise<Result<boolean, GitCode>> {
  const since = await runGit({ cwd, args: ['rev-list', '--count', `${parted}..${target}`] })
  if (!since.ok) return since
  const commits = Number(since.value.text())
  if (commits === 0 || commits > searchedCommits) return succeed(false)
  const squashed = await runGit({
    cwd,
    args: ['commit-tree', tree, '-p', parted, '-m', 'squash'],
    env: {
      GIT_AUTHOR_NAME: 'Quarterdeck',
      GIT_AUTHOR_EMAIL: 'quarterdeck@localhost',
      GIT_COMMITTER_NAME: 'Quarterdeck',
      GIT_COMMITTER_EMAIL: 'quarterdeck@localhost',
    },
  })
  if (!squashed.ok) return squashed
  const cherry = await runGit({ cwd, args: ['cherry', target, squashed.value.text().trim()] })
  return cherry.ok ? succeed(cherry.value.text().startsWith('-')) : cherry
}

async function describe(cwd: string, commits: string[]): Promise<Result<string[], GitCode>> {
  if (commits.length === 0) return succeed([])
  const log = await runGit({
    cwd,
    args: ['log', '--no-walk=unsorted', '--stdin', '-z', '--format=%h %s'],
    input: `${commits.join('\n')}\n`,
  })
  return log.ok ? succeed(log.value.fields()) : log
}
