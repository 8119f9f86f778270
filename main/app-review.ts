/** Endpoints of diffs, approval and landing. An approval is bound to a tree; what is landed is that tree and nothing else. */
import type { Event } from '@contract/api.ts'
import type { DiffScope } from '@contract/diff.ts'
import type { SessionId } from '@contract/ids.ts'
import { fail, succeed, type ErrorCode, type Failure } from '@contract/result.ts'
import { type AppContext, Subject } from './app-context.ts'
import { readFileDiff } from './diff/file.ts'
import { makePatch } from './diff/patch.ts'
import { land } from './landing/land.ts'
import { previewLanding } from './landing/preview.ts'
import type { Handlers } from './rpc/serve.ts'
import type { SessionEntry } from './sessions/entry.ts'

type ReviewHandlers = Pick<
  Handlers,
  | 'diff.changes'
  | 'diff.list'
  | 'diff.file'
  | 'diff.patch'
  | 'review.approve'
  | 'review.withdraw'
  | 'review.viewed'
  | 'review.setViewed'
  | 'landing.preview'
  | 'landing.land'
>

type ChangesEvent = Event<'diff.changes'>

/** A failure in the codes that the caller's method declares; whatever else git said is `git-failed`. */
function within<C extends ErrorCode>(error: Failure, codes: readonly C[]): Failure<C | 'git-failed'> {
  const known = (codes as readonly string[]).includes(error.code)
  return { ...error, code: known ? (error.code as C) : 'git-failed' }
}

const refuse = <C extends ErrorCode>(error: Failure<C>): { ok: false; error: Failure<C> } => ({ ok: false, error })

/** The change list of one session in one scope, computed once for all who look. */
class Feed {
  readonly #app: AppContext
  readonly #entry: SessionEntry
  readonly #scope: DiffScope
  readonly #sinks = new Set<(event: ChangesEvent) => void>()
  #latest: ChangesEvent | null = null
  #running = false
  #again = false
  #told = ''

  constructor(app: AppContext, entry: SessionEntry, scope: DiffScope) {
    this.#app = app
    this.#entry = entry
    this.#scope = scope
  }

  get size(): number {
    return this.#sinks.size
  }

  add(sink: (event: ChangesEvent) => void): () => void {
    this.#sinks.add(sink)
    if (this.#latest) sink(this.#latest)
    else this.look()
    return () => this.#sinks.delete(sink)
  }

  look(): void {
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = true
    void this.#run().finally(() => {
      this.#running = false
      if (!this.#again) return
      this.#again = false
      this.look()
    })
  }

