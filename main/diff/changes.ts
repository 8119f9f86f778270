/** Which files a worktree changed, counted, in one scope. */
import type { ChangedFile, ChangeList, DiffScope } from '@contract/diff.ts'
import { succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { decodeName } from '../git/names.ts'
import { mergeBase, resolveRef } from '../git/refs.ts'
import { runGit } from '../git/run.ts'
import { findGenerated } from './generated.ts'
import { parseRaw, submoduleMode, type RawChange } from './raw.ts'
import type { Snapshot } from '../git/snapshot.ts'

/** How git is asked to compare two trees, wherever this program does: plain, renames found, nobody's own diff programs. */
export const compareArgs = ['-r', '-M', '-l1000', '--no-ext-diff', '--no-textconv', '--ignore-submodules=dirty']

const emptyTrees: Record<number, string> = {
  40: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  64: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
}

/** The tree without files, in the hash that `like` is written in. git knows it without having stored it. */
export function emptyTree(like: string): string {
  return emptyTrees[like.length] ?? emptyTrees[40] ?? ''
}

/**
 * The changes of `snapshot` against HEAD (`uncommitted`) or against the merge-base of HEAD and `baseRef` (`branch`).
 * Without a commit, or without common history, everything is new. `bad-ref` where the base has vanished.
 */
export async function listChanges(request: {
  worktree: string
  snapshot: Snapshot
  scope: DiffScope
  /** Full ref of the branch that the work is meant for. */
  baseRef: string
  signal?: AbortSignal
  urgent?: boolean
}): Promise<Result<ChangeList, GitCode>> {
  const { worktree, snapshot, scope } = request
  const base = await findBase(request)
  if (!base.ok) return base
  const compared = await runGit({
    cwd: worktree,
    args: ['diff-tree', ...compareArgs, '-z', '--raw', '--numstat', '--no-abbrev', base.value, snapshot.tree, '--'],
    signal: request.signal,
    urgent: request.urgent,
    maxBytes: 1024 * 1024 * 1024,
  })
  if (!compared.ok) return compared
  const raw = parseRaw(compared.value.stdout)
  const generated = await findGenerated(
    worktree,
    raw.map((change) => change.name),
    request.signal,
  )
  const untracked = new Set(snapshot.untracked)
  const unmerged = new Set(snapshot.unmerged)
  const files = raw.map((change) => toChangedFile(change, untracked, unmerged, generated.has(change.name)))
  return succeed({
    scope,
    tree: snapshot.tree,
    base: base.value,
    baseRef: scope === 'branch' ? request.baseRef : snapshot.headRef,
    files,
    added: files.reduce((sum, file) => sum + file.added, 0),
    removed: files.reduce((sum, file) => sum + file.removed, 0),
    leftOut: snapshot.leftOut,
    unmerged: snapshot.unmerged,
  })
}

async function findBase(request: {
  worktree: string
  snapshot: Snapshot
  scope: DiffScope
  baseRef: string
  signal?: AbortSignal
  urgent?: boolean
}): Promise<Result<string, GitCode>> {
  const { worktree, snapshot, scope, signal, urgent } = request
  if (snapshot.head === null) return succeed(emptyTree(snapshot.tree))
  if (scope === 'uncommitted') return succeed(snapshot.head)
  const base = await resolveRef(worktree, request.baseRef, { signal, urgent })
  if (!base.ok) return base
  const common = await mergeBase(worktree, snapshot.head, base.value, { signal, urgent })
  return common.ok ? succeed(common.value ?? emptyTree(snapshot.tree)) : common
}

function toChangedFile(
  change: RawChange,
  untracked: Set<string>,
  unmerged: Set<string>,
  generated: boolean,
): ChangedFile {
  const path = decodeName(change.name)
  const submodule = change.oldMode === submoduleMode || change.newMode === submoduleMode
  return {
    path,
    oldPath: change.oldName === null ? null : decodeName(change.oldName),
    status: unmerged.has(path) ? 'unmerged' : change.status,
    // git counts a submodule's commit as one line: nobody wrote it.
    added: submodule ? 0 : (change.added ?? 0),
    removed: submodule ? 0 : (change.removed ?? 0),
    binary: change.added === null && !submodule,
    oldMode: change.oldMode,
    newMode: change.newMode,
    oldId: change.oldId,
    newId: change.newId,
    submodule,
    untracked: untracked.has(path),
    generated,
  }
}
