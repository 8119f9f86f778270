import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Client } from '@contract/client.ts'
import type { Repository } from '@contract/repository.ts'
import type { Session } from '@contract/session.ts'
import type { TrashEntry } from '@contract/worktree.ts'
import { firstEvent } from './connection.ts'
import { shortRef, stop, valueOf } from './outcome.ts'

/** The one entry whose id begins with what was typed. */
function pick<T extends { id: string }>(entries: readonly T[], typed: string, what: string): T {
  const exact = entries.find((entry) => entry.id === typed)
  if (exact) return exact
  const found = typed === '' ? [] : entries.filter((entry) => entry.id.startsWith(typed))
  if (found.length > 1) {
    return stop(
      'bad-request',
      `${typed} is short for ${found.length} ${what}s: ${found.map((one) => one.id).join(', ')}.`,
    )
  }
  return found[0] ?? stop('not-found', `There is no ${what} ${typed}.`)
}

/** Every session, put away ones included on wish. */
export async function listSessions(client: Client, archived: boolean): Promise<Session[]> {
  const event = await firstEvent(client, 'session.list', { archived })
  return event.kind === 'all' ? event.sessions : []
}

export async function findSession(client: Client, typed: string): Promise<Session> {
  return pick(await listSessions(client, true), typed, 'session')
}

export async function findSessions(client: Client, typed: readonly string[]): Promise<Session[]> {
  const all = await listSessions(client, true)
  return typed.map((one) => pick(all, one, 'session'))
}

export async function findTrash(client: Client, typed: string): Promise<TrashEntry> {
  const { entries } = await firstEvent(client, 'worktree.trash', {})
  return pick(entries, typed, 'entry in the trash')
}

/** Opens the repository at a path (any folder inside it), as typed relative to where the person is. */
export async function openRepository(client: Client, path: string, cwd: string): Promise<Repository> {
  return valueOf(await client.call('repository.open', { path: resolve(cwd, path) })).repository
}

/** The full name of a branch that was typed by its short one; full names pass as they are. */
export async function findBranch(client: Client, repository: Repository, typed: string): Promise<string> {
  if (typed.startsWith('refs/')) return typed
  const { branches } = valueOf(await client.call('repository.branches', { repository: repository.id }))
  const local = branches.find((branch) => !branch.remote && branch.name === typed)
  const found = local ?? branches.find((branch) => branch.name === typed)
  return found?.ref ?? stop('bad-ref', `There is no branch ${typed} in ${repository.path}.`)
}

/** The path as git and the deck name it: absolute, links followed where it exists. */
export async function worktreePathOf(path: string, cwd: string): Promise<string> {
  const absolute = resolve(cwd, path)
  return realpath(absolute).catch(() => absolute)
}

/** The known repository that a worktree belongs to; one that is not known yet is opened. */
export async function repositoryOfWorktree(client: Client, path: string): Promise<Repository> {
  const { repositories } = await firstEvent(client, 'repository.list', {})
  for (const repository of repositories.filter((one) => one.available)) {
    const { worktrees } = await firstEvent(client, 'worktree.list', { repository: repository.id })
    if (worktrees.some((worktree) => worktree.path === path)) return repository
  }
  const opened = await client.call('repository.open', { path })
  if (opened.ok) return opened.value.repository
  return stop('not-found', `${path} is no worktree of a repository that this deck knows.`)
}

/** A session as the command line tells it. Stable: keys may be added, never renamed or removed. */
export function sessionJson(session: Session): Record<string, unknown> {
  return {
    id: session.id,
    title: session.title,
    agent: session.agent,
    state: session.state,
    reason: session.reason.text,
    since: session.since,
    repository: session.repositoryPath,
    worktree: session.worktree,
    branch: shortRef(session.branch),
    base: shortRef(session.base),
    pid: session.pid,
    changed: session.changed,
    command: session.command,
    createdAt: session.createdAt,
    activeAt: session.activeAt,
    head: session.head,
    ahead: session.ahead,
    behind: session.behind,
    tree: session.tree,
    approved: session.approval,
    landed: session.landed ? { ...session.landed, base: shortRef(session.landed.base) } : null,
    portBlock: session.portBlock,
    canResume: session.canResume,
    archivedAt: session.archivedAt,
    problem: session.problem,
    stages: session.stages.map(({ kind, state }) => ({ kind, state })),
    pendingScript: session.pendingScript,
  }
}

export function repositoryJson(repository: Repository): Record<string, unknown> {
  return {
    id: repository.id,
    path: repository.path,
    name: repository.name,
    base: shortRef(repository.base),
    available: repository.available,
  }
}
