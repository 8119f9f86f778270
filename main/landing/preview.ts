/** What landing would do, found out without changing anything but adding unreferenced objects. */
import type { LandingPreview } from '@contract/landing.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { LandMethod } from '@contract/session.ts'
import type { GitCode } from '../git/errors.ts'
import { forecastMerge, type MergeConflict } from '../git/merge-tree.ts'
import { decodeName } from '../git/names.ts'
import { aheadBehind, treeOf } from '../git/refs.ts'
import { runGit } from '../git/run.ts'
import { pathsBetween, pathsInTheWay, readBase, shortName, type Base } from './base.ts'
import { landedBefore } from './landed-before.ts'
import { proposeMessage } from './message.ts'

/** What of a snapshot matters here. */
export interface LandedState {
  tree: string
  head: string | null
  unmerged: readonly string[]
}

export interface Forecast {
  base: Base
  head: string
  /** HEAD already has the tree. */
  committed: boolean
  ahead: number
  behind: number
  /** The work lands in the folder where it was made: a commit is all. */
  inPlace: boolean
  /** The tree that the base would get; with conflicts it is no good. */
  tree: string
  conflicts: MergeConflict[]
  baseDirty: string[]
}

/** Facts that both the preview and the landing go by. `nothing-to-land` where the base has it all already. */
export async function forecast(request: {
  repositoryPath: string
  /** Full ref of the session's branch, null when detached. */
  branch: string | null
  baseRef: string
  state: LandedState
}): Promise<Result<Forecast, GitCode | 'nothing-to-land' | 'no-commit'>> {
  const { repositoryPath, state, branch } = request
  if (state.head === null) return fail('no-commit', 'There is no commit yet to build on.')
  const base = await readBase(repositoryPath, request.baseRef)
  if (!base.ok) return base
  const [headTree, baseTree, distance] = await Promise.all([
    treeOf(repositoryPath, state.head),
    treeOf(repositoryPath, base.value.commit),
    aheadBehind(repositoryPath, state.head, base.value.commit, { urgent: true }),
  ])
  if (!headTree.ok) return headTree
  if (!baseTree.ok) return baseTree
  if (!distance.ok) return distance
  const committed = headTree.value === state.tree
  const inPlace = branch === request.baseRef
  const nothing = fail('nothing-to-land', `${shortName(request.baseRef)} has all of this already.`)
  if (committed && distance.value.ahead === 0) return nothing
  const found: Forecast = {
    base: base.value,
    head: state.head,
    committed,
    ahead: distance.value.ahead,
    behind: distance.value.behind,
    inPlace,
    tree: state.tree,
    conflicts: [],
    baseDirty: [],
  }
  if (inPlace) return succeed(found)
  const commit = committed ? succeed(state.head) : await provisionalCommit(repositoryPath, state.tree, state.head)
  if (!commit.ok) return commit
  const ours =
    distance.value.behind > 0 ? await mergeSide(repositoryPath, base.value, baseTree.value, state.head) : null
  if (ours && !ours.ok) return ours
  const merged = await forecastMerge(repositoryPath, ours?.value ?? base.value.commit, commit.value)
  if (!merged.ok && merged.error.code === 'not-found') {
    return fail('bad-ref', `This branch and ${shortName(request.baseRef)} have no commit in common.`)
  }
  if (!merged.ok) return merged
  if (merged.value.conflicts.length === 0 && merged.value.tree === baseTree.value) return nothing
  found.tree = merged.value.tree
  found.conflicts = merged.value.conflicts
  if (base.value.worktree !== null && !base.value.missing && found.conflicts.length === 0) {
    const inTheWay = await pathsInTheWay(base.value.worktree, base.value.commit, found.tree)
    if (!inTheWay.ok) return inTheWay
    found.baseDirty = inTheWay.value
  }
  return succeed(found)
}

/**
 * The base's side of the merge. Where an earlier landing brought part of the branch by a squash, it stands on that part,
 * so that only what came after is merged.
 */
async function mergeSide(folder: string, base: Base, baseTree: string, head: string): Promise<Result<string, GitCode>> {
  const landed = await landedBefore(folder, base, head)
  if (!landed.ok) return landed
  return landed.value === null ? succeed(base.commit) : provisionalCommit(folder, baseTree, landed.value)
}

/** A commit on no ref, for git to merge with. */
async function provisionalCommit(folder: string, tree: string, parent: string): Promise<Result<string, GitCode>> {
  const someone = { name: 'Quarterdeck', email: 'forecast@quarterdeck.invalid' }
  const result = await runGit({
    cwd: folder,
    args: ['commit-tree', tree, '-p', parent, '-m', 'forecast'],
    env: {
      GIT_AUTHOR_NAME: someone.name,
      GIT_AUTHOR_EMAIL: someone.email,
      GIT_COMMITTER_NAME: someone.name,
      GIT_COMMITTER_EMAIL: someone.email,
      // The same state gives the same object: looking often does not fill the disk.
      GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z',
      GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z',
    },
    urgent: true,
  })
  return result.ok ? succeed(result.value.text().trim()) : result
}

/** The proposed message for landing `tree`. */
export async function messageFor(
  request: { worktree: string; title: string; prompt: string },
  facts: Forecast,
  tree: string,
): Promise<Result<string, GitCode>> {
  const changed = await pathsBetween(request.worktree, facts.committed ? facts.base.commit : facts.head, tree)
  if (!changed.ok) return changed
  const files = changed.value.map(({ name, status }) => ({ path: decodeName(name), status }))
  return succeed(proposeMessage({ title: request.title, prompt: request.prompt, files }))
}

/** What the page shows before a landing. */
export async function previewLanding(request: {
  repositoryPath: string
  worktree: string
  branch: string | null
  baseRef: string
  snapshot: LandedState
  prompt: string
  title: string
}): Promise<Result<LandingPreview, GitCode | 'nothing-to-land' | 'no-commit'>> {
  const found = await forecast({ ...request, state: request.snapshot })
  if (!found.ok) return found
  const facts = found.value
  const { tree } = request.snapshot
  const message = await messageFor(request, facts, tree)
  if (!message.ok) return message
  return succeed({
    base: request.baseRef,
    baseCommit: facts.base.commit,
    branch: request.branch,
    head: facts.head,
    tree,
    committed: facts.committed,
    ahead: facts.ahead,
    behind: facts.behind,
    methods: (['ff', 'merge', 'squash'] as const).map((method) => {
      const why = whyNot(method, facts, request.snapshot)
      return { method, possible: why === null, why }
    }),
    conflicts: facts.conflicts,
    baseWorktree: facts.base.worktree,
    baseDirty: facts.baseDirty,
    message: message.value,
  })
}

/** Plain English; null where the method can be used. */
function whyNot(method: LandMethod, facts: Forecast, state: LandedState): string | null {
  const base = shortName(facts.base.ref)
  if (state.unmerged.length > 0) return 'This worktree has unresolved conflicts.'
  if (facts.inPlace) return method === 'ff' ? null : `The work is on ${base} already: it is committed there.`
  if (facts.base.operation) return `A ${facts.base.operation} is in progress where ${base} is checked out.`
  if (facts.base.missing) return `The folder where ${base} is checked out cannot be reached.`
  if (method === 'ff' && facts.behind > 0) return `${base} has ${facts.behind} commits that this branch lacks.`
  if (facts.conflicts.length > 0) return `It conflicts with ${base} in ${facts.conflicts.length} files.`
  if (facts.baseDirty.length > 0) return `Uncommitted changes where ${base} is checked out are in the way.`
  return null
}
