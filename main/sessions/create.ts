/** New sessions: everything is checked and named before anything is made, and written down before anything is started. */
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { sessionId, type SessionId } from '@contract/ids.ts'
import type { Repository } from '@contract/repository.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { NewSession, Session } from '@contract/session.ts'
import { adapterOf } from '../agents/registry.ts'
import type { AgentAdapter } from '../agents/adapter.ts'
import { listBranches, resolveRef } from '../git/refs.ts'
import { isDiskFull } from '../storage/open.ts'
import type { SessionRow, SessionStart } from '../storage/sessions-table.ts'
import { readWorktrees, resolved } from '../worktree/locate.ts'
import { branchForTyped, proposeBranch, proposeTitle, uniqueBranch } from '../worktree/naming.ts'
import { folderExists, type SessionDeps } from './deps.ts'
import { createEntry, freshStages, project, type SessionEntry } from './entry.ts'
import type { Naming } from './naming.ts'
import type { PortBlocks } from './ports.ts'
import type { Stages } from './stages.ts'

export type CreateCode =
  | 'not-found'
  | 'bad-ref'
  | 'branch-exists'
  | 'branch-checked-out'
  | 'agent-missing'
  | 'in-use'
  | 'refused'
  | 'git-failed'
  | 'disk-full'

export interface SessionMaker {
  create(wanted: NewSession): Promise<Result<{ sessions: Session[] }, CreateCode>>
  propose(repository: Repository, prompt: string, agentName: string): Promise<{ title: string; branch: string }>
}

/** Where one new session will work. */
interface Site {
  place: SessionRow['place']
  start: SessionStart
  worktree: string
  branch: string | null
}

function newSessionId(): SessionId {
  return sessionId.parse(`s${randomBytes(6).toString('hex')}`)
}

/** The session whose agent works in this folder, or is about to; but for `except`. */
export async function findBusyAt(
  book: SessionDeps['book'],
  path: string,
  except: SessionEntry | null = null,
): Promise<SessionEntry | null> {
  const wanted = await resolved(path)
  for (const entry of book.all()) {
    if (entry === except || entry.row.archivedAt !== null) continue
    const busy = entry.facts.alive || entry.running !== null
    if (busy && (entry.row.worktree === wanted || (await resolved(entry.row.worktree)) === wanted)) return entry
  }
  return null
}

