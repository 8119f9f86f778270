/** The repositories the person opened: a row each, and endpoints to open, make, forget and read them. */
import { createHash } from 'node:crypto'
import { access } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { repositoryId, type RepositoryId } from '@contract/ids.ts'
import type { Repository, RepositoryScript, RepositorySettings, RepositoryWarning } from '@contract/repository.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import { type AppContext, Subject } from './app-context.ts'
import { listBranches, resolveRef } from './git/refs.ts'
import { typedPath } from './repositories/browse.ts'
import { readCheckout } from './repositories/checkout.ts'
import { initialiseRepository } from './repositories/initialise.ts'
import { inspectRepository } from './repositories/inspect.ts'
import { makeSample } from './repositories/sample.ts'
import { readRepositorySettings } from './repositories/settings.ts'
import type { Handlers } from './rpc/serve.ts'
import type { RepositoriesTable } from './storage/small-tables.ts'

export interface RepositoryBook {
  get(id: RepositoryId): Repository | null
  byPath(path: string): Repository | null
  /** Last opened first. */
  all(): Repository[]
  /** Takes it in, or notes that it was opened again. */
  opened(found: { path: string; name: string; base: string }): Repository
  setBase(id: RepositoryId, base: string): Repository | null
  forget(id: RepositoryId): void
  /** Looks which folders are there. */
  refresh(): Promise<void>
  onChange(listener: (all: Repository[]) => void): () => void
  /** Rows that could not be read. */
  bad: number
}

export function createRepositoryBook(table: RepositoriesTable, now: () => string): RepositoryBook {
  const stored = table.all()
  const repositories = new Map<RepositoryId, Repository>(
    stored.rows.map((row) => [row.id, { ...row, available: true }]),
  )
  const changed = new Subject<Repository[]>()
  const all = (): Repository[] => [...repositories.values()].sort((a, b) => b.openedAt.localeCompare(a.openedAt))
  const put = (repository: Repository): Repository => {
    const { available: _available, ...row } = repository
    table.save(row)
    repositories.set(repository.id, repository)
    changed.tell(all())
    return repository
  }
  const byPath = (path: string): Repository | null => all().find((each) => each.path === path) ?? null
  return {
    get: (id) => repositories.get(id) ?? null,
    byPath,
    all,
    opened: ({ path, name, base }) => {
      const known = byPath(path)
      // The base that the person chose stays; one that was only found is found again.
      if (known) return put({ ...known, name, openedAt: now(), available: true })
      const id = repositoryId.parse(`r${createHash('sha256').update(path).digest('hex').slice(0, 12)}`)
      return put({ id, path, name, base, openedAt: now(), available: true })
    },
    setBase: (id, base) => {
      const known = repositories.get(id)
      return known ? put({ ...known, base }) : null
    },
    forget: (id) => {
      table.remove(id)
      repositories.delete(id)
      changed.tell(all())
    },
    refresh: async () => {
      let differs = false
      for (const repository of all()) {
        const available = await access(join(repository.path, '.git')).then(
          () => true,
          () => false,
        )
        if (available === repository.available) continue
        repositories.set(repository.id, { ...repository, available })
        differs = true
      }
      if (differs) changed.tell(all())
    },
    onChange: (listener) => changed.on(listener),
    bad: stored.bad,
  }
}

type RepositoryHandlers = Pick<
  Handlers,
  | 'repository.list'
  | 'repository.open'
  | 'repository.initialise'
  | 'repository.sample'
  | 'repository.forget'
  | 'repository.setBase'
  | 'repository.branches'
  | 'repository.checkout'
  | 'repository.settings'
  | 'repository.confirmScript'
>

export function repositoryHandlers(app: AppContext): RepositoryHandlers {
  const { repositories } = app
  const missing = fail('not-found', 'There is no such repository.')

  const withConfirmed = (id: RepositoryId, settings: RepositorySettings): RepositorySettings => {
    const mark = (script: RepositoryScript | null): RepositoryScript | null =>
      script && { ...script, confirmed: app.scripts.isConfirmed(id, script.hash) }
    return { ...settings, setup: mark(settings.setup), teardown: mark(settings.teardown), run: mark(settings.run) }
  }

  const open = async (
    path: string,
  ): Promise<
    Result<
      { repository: Repository; warnings: RepositoryWarning[] },
      Extract<Awaited<ReturnType<typeof inspectRepository>>, { ok: false }>['error']['code']
    >
  > => {
    const found = await inspectRepository(typedPath(path))
    if (!found.ok) return found
    const { warnings } = found.value
    const repository = repositories.opened({
      path: found.value.path,
      name: found.value.name || basename(found.value.path),
      base: found.value.base,
    })
    return succeed({ repository, warnings })
  }

  return {
    'repository.list': (_params, sink) => {
      sink.event({ repositories: repositories.all() })
      const off = repositories.onChange((all) => sink.event({ repositories: all }))
      void repositories.refresh()
      return off
    },
    'repository.open': ({ path }) => open(path),
    'repository.initialise': async ({ path, commit }) => {
      const made = await initialiseRepository(typedPath(path), commit)
      if (!made.ok) return made
      const opened = await open(made.value.path)
      if (opened.ok) return opened
      const { code, message, detail } = opened.error
      return fail(
        code === 'not-found' || code === 'permission-denied' || code === 'git-missing' ? code : 'git-failed',
        message,
        {
          detail,
        },
      )
    },
    'repository.sample': async () => {
      const made = await makeSample(join(app.dataFolder, 'sample'))
      if (!made.ok) return made
      const opened = await open(made.value)
      if (!opened.ok) return fail('git-failed', opened.error.message, { detail: opened.error.detail })
      return succeed({ repository: opened.value.repository })
    },
    'repository.forget': ({ repository }) => {
      if (!repositories.get(repository)) return missing
      const live = app.book
        .all()
        .filter((entry) => entry.row.repository === repository && entry.row.archivedAt === null)
      if (live.length > 0) {
        return fail('in-use', `${live.length} sessions belong to it. Discard or archive them first.`)
      }
      repositories.forget(repository)
      return succeed(null)
    },
    'repository.setBase': async ({ repository, base }) => {
      const found = repositories.get(repository)
      if (!found) return missing
      const commit = await resolveRef(found.path, base)
      if (!commit.ok) return fail('bad-ref', commit.error.message, { paths: [base] })
      return succeed(repositories.setBase(repository, base) ?? found)
    },
    'repository.branches': async ({ repository }) => {
      const found = repositories.get(repository)
      if (!found) return missing
      const branches = await listBranches(found.path)
      return branches.ok ? succeed({ branches: branches.value }) : fail('git-failed', branches.error.message)
    },
    'repository.checkout': async ({ repository }) => {
      const found = repositories.get(repository)
      if (!found) return missing
      const checkout = await readCheckout(found.path)
      if (checkout.ok) return checkout
      return fail(checkout.error.code === 'not-found' ? 'not-found' : 'git-failed', checkout.error.message)
    },
    'repository.settings': async ({ repository }) => {
      const found = repositories.get(repository)
      if (!found) return missing
      return succeed(withConfirmed(repository, await readRepositorySettings(found.path)))
    },
    'repository.confirmScript': ({ repository, hash }) => {
      if (!repositories.get(repository)) return missing
      app.scripts.confirm(repository, hash, app.now())
      app.sessions.stages.scriptConfirmed(repository, hash)
      return succeed(null)
    },
  }
}
