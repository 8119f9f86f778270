import type { Client } from '@contract/client.ts'
import type { RepositoryId } from '@contract/ids.ts'
import { lossCodes, type TrashEntry, type Worktree } from '@contract/worktree.ts'
import { type Command, done, listOption, textOption } from './command.ts'
import { firstEvent, watchStream } from './connection.ts'
import { findTrash, openRepository, repositoryJson, repositoryOfWorktree, worktreePathOf } from './lookup.ts'
import { ago, shortRef, stop, table, valueOf } from './outcome.ts'

/** How long `worktree list` waits for counts that are still being looked up. */
const countsDeadlineMs = 20_000

function worktreeJson(worktree: Worktree): Record<string, unknown> {
  return {
    path: worktree.path,
    branch: shortRef(worktree.branch),
    head: worktree.head,
    base: shortRef(worktree.base),
    session: worktree.session,
    dirty: worktree.dirty,
    untracked: worktree.untracked,
    ahead: worktree.ahead,
    behind: worktree.behind,
    sizeBytes: worktree.sizeBytes,
    main: worktree.main,
    ours: worktree.ours,
    operation: worktree.operation,
    locked: worktree.locked,
    missing: worktree.missing,
    activeAt: worktree.activeAt,
  }
}

/** The list once every worktree has been looked at; as it stands when that takes too long. */
async function listWorktrees(client: Client, repository: RepositoryId): Promise<Worktree[]> {
  let last: Worktree[] = []
  const looked = watchStream(
    client,
    'worktree.list',
    { repository },
    ({ worktrees, problem }) => {
      if (problem !== null) stop('git-failed', problem)
      last = worktrees
      return worktrees.every((one) => one.missing || (one.dirty !== null && one.untracked !== null)) ? last : undefined
    },
    { ms: countsDeadlineMs, failure: () => ({ code: 'timed-out', message: 'counting' }) },
  )
  return looked.catch((error: unknown) => {
    if (last.length > 0 && error instanceof Error && error.message === 'counting') return last
    throw error
  })
}

const count = (value: number | null): string => (value === null ? '' : String(value))

function trashTable(entries: readonly TrashEntry[]): string {
  return table(
    ['ID', 'REMOVED', 'BRANCH', 'KEPT UNTIL', 'PATH'],
    entries.map((entry) => [
      entry.id,
      `${ago(entry.removedAt)} ago`,
      shortRef(entry.branch) ?? '',
      entry.keptUntil.slice(0, 10),
      entry.path,
    ]),
  )
}

export const repositoryCommands: readonly Command[] = [
  {
    words: ['repository', 'add'],
    usage: 'PATH',
    about: 'Opens a repository.',
    options: {},
    arity: [1, 1],
    run: async ({ client, positionals, cwd }) => {
      const path = await worktreePathOf(positionals[0] ?? '', cwd)
      const { repository, warnings } = valueOf(await client.call('repository.open', { path }))
      const said = warnings.map((warning) => `\n${warning.message}`).join('')
      return done(
        { repository: repositoryJson(repository), warnings },
        `${repository.id}  ${repository.path} (base ${shortRef(repository.base)})${said}`,
      )
    },
  },
  {
    words: ['repository', 'list'],
    usage: '',
    about: 'Lists the repositories.',
    options: {},
    arity: [0, 0],
    run: async ({ client }) => {
      const { repositories } = await firstEvent(client, 'repository.list', {})
      const rows = repositories.map((one) => [one.id, one.name, shortRef(one.base) ?? '', one.path])
      return done({ repositories: repositories.map(repositoryJson) }, table(['ID', 'NAME', 'BASE', 'PATH'], rows))
    },
  },
  {
    words: ['worktree', 'list'],
    usage: '--repository PATH',
    about: 'Lists every worktree of a repository, ours and others.',
    options: { repository: { type: 'string' } },
    arity: [0, 0],
    run: async ({ client, values, cwd }) => {
      const path = textOption(values, 'repository') ?? stop('bad-request', 'Name the repository with --repository.')
      const repository = await openRepository(client, path, cwd)
      const worktrees = await listWorktrees(client, repository.id)
      return done(
        { worktrees: worktrees.map(worktreeJson) },
        table(
          ['BRANCH', 'AHEAD', 'BEHIND', 'CHANGED', 'UNTRACKED', 'SESSION', 'PATH'],
          worktrees.map((one) => [
            shortRef(one.branch) ?? '(detached)',
            count(one.ahead),
            count(one.behind),
            count(one.dirty),
            count(one.untracked),
            one.session ?? '',
            one.path,
          ]),
        ),
      )
    },
  },
  {
    words: ['worktree', 'remove'],
    usage: 'PATH [--may-lose CODE,...]',
    about: `Moves a worktree to the trash. What may be lost is named: ${lossCodes.join(', ')}.`,
    options: { 'may-lose': { type: 'string' } },
    arity: [1, 1],
    run: async ({ client, positionals, values, cwd }) => {
      const mayLose = listOption(values, 'may-lose', lossCodes)
      const path = await worktreePathOf(positionals[0] ?? '', cwd)
      const repository = await repositoryOfWorktree(client, path)
      const { trash } = valueOf(await client.call('worktree.remove', { repository: repository.id, path, mayLose }))
      return done({ removed: trash }, `Moved to the trash as ${trash.id}, kept until ${trash.keptUntil.slice(0, 10)}.`)
    },
  },
  {
    words: ['worktree', 'bring-back'],
    usage: 'ID',
    about: 'Brings a worktree back from the trash.',
    options: {},
    arity: [1, 1],
    run: async ({ client, positionals }) => {
      const entry = await findTrash(client, positionals[0] ?? '')
      const back = valueOf(await client.call('worktree.bringBack', { id: entry.id }))
      return done({ broughtBack: { path: back.path, branch: shortRef(back.branch) } }, back.path)
    },
  },
  {
    words: ['worktree', 'trash'],
    usage: '',
    about: 'Lists what is in the trash.',
    options: {},
    arity: [0, 0],
    run: async ({ client }) => {
      const { entries } = await firstEvent(client, 'worktree.trash', {})
      return done({ trash: entries }, trashTable(entries))
    },
  },
  {
    words: ['worktree', 'empty'],
    usage: 'ID',
    about: 'Deletes one entry of the trash for good.',
    options: {},
    arity: [1, 1],
    run: async ({ client, positionals }) => {
      const entry = await findTrash(client, positionals[0] ?? '')
      valueOf(await client.call('worktree.empty', { id: entry.id }))
      return done({ deleted: entry.id }, `Deleted ${entry.path} for good.`)
    },
  },
]