export function createSessionMaker(deps: SessionDeps, stages: Stages, ports: PortBlocks, naming: Naming): SessionMaker {
  const { book } = deps

  const siteFor = async (
    repository: Repository,
    wanted: NewSession,
    name: { title: string },
    at: string,
  ): Promise<Result<Site, CreateCode>> => {
    const { place } = wanted
    switch (place.kind) {
      case 'new-worktree': {
        const taken = await naming.takenBranches(repository)
        if (!taken.ok) return fail('git-failed', taken.error.message, { detail: taken.error.detail })
        let branch: string
        if (wanted.branch !== undefined && wanted.branch.trim() !== '') {
          const typed = branchForTyped(wanted.branch)
          if (typed === null) return fail('bad-ref', `"${wanted.branch}" cannot be made into a branch name.`)
          branch = uniqueBranch(typed, taken.value)
        } else branch = proposeBranch(wanted.title?.trim() || wanted.prompt || name.title, taken.value)
        return succeed({
          place: 'own',
          start: { kind: 'new-worktree', at, changes: wanted.changes },
          worktree: await naming.freeFolder(repository, branch),
          branch,
        })
      }
      case 'existing-branch': {
        const branches = await listBranches(repository.path)
        if (!branches.ok) return fail('git-failed', branches.error.message, { detail: branches.error.detail })
        const branch = branches.value.find((each) => each.ref === place.ref)
        if (!branch) return fail('bad-ref', `${place.ref} does not exist (any more).`, { paths: [place.ref] })
        if (branch.worktree !== null) {
          return fail('branch-checked-out', `${branch.name} is checked out in ${branch.worktree}.`, {
            paths: [branch.worktree],
          })
        }
        const short = branch.remote ? branch.name.slice(branch.name.indexOf('/') + 1) : branch.name
        if (branch.remote && branches.value.some((each) => !each.remote && each.name === short)) {
          return fail('branch-exists', `There is a local branch ${short} already.`, { paths: [short] })
        }
        return succeed({
          place: 'own',
          start: { kind: 'existing-branch', ref: place.ref, changes: wanted.changes },
          worktree: await naming.freeFolder(repository, short),
          branch: short,
        })
      }
      case 'existing-worktree':
      case 'in-place': {
        const listed = await readWorktrees(repository.path)
        if (!listed.ok) return fail('git-failed', listed.error.message, { detail: listed.error.detail })
        const path = await resolved(place.kind === 'in-place' ? repository.path : place.path)
        let found: { path: string; branch: string | null } | null = null
        let isMain = false
        for (const [index, worktree] of listed.value.entries()) {
          if (worktree.bare || (await resolved(worktree.path)) !== path) continue
          found = worktree
          isMain = index === 0
        }
        if (!found || !(await folderExists(found.path))) {
          return fail('not-found', 'This repository has no such worktree.', { paths: [path] })
        }
        const other = await findBusyAt(book, found.path)
        if (other) {
          return fail(
            'in-use',
            `The session "${other.row.title}" works in this folder. Stop it first, or use a new worktree.`,
            {
              paths: [found.path],
            },
          )
        }
        return succeed({
          place: isMain ? 'in-place' : 'adopted',
          start: { kind: isMain ? 'in-place' : 'existing-worktree' },
          worktree: found.path,
          branch: found.branch,
        })
      }
    }
  }

  const createOne = async (
    repository: Repository,
    adapter: AgentAdapter,
    wanted: NewSession,
    base: string,
    at: string,
    copy: number,
  ): Promise<Result<SessionEntry, CreateCode>> => {
    const plain = wanted.title?.trim() || proposeTitle(wanted.prompt) || wanted.branch?.trim() || adapter.name
    const title = (wanted.copies > 1 ? `${plain.slice(0, 190)} (${copy})` : plain).slice(0, 200)
    const site = await siteFor(repository, wanted, { title: plain }, at)
    if (!site.ok) return site
    let portBlock: number
    try {
      portBlock = await ports.claim()
    } catch (error) {
      return fail('refused', error instanceof Error ? error.message : 'No free ports are left.')
    }
    const now = deps.now()
    const row: SessionRow = {
      id: newSessionId(),
      repository: repository.id,
      repositoryPath: repository.path,
      title,
      agent: wanted.agent,
      command: adapter.takesCommand ? (wanted.command ?? null) : null,
      mode: wanted.mode ?? adapter.defaultMode,
      prompt: wanted.prompt,
      ...site.value,
      base,
      portBlock,
      conversation: adapter.newConversation(),
      stages: freshStages(),
      pendingScript: null,
      ending: null,
      cols: wanted.cols,
      rows: wanted.rows,
      createdAt: now,
      activeAt: now,
      archivedAt: null,
      seen: null,
    }
    const entry = createEntry(row, adapter, [])
    try {
      book.add(entry, true)
    } catch (error) {
      if (isDiskFull(error)) return fail('disk-full', 'The disk is full: the session was not made.')
      throw error
    }
    return succeed(entry)
  }

  return {
    create: async (wanted) => {
      const repository = deps.repository(wanted.repository)
      if (!repository) return fail('not-found', 'There is no such repository.')
      if (!repository.available) return fail('not-found', `${repository.path} is not there any more.`)
      const adapter = adapterOf(wanted.agent)
      if (!adapter) return fail('agent-missing', `There is no agent called ${wanted.agent}.`)
      if (adapter.takesCommand && !wanted.command?.trim()) return fail('refused', 'This agent needs a command to run.')
      if (wanted.mode !== undefined && !adapter.modes.some((mode) => mode.id === wanted.mode)) {
        return fail('refused', `${adapter.name} has no mode called ${wanted.mode}.`)
      }
      if (adapter.program !== null && deps.agents.report(wanted.agent)?.found !== 'yes') {
        await deps.agents.refresh()
        if (deps.agents.report(wanted.agent)?.found !== 'yes') {
          return fail(
            'agent-missing',
            `${adapter.name} was not found on this machine. It is installed by: ${adapter.install ?? adapter.program}`,
          )
        }
      }
      const shared = wanted.place.kind === 'existing-worktree' || wanted.place.kind === 'in-place'
      if (wanted.copies > 1 && wanted.place.kind !== 'new-worktree') {
        return fail('refused', 'Several copies need a new worktree each.')
      }
      const base = wanted.base ?? repository.base
      const at = await resolveRef(repository.path, base)
      if (!at.ok) {
        return at.error.code === 'bad-ref'
          ? fail('bad-ref', at.error.message, { paths: [base] })
          : fail('git-failed', at.error.message, { detail: at.error.detail })
      }
      const made: SessionEntry[] = []
      const failure = await naming.oneAtATime(repository, async () => {
        for (let copy = 1; copy <= wanted.copies; copy++) {
          const one = await createOne(repository, adapter, wanted, base, at.value, copy)
          if (!one.ok) return one
          made.push(one.value)
        }
        return null
      })
      // What could be written down is started, also when a later copy could not.
      for (const entry of made) stages.run(entry)
      if (failure && made.length === 0) return failure
      if (shared) deps.worktreesChanged(repository.path)
      return succeed({ sessions: made.map(project) })
    },
    propose: async (repository, prompt, agentName) => {
      const title = proposeTitle(prompt) || agentName || basename(repository.path)
      const taken = await naming.takenBranches(repository)
      return { title, branch: proposeBranch(prompt || title, taken.ok ? taken.value : new Set()) }
    },
  }
}