  async #run(): Promise<void> {
    const asked = this.#app.sessions.diffs.lastList(this.#entry, this.#scope)
    // Not looked at yet: the first look tells when it is done.
    if (asked === null) return
    const list = await asked
    const event: ChangesEvent = list.ok
      ? { kind: 'list', list: list.value }
      : { kind: 'problem', message: list.error.message }
    const text = JSON.stringify(event)
    if (text === this.#told) return
    this.#told = text
    this.#latest = event
    for (const sink of [...this.#sinks]) sink(event)
  }
}

export function reviewHandlers(app: AppContext): { handlers: ReviewHandlers; dispose: () => void } {
  const { book, sessions } = app
  const feeds = new Map<string, Feed>()
  const viewedChanged = new Subject<SessionId>()

  const feedOf = (entry: SessionEntry, scope: DiffScope): Feed => {
    const key = `${entry.row.id} ${scope}`
    const feed = feeds.get(key) ?? new Feed(app, entry, scope)
    feeds.set(key, feed)
    return feed
  }
  const off = sessions.diffs.onChange((entry) => {
    for (const scope of ['uncommitted', 'branch'] as const) feeds.get(`${entry.row.id} ${scope}`)?.look()
  })

  const landArguments = async (entry: SessionEntry) => {
    const taken = await sessions.diffs.snapshot(entry)
    if (!taken.ok) return taken
    return succeed({
      snapshot: taken.value,
      request: {
        repositoryPath: entry.row.repositoryPath,
        worktree: entry.row.worktree,
        branch: taken.value.headRef,
        baseRef: entry.row.base,
      },
    })
  }

  const handlers: ReviewHandlers = {
    'diff.changes': ({ session, scope }, sink) => {
      const entry = sessions.get(session)
      if (!entry.ok) {
        sink.end(entry.error)
        return () => {}
      }
      const feed = feedOf(entry.value, scope)
      const remove = feed.add((event) => sink.event(event))
      return () => {
        remove()
        if (feed.size === 0) feeds.delete(`${session} ${scope}`)
      }
    },
    'diff.list': async ({ session, scope }) => {
      const entry = sessions.get(session)
      if (!entry.ok) return entry
      const list = await sessions.diffs.list(entry.value, scope)
      return list.ok ? list : refuse(within(list.error, ['not-found', 'git-locked', 'disk-full'] as const))
    },
    'diff.file': async ({ session, base, tree, path, oldPath }) => {
      const entry = sessions.get(session)
      if (!entry.ok) return entry
      const file = await readFileDiff({ worktree: entry.value.row.worktree, base, tree, path, oldPath })
      return file.ok ? file : refuse(within(file.error, ['not-found'] as const))
    },
    'diff.patch': async ({ session, scope }) => {
      const entry = sessions.get(session)
      if (!entry.ok) return entry
      const list = await sessions.diffs.list(entry.value, scope)
      if (!list.ok) return refuse(within(list.error, ['not-found', 'disk-full'] as const))
      const { tree, base } = list.value
      const patch = await makePatch({ worktree: entry.value.row.worktree, base, tree })
      if (!patch.ok) return refuse(within(patch.error, ['not-found', 'disk-full'] as const))
      const text = patch.value.toString('utf8')
      const bytes = Buffer.from(text, 'utf8').equals(patch.value) ? null : patch.value.toString('base64')
      return succeed({ tree, base, patch: text, bytes })
    },
    'review.approve': async ({ session, tree }) => {
      const got = sessions.get(session)
      if (!got.ok) return got
      const entry = got.value
      const taken = await landArguments(entry)
      if (!taken.ok) return refuse(within(taken.error, ['not-found', 'git-locked', 'disk-full'] as const))
      const { snapshot, request } = taken.value
      if (tree !== undefined && tree !== snapshot.tree) {
        sessions.diffs.refresh(entry)
        return fail(
          'tree-changed',
          'The worktree changed after you looked at it. Look at what is new, then approve again.',
        )
      }
      if (snapshot.unmerged.length > 0) {
        return fail('conflicts', 'Some files have unresolved merge conflicts.', { paths: snapshot.unmerged })
      }
      const preview = await previewLanding({ ...request, snapshot, prompt: entry.row.prompt, title: entry.row.title })
      if (!preview.ok && preview.error.code === 'nothing-to-land') return fail('nothing-to-land', preview.error.message)
      if (!preview.ok) return refuse(within(preview.error, ['not-found', 'git-locked', 'disk-full'] as const))
      const approval = { tree: snapshot.tree, at: app.now() }
      app.approvals.save({ session, ...approval })
      entry.approval = approval
      if (entry.seen && entry.seen.tree !== snapshot.tree) sessions.diffs.refresh(entry)
      book.touch(entry)
      return succeed({ ...approval, current: true })
    },
    'review.withdraw': ({ session }) => {
      const entry = sessions.get(session)
      if (!entry.ok) return entry
      app.approvals.remove(session)
      entry.value.approval = null
      book.touch(entry.value)
      return succeed(null)
    },
    'review.viewed': ({ session }, sink) => {
      const entry = sessions.get(session)
      if (!entry.ok) {
        sink.end(entry.error)
        return () => {}
      }
      sink.event({ viewed: app.viewed.of(session) })
      return viewedChanged.on((changed) => {
        if (changed === session) sink.event({ viewed: app.viewed.of(session) })
      })
    },
    'review.setViewed': ({ session, files }) => {
      const entry = sessions.get(session)
      if (!entry.ok) return entry
      app.viewed.set(session, files)
      viewedChanged.tell(session)
      return succeed(null)
    },
    'landing.preview': async ({ session }) => {
      const entry = sessions.get(session)
      if (!entry.ok) return entry
      const taken = await landArguments(entry.value)
      if (!taken.ok) return refuse(within(taken.error, ['not-found'] as const))
      const { prompt, title } = entry.value.row
      const preview = await previewLanding({ ...taken.value.request, snapshot: taken.value.snapshot, prompt, title })
      return preview.ok ? preview : refuse(within(preview.error, ['not-found', 'nothing-to-land'] as const))
    },
    'landing.land': async ({ session, method, message }) => {
      const got = sessions.get(session)
      if (!got.ok) return got
      const entry = got.value
      if (entry.approval === null) return fail('not-approved', 'Nothing of this session has been approved yet.')
      const taken = await landArguments(entry)
      if (!taken.ok) return refuse(within(taken.error, ['not-found', 'git-locked', 'disk-full'] as const))
      const landed = await land({
        ...taken.value.request,
        approvedTree: entry.approval.tree,
        snapshotIndexFile: sessions.diffs.indexFile(entry),
        method,
        // Empty: the one that the preview proposes.
        message: message ?? '',
        title: entry.row.title,
        prompt: entry.row.prompt,
      })
      if (!landed.ok) {
        sessions.diffs.refresh(entry)
        return refuse(
          within(landed.error, [
            'not-found',
            'not-approved',
            'tree-changed',
            'nothing-to-land',
            'conflicts',
            'not-fast-forward',
            'base-dirty',
            'in-use',
            'operation-in-progress',
            'hook-failed',
            'git-locked',
            'disk-full',
          ] as const),
        )
      }
      const value = { ...landed.value, method, at: app.now() }
      entry.landed = value
      try {
        app.landings.save(session, value)
      } catch (error) {
        // The base has moved, whatever becomes of the note about it.
        app.log.error('a landing could not be noted', error, { session })
        app.addProblem('A landing could not be noted in the database: the next start will not show it as landed.')
      }
      book.touch(entry)
      // The base moved: every session that is meant for it stands elsewhere now.
      for (const other of book.all()) {
        if (other.row.repository === entry.row.repository && other.row.archivedAt === null)
          sessions.diffs.refresh(other)
      }
      app.worktreesChanged.tell(entry.row.repositoryPath)
      return succeed(value)
    },
  }
  return {
    handlers,
    dispose: () => {
      off()
      feeds.clear()
    },
  }
}
