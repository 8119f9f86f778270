/** Lands an approved tree on its base: checked first, committed second, the base moved last and only from where it was. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { Landed, LandMethod } from '@contract/session.ts'
import type { GitCode } from '../git/errors.ts'
import { repositoryLock, worktreeLock } from '../git/locks.ts'
import { decodeName } from '../git/names.ts'
import { gitDirs, operationInProgress, resolveRef, treeOf } from '../git/refs.ts'
import { forHooks, runGit } from '../git/run.ts'
import { snapshotTree, type Snapshot } from '../git/snapshot.ts'
import { pathsBetween, shortName, type Base } from './base.ts'
import { commitTree, type Committed } from './commit.ts'
import { landingNote } from './landed-before.ts'
import { forecast, messageFor, type Forecast } from './preview.ts'

export type LandCode =
  | GitCode
  | 'tree-changed'
  | 'nothing-to-land'
  | 'no-commit'
  | 'conflicts'
  | 'not-fast-forward'
  | 'base-dirty'
  | 'in-use'
  | 'operation-in-progress'
  | 'hook-failed'

export interface LandRequest {
  /** Any worktree of the repository. */
  repositoryPath: string
  worktree: string
  /** Full ref of the session's branch; null when its HEAD is detached. */
  branch: string | null
  /** Full ref of a local branch. */
  baseRef: string
  /** The tree that the person approved. */
  approvedTree: string
  /** The private index of the worktree's snapshots. */
  snapshotIndexFile: string
  method: LandMethod
  /** Of the commit of what is uncommitted, and of a squash; the body of a merge commit. */
  message: string
  /** For the message that is proposed where `message` is empty. */
  title?: string
  prompt?: string
  signal?: AbortSignal
}

/**
 * Lands it, or fails with base, branch, index and files as they were. Where the work was made on the base itself, it is
 * committed there and `method` does not matter. One landing at a time per repository.
 */
export async function land(request: LandRequest): Promise<Result<Landed, LandCode>> {
  const dirs = await gitDirs(request.worktree)
  if (!dirs.ok) return dirs
  const { commonDir, gitDir } = dirs.value
  return repositoryLock.run(commonDir, () => worktreeLock.run(request.worktree, () => landNow(request, gitDir)))
}

async function landNow(asked: LandRequest, gitDir: string): Promise<Result<Landed, LandCode>> {
  const request = { ...asked }
  const { worktree, repositoryPath } = request
  const operation = await operationInProgress(gitDir)
  if (operation) return fail('operation-in-progress', `A ${operation} is in progress in this worktree. End it first.`)
  const free = await checkUnlocked(gitDir, 'in this worktree')
  if (!free.ok) return free
  const taken = await snapshotTree({
    worktree,
    indexFile: request.snapshotIndexFile,
    signal: request.signal,
    urgent: true,
  })
  if (!taken.ok) return taken
  const snapshot = taken.value
  const same = await checkApproved(request, snapshot)
  if (!same.ok) return same
  const found = await forecast({ ...request, state: snapshot })
  if (!found.ok) return found
  const clear = await checkBase(request.method, found.value)
  if (!clear.ok) return clear
  if (request.message.trim() === '') {
    const { title = '', prompt = '' } = request
    const message = await messageFor({ worktree, title, prompt }, found.value, snapshot.tree)
    if (!message.ok) return message
    request.message = message.value
  }
  if (request.signal?.aborted) return fail('cancelled', 'Cancelled.')

  const committed = found.value.committed ? null : await commitUncommitted(request, gitDir, snapshot, found.value)
  if (committed && !committed.ok) return committed
  const head = committed?.value.commit ?? found.value.head
  const moved = found.value.inPlace ? succeed(head) : await moveBase(request, found.value, head)
  if (!moved.ok) return takeBack(committed?.value ?? null, moved)
  await committed?.value.keep()
  const tree = await treeOf(repositoryPath, moved.value)
  if (!tree.ok) return tree
  return succeed({
    base: request.baseRef,
    commit: moved.value,
    tree: tree.value,
    method: found.value.inPlace ? 'ff' : request.method,
    at: new Date().toISOString(),
  })
}

