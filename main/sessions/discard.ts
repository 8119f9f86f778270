/** The end of a session: what runs is stopped, the teardown runs, the worktree goes to the trash with all that is in it. */
import { join } from 'node:path'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { TrashEntry } from '@contract/worktree.ts'
import { moveToTrash } from '../worktree/trash.ts'
import { folderExists, type SessionDeps, settingsOf } from './deps.ts'
import { hasWorktree, isReady, type SessionEntry } from './entry.ts'
import type { LiveDiffs } from './live-diffs.ts'
import { shellLine, type Terminals } from './terminals.ts'

export type DiscardCode = 'not-found' | 'in-use' | 'locked' | 'git-failed' | 'disk-full'

export interface DiscardParts {
  terminals: Terminals
  diffs: LiveDiffs
  stop(entry: SessionEntry): Promise<void>
}

/** Teardown that takes longer is stopped: a discard must come to an end. */
const teardownDeadlineMs = 60_000

/** Only a script that the person confirmed runs. Its failure is logged and stands in its terminal; it holds nothing up. */
async function runTeardown(deps: SessionDeps, terminals: Terminals, entry: SessionEntry): Promise<void> {
  const { log, pty } = deps
  if (entry.row.place !== 'own' || !isReady(entry) || !(await folderExists(entry.row.worktree))) return
  const wanted = await settingsOf(entry)
  if (wanted.teardown === null) return
  if (!deps.scripts.isConfirmed(entry.row.repository, wanted.teardown.hash)) {
    log.info('the teardown script is not confirmed and was not run', { session: entry.row.id })
    return
  }
  const started = await terminals.start(
    entry,
    { kind: 'teardown', title: 'Teardown', start: shellLine(wanted.teardown.command), program: null },
    entry.row,
  )
  if (!started.ok) {
    log.warn('the teardown script did not start', { session: entry.row.id })
    return
  }
  const { id } = started.value.terminal
  const timer = setTimeout(() => void pty.kill(id), teardownDeadlineMs)
  const end = await terminals.ended(entry, id)
  clearTimeout(timer)
  if (end.exitCode !== 0) log.warn('the teardown script failed', { session: entry.row.id, exitCode: end.exitCode })
}

/** An adopted worktree and the main checkout stay where they are. On a refusal the session stays, stopped. */
export async function discardSession(
  deps: SessionDeps,
  { terminals, diffs, stop }: DiscardParts,
  entry: SessionEntry,
): Promise<Result<{ trash: TrashEntry | null }, DiscardCode>> {
  await stop(entry)
  await runTeardown(deps, terminals, entry)
  await terminals.stopAll(entry)
  await diffs.stop(entry)
  const { row } = entry
  let trash: TrashEntry | null = null
  if (row.place === 'own' && hasWorktree(entry) && (await folderExists(row.worktree))) {
    const moved = await moveToTrash({
      repositoryPath: row.repositoryPath,
      path: row.worktree,
      trashFolder: join(deps.dataFolder, 'trash'),
      title: row.title,
      session: row.id,
      keepDays: deps.settings.value.trashDays,
      deleteBranch: row.start.kind === 'new-worktree',
    })
    if (!moved.ok) {
      diffs.start(entry)
      const { code, message, detail, paths } = moved.error
      const known = code === 'in-use' || code === 'locked' || code === 'disk-full' || code === 'not-found'
      return fail(known ? code : 'git-failed', message, { detail, paths })
    }
    trash = moved.value
  }
  deps.book.setRow(entry, { archivedAt: deps.now() })
  deps.worktreesChanged(row.repositoryPath)
  return succeed({ trash })
}
