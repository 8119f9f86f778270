/**
 * Commits what is uncommitted in a worktree with git's own `add` and `commit`, so that the repository's hooks and signing
 * count, and takes it back whole where the result is not what was approved.
 */
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { copyIndex, restoreIndex } from '../git/index-file.ts'
import { decodeName } from '../git/names.ts'
import { forHooks, runGit } from '../git/run.ts'
import { pathsBetween } from './base.ts'

export type CommitCode = GitCode | 'hook-failed' | 'tree-changed'

export interface Committed {
  commit: string
  /** HEAD and the index as they were before. The files are not touched. */
  undo(): Promise<Result<null, GitCode>>
  /** Forgets how to undo. */
  keep(): Promise<void>
}

export interface CommitRequest {
  worktree: string
  gitDir: string
  /** HEAD's commit, the parent. */
  head: string
  /** What the commit has to hold, exactly. */
  tree: string
  /** Paths that stay uncommitted. */
  leftOut: readonly string[]
  /** Not empty. */
  message: string
  /** Absolute path beside which a copy of the index and a trace are kept meanwhile. */
  scratchFile: string
  signal?: AbortSignal
}

/** Nothing is left half done: on failure HEAD and the index are what they were, whatever a hook did to them. */
export async function commitTree(request: CommitRequest): Promise<Result<Committed, CommitCode>> {
  const attempt = new Attempt(request)
  const saved = await attempt.save()
  if (!saved.ok) return saved
  const made = await attempt.run()
  if (made.ok) return made
  const undone = await attempt.undo()
  return undone.ok ? made : { ok: false, error: { ...undone.error, detail: made.error.message } }
}

class Attempt {
  readonly #request: CommitRequest
  readonly #backup: string
  readonly #trace: string
  #hadIndex = true
  #indexBefore = ''

  constructor(request: CommitRequest) {
    this.#request = request
    this.#backup = `${request.scratchFile}.before-commit`
    this.#trace = `${request.scratchFile}.trace`
  }

  async save(): Promise<Result<null, CommitCode>> {
    await this.#clean()
    try {
      this.#indexBefore = await this.#indexFacts()
      await copyIndex(join(this.#request.gitDir, 'index'), this.#backup)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ENOSPC') return fail('disk-full', 'The disk is full.')
      if (code !== 'ENOENT') throw error
      this.#hadIndex = false
    }
    return succeed(null)
  }

  async run(): Promise<Result<Committed, CommitCode>> {
    const { worktree, signal, tree, head } = this.#request
    const run = { cwd: worktree, signal, urgent: true }
    const excluded = this.#request.leftOut.map((path) => `:(top,exclude,literal)${path}`)
    const added = await runGit({
      ...run,
      args: [
        ...['-c', 'advice.addEmbeddedRepo=false', 'add', '-A', '--sparse'],
        ...['--pathspec-from-file=-', '--pathspec-file-nul'],
      ],
      env: forHooks,
      input: [':/', ...excluded].join('\0'),
    })
    if (!added.ok) return added
    const staged = await runGit({ ...run, args: ['write-tree'] })
    if (!staged.ok) return staged
    if (staged.value.text().trim() !== tree) return this.#differs(staged.value.text().trim(), 'The files changed')
    const committed = await runGit({
      ...run,
      args: ['commit', '-q', '--no-status', '--cleanup=whitespace', '-F', '-'],
      env: { ...forHooks, GIT_TRACE2_EVENT: this.#trace },
      input: `${this.#request.message.trim()}\n`,
    })
    if (!committed.ok) return this.#hookFailure(committed)
    const seen = await runGit({ ...run, args: ['rev-parse', '--verify', 'HEAD^{tree}'] })
    if (!seen.ok) return seen
    if (seen.value.text().trim() !== tree) return this.#differs(seen.value.text().trim(), 'A commit hook changed files')
    const commit = await this.#readHead()
    if (!commit.ok) return commit
    if (commit.value === head) return fail('git-failed', 'git said that it committed, but there is no new commit.')
    return succeed({
      commit: commit.value,
      undo: () => this.undo(),
      keep: () => this.#clean(),
    })
  }

  async undo(): Promise<Result<null, GitCode>> {
    const { worktree, gitDir, head } = this.#request
    const now = await this.#readHead()
    if (!now.ok) return now
    if (now.value !== head) {
      const moved = await runGit({
        cwd: worktree,
        args: ['update-ref', '-m', 'quarterdeck: landing taken back', 'HEAD', head, now.value],
        urgent: true,
      })
      if (!moved.ok) return moved
    }
    const touched = (await this.#indexFacts()) !== this.#indexBefore
    if (touched && !(await restoreIndex(gitDir, this.#hadIndex ? this.#backup : null))) {
      const message = 'Another git holds the index, so what was staged could not be put back. No file is changed.'
      return fail('git-locked', message, { paths: [this.#backup] })
    }
    await this.#clean()
    return succeed(null)
  }

  async #indexFacts(): Promise<string> {
    const facts = await stat(join(this.#request.gitDir, 'index'), { bigint: true }).catch(() => null)
    return facts ? `${facts.ino} ${facts.size} ${facts.mtimeNs} ${facts.ctimeNs}` : ''
  }

  async #readHead(): Promise<Result<string, GitCode>> {
    const args = ['rev-parse', '--verify', 'HEAD^{commit}']
    const result = await runGit({ cwd: this.#request.worktree, args, urgent: true })
    return result.ok ? succeed(result.value.text().trim()) : result
  }

  async #differs(tree: string, what: string): Promise<Result<never, CommitCode>> {
    const paths = await pathsBetween(this.#request.worktree, this.#request.tree, tree)
    return fail('tree-changed', `${what}, so this is not what was approved. Look at it and approve it again.`, {
      paths: paths.ok ? paths.value.map(({ name }) => decodeName(name)) : [],
    })
  }

  async #hookFailure(failed: { ok: false; error: { code: GitCode; message: string; detail?: string } }) {
    if (failed.error.code === 'cancelled' || failed.error.code === 'git-missing') return failed
    const hook = failedHook(await readFile(this.#trace, 'utf8').catch(() => ''))
    if (!hook) return failed
    return fail('hook-failed', `The hook ${hook} of this repository refused the commit.`, {
      detail: failed.error.detail ?? '',
    })
  }

  async #clean(): Promise<void> {
    await rm(this.#backup, { force: true })
    await rm(this.#trace, { force: true })
  }
}

/** Name of the hook that git's own trace says ended with an error; null when none did. Pure. */
export function failedHook(trace: string): string | null {
  const hooks = new Map<number, string>()
  for (const line of trace.split('\n')) {
    let event: {
      event?: string
      sid?: string
      child_id?: number
      child_class?: string
      hook_name?: string
      code?: number
    }
    try {
      event = JSON.parse(line) as typeof event
    } catch {
      // the last line may be cut off
      continue
    }
    // A sid with a slash belongs to a git that a hook started.
    if (typeof event !== 'object' || event === null || event.sid?.includes('/') || event.child_id === undefined)
      continue
    if (event.event === 'child_start' && event.child_class === 'hook')
      hooks.set(event.child_id, event.hook_name ?? 'hook')
    const name = hooks.get(event.child_id)
    if (event.event === 'child_exit' && name !== undefined && event.code !== 0) return name
  }
  return null
}