async function checkApproved(request: LandRequest, snapshot: Snapshot): Promise<Result<null, LandCode>> {
  if (snapshot.unmerged.length > 0) {
    return fail('conflicts', 'This worktree has unresolved conflicts.', { paths: snapshot.unmerged })
  }
  if (snapshot.headRef !== request.branch) {
    const now = snapshot.headRef === null ? 'no branch' : shortName(snapshot.headRef)
    return fail('tree-changed', `The worktree has been switched to ${now} since. Look at it and approve it again.`)
  }
  if (snapshot.tree === request.approvedTree) return succeed(null)
  const paths = await pathsBetween(request.worktree, request.approvedTree, snapshot.tree)
  return fail('tree-changed', 'Files changed after they were approved. Look at them and approve again.', {
    paths: paths.ok ? paths.value.map(({ name }) => decodeName(name)) : [],
  })
}

async function checkBase(method: LandMethod, facts: Forecast): Promise<Result<null, LandCode>> {
  if (facts.inPlace) return succeed(null)
  const { base } = facts
  const name = shortName(base.ref)
  if (base.operation) {
    const where = base.worktree ?? 'another worktree'
    return fail('operation-in-progress', `A ${base.operation} of ${name} is in progress in ${where}. End it first.`)
  }
  if (base.missing) {
    return fail('in-use', `${name} is checked out in ${base.worktree}, which cannot be reached.`, {
      paths: base.worktree === null ? [] : [base.worktree],
    })
  }
  if (method === 'ff' && facts.behind > 0) return movedOn(name, `${name} has commits that this branch lacks.`)
  if (facts.conflicts.length > 0) {
    return fail('conflicts', `This conflicts with ${name}. Nothing was changed.`, {
      paths: facts.conflicts.map((conflict) => conflict.path),
    })
  }
  if (facts.baseDirty.length > 0) return dirty(base, facts.baseDirty)
  if (base.worktree !== null) {
    const dirs = await gitDirs(base.worktree)
    return dirs.ok ? checkUnlocked(dirs.value.gitDir, `where ${name} is checked out`) : dirs
  }
  return succeed(null)
}

/** Asked before anything is begun; git's own lock decides in the end. */
async function checkUnlocked(gitDir: string, where: string): Promise<Result<null, LandCode>> {
  const lock = join(gitDir, 'index.lock')
  if (!(await stat(lock).catch(() => null))) return succeed(null)
  return fail('git-locked', `Another git is at work ${where}, or left a lock behind.`, { paths: [lock] })
}

function movedOn(name: string, why: string): Result<never, LandCode> {
  return fail('not-fast-forward', `${why} Nothing was changed. Look again, then merge or squash into ${name}.`)
}

function dirty(base: Base, paths: string[]): Result<never, LandCode> {
  const where = `where ${shortName(base.ref)} is checked out`
  return fail('base-dirty', `Uncommitted changes ${where} would be overwritten. Commit or move them first.`, { paths })
}

function commitUncommitted(
  request: LandRequest,
  gitDir: string,
  snapshot: Snapshot,
  facts: Forecast,
): Promise<Result<Committed, LandCode>> {
  return commitTree({
    worktree: request.worktree,
    gitDir,
    head: facts.head,
    tree: request.approvedTree,
    leftOut: snapshot.leftOut.map(({ path }) => path),
    message: request.message,
    scratchFile: request.snapshotIndexFile,
    signal: request.signal,
  })
}

async function takeBack(
  committed: Committed | null,
  failed: { ok: false; error: { code: LandCode; message: string; paths?: string[]; detail?: string } },
): Promise<Result<never, LandCode>> {
  const undone = await committed?.undo()
  if (!undone || undone.ok) return failed
  const message = `${failed.error.message} The commit on the session's own branch stays: ${undone.error.message}`
  return { ok: false, error: { ...failed.error, message } }
}

/** Makes the commit that the base gets and moves the base to it. The base is what it was on every failure. */
async function moveBase(request: LandRequest, facts: Forecast, head: string): Promise<Result<string, LandCode>> {
  const { repositoryPath } = request
  const made = request.method === 'ff' ? succeed(head) : await makeCommit(request, facts, head)
  if (!made.ok) return made
  const commit = made.value
  const moved =
    facts.base.worktree === null
      ? await updateRef(repositoryPath, facts.base, commit, landingNote(head))
      : await fastForward(facts.base, facts.base.worktree, commit, landingNote(head))
  const now = await resolveRef(repositoryPath, facts.base.ref, { urgent: true })
  if (!now.ok) return now
  if (now.value === commit) {
    const tree = await treeOf(repositoryPath, commit)
    if (!tree.ok) return tree
    if (tree.value === facts.tree) return succeed(commit)
    return fail('git-failed', `${shortName(facts.base.ref)} does not hold the files that were foreseen.`)
  }
  if (now.value !== facts.base.commit) {
    const name = shortName(facts.base.ref)
    return movedOn(name, `${name} was moved by somebody else in this moment.`)
  }
  if (moved.ok) return fail('git-failed', `git said that it moved ${shortName(facts.base.ref)}, but it did not.`)
  return moved
}

async function makeCommit(request: LandRequest, facts: Forecast, head: string): Promise<Result<string, LandCode>> {
  const { repositoryPath, method } = request
  const signs = await runGit({
    cwd: repositoryPath,
    args: ['config', '--type=bool', '--get', 'commit.gpgSign'],
    okCodes: [1],
  })
  if (!signs.ok) return signs
  const source = request.branch === null ? `commit '${head.slice(0, 12)}'` : `branch '${shortName(request.branch)}'`
  const message = request.message.trim()
  const text = method === 'merge' ? `Merge ${source}\n\n${message}` : message
  const result = await runGit({
    cwd: repositoryPath,
    args: [
      'commit-tree',
      facts.tree,
      ...(signs.value.text().trim() === 'true' ? ['-S'] : []),
      ...['-p', facts.base.commit],
      ...(method === 'merge' ? ['-p', head] : []),
      ...['-F', '-'],
    ],
    env: forHooks,
    input: `${text}\n`,
    signal: request.signal,
    urgent: true,
  })
  return result.ok ? succeed(result.value.text().trim()) : result
}

/** Only from the commit that the forecast was made with. */
async function updateRef(folder: string, base: Base, commit: string, note: string): Promise<Result<null, LandCode>> {
  const result = await runGit({
    cwd: folder,
    args: ['update-ref', '-m', note, base.ref, commit, base.commit],
    env: forHooks,
    urgent: true,
  })
  return result.ok ? succeed(null) : result
}

/** git's own fast-forward keeps every uncommitted change there, or refuses before it touches anything. */
async function fastForward(
  base: Base,
  worktree: string,
  commit: string,
  note: string,
): Promise<Result<null, LandCode>> {
  const head = await runGit({ cwd: worktree, args: ['symbolic-ref', '-q', 'HEAD'], okCodes: [1], urgent: true })
  if (!head.ok) return head
  if (head.value.text().trim() !== base.ref) {
    return fail('in-use', `${worktree} has been switched to another branch in this moment. Nothing was changed.`)
  }
  const result = await runGit({
    cwd: worktree,
    args: ['merge', '--ff-only', '--no-overwrite-ignore', '--no-autostash', '--quiet', '--no-stat', commit],
    env: { ...forHooks, GIT_REFLOG_ACTION: note },
    urgent: true,
  })
  if (result.ok) return succeed(null)
  const said = result.error.detail ?? ''
  if (/would be overwritten|would be removed|would lose untracked files|not uptodate/.test(said)) {
    const paths = said.split('\n').flatMap((line) => (line.startsWith('\t') ? [line.trim()] : []))
    return dirty(base, paths)
  }
  return checkOutAgain(base, worktree, commit, result)
}

/**
 * `git merge` writes the files first and the ref last, so a ref that is locked leaves the new files behind. The way back
 * is the same two-way step the other way round: it keeps uncommitted changes and does nothing where nothing was written.
 */
async function checkOutAgain(
  base: Base,
  worktree: string,
  commit: string,
  failed: { ok: false; error: { code: GitCode; message: string; detail?: string } },
): Promise<Result<null, LandCode>> {
  const now = await resolveRef(worktree, base.ref, { urgent: true })
  if (!now.ok || now.value !== base.commit) return failed
  const back = await runGit({
    cwd: worktree,
    args: ['read-tree', '-m', '-u', commit, base.commit],
    env: forHooks,
    urgent: true,
  })
  if (back.ok) return failed
  const message = `${failed.error.message} The files in ${worktree} may be those of ${commit}: look there first.`
  return { ok: false, error: { ...failed.error, message, detail: `${failed.error.detail}\n${back.error.detail}` } }
}
