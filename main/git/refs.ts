/** Refs by their full names. Short names are for screens: a local branch may be called `origin/foo`. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Branch, GitOperation } from '@contract/repository.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { GitCode } from './errors.ts'
import { runGit } from './run.ts'

const objectName = /^([0-9a-f]{40}|[0-9a-f]{64})$/

/** The commit that a full ref, `HEAD` or an object id means; `bad-ref` where it means none. Short names are refused. */
export async function resolveRef(
  folder: string,
  ref: string,
  options: { signal?: AbortSignal; urgent?: boolean } = {},
): Promise<Result<string, GitCode>> {
  if (!ref.startsWith('refs/') && ref !== 'HEAD' && !objectName.test(ref)) {
    return fail('bad-ref', `${ref} is not the full name of a branch.`, { paths: [ref] })
  }
  const result = await runGit({
    cwd: folder,
    args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
    okCodes: [1, 128],
    ...options,
  })
  if (!result.ok) return result
  const id = result.value.text().trim()
  if (result.value.exitCode === 0 && objectName.test(id)) return succeed(id)
  if (/not a git repository/i.test(result.value.stderr)) {
    return fail('not-a-repository', 'This is not a git repository.', { detail: result.value.stderr.trim() })
  }
  return fail('bad-ref', `${ref} does not exist (any more).`, { paths: [ref] })
}

/** The tree of a commit or tree. */
export async function treeOf(folder: string, commit: string): Promise<Result<string, GitCode>> {
  const result = await runGit({
    cwd: folder,
    args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{tree}`],
    okCodes: [1],
  })
  if (!result.ok) return result
  if (result.value.exitCode !== 0) return fail('bad-ref', `${commit} does not exist (any more).`, { paths: [commit] })
  return succeed(result.value.text().trim())
}

/** A merge-base of two commits; null when their histories share nothing. */
export async function mergeBase(
  folder: string,
  a: string,
  b: string,
  options: { signal?: AbortSignal; urgent?: boolean } = {},
): Promise<Result<string | null, GitCode>> {
  const result = await runGit({ cwd: folder, args: ['merge-base', a, b], okCodes: [1], ...options })
  if (!result.ok) return result
  const id = result.value.text().trim()
  return succeed(id === '' ? null : id)
}

/** How many commits `head` has that `base` lacks, and the other way round. */
export async function aheadBehind(
  folder: string,
  head: string,
  base: string,
  options: { signal?: AbortSignal; urgent?: boolean } = {},
): Promise<Result<{ ahead: number; behind: number }, GitCode>> {
  const result = await runGit({
    cwd: folder,
    args: ['rev-list', '--left-right', '--count', '--end-of-options', `${head}...${base}`],
    ...options,
  })
  if (!result.ok) return result
  const [ahead, behind] = result.value.text().trim().split(/\s+/).map(Number)
  return succeed({ ahead: ahead ?? 0, behind: behind ?? 0 })
}

/**
 * The full ref that work is meant for unless told otherwise: the local branch of the name that `origin/HEAD` has, else
 * `main`, `master`, `trunk`, `develop` (the first that exists), else the branch that is checked out, else any.
 * `no-commit` where the repository has no branch with a commit.
 */
export async function defaultBranch(folder: string): Promise<Result<string, GitCode | 'no-commit'>> {
  const listed = await runGit({
    cwd: folder,
    args: ['for-each-ref', '--format=%(refname)%00%(symref)%00%(HEAD)%00', 'refs/heads', 'refs/remotes/origin/HEAD'],
  })
  if (!listed.ok) return listed
  const fields = listed.value.fields()
  const heads: string[] = []
  let current: string | null = null
  let remote: string | null = null
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const ref = (fields[at] ?? '').replace(/^\n/, '')
    if (ref === 'refs/remotes/origin/HEAD') remote = fields[at + 1] ?? null
    else if (ref.startsWith('refs/heads/')) {
      heads.push(ref)
      if (fields[at + 2] === '*') current = ref
    }
  }
  const wanted = [
    ...(remote ? [`refs/heads/${remote.replace(/^refs\/remotes\/origin\//, '')}`] : []),
    ...['main', 'master', 'trunk', 'develop'].map((name) => `refs/heads/${name}`),
    ...(current ? [current] : []),
  ]
  const found = wanted.find((ref) => heads.includes(ref)) ?? heads[0]
  return found ? succeed(found) : fail('no-commit', 'This repository has no branch with a commit yet.')
}

/** All local and remote branches, the last committed first. `origin/HEAD` and its like are left out. */
export async function listBranches(folder: string): Promise<Result<Branch[], GitCode>> {
  const parts = ['refname', 'symref', 'objectname', 'committerdate:iso-strict', 'worktreepath', 'objecttype']
  const result = await runGit({
    cwd: folder,
    args: [
      'for-each-ref',
      '--sort=refname',
      '--sort=-committerdate',
      `--format=${parts.map((part) => `%(${part})%00`).join('')}`,
      'refs/heads',
      'refs/remotes',
    ],
  })
  if (!result.ok) return result
  const fields = result.value.fields()
  const branches: Branch[] = []
  for (let at = 0; at + 5 < fields.length; at += 6) {
    const [first = '', symref, head = '', committedAt = '', worktree, type] = fields.slice(at, at + 6)
    const ref = first.replace(/^\n/, '')
    if (symref !== '' || type !== 'commit') continue
    const remote = ref.startsWith('refs/remotes/')
    branches.push({
      ref,
      name: ref.slice(remote ? 'refs/remotes/'.length : 'refs/heads/'.length),
      remote,
      head,
      committedAt,
      worktree: worktree || null,
    })
  }
  return succeed(branches)
}

/** The folder in which a branch is checked out, or null. A branch under rebase is not: see `operationOn`. */
export async function worktreeOf(folder: string, ref: string): Promise<Result<string | null, GitCode>> {
  const result = await runGit({ cwd: folder, args: ['worktree', 'list', '--porcelain', '-z'] })
  if (!result.ok) return result
  let path: string | null = null
  for (const field of result.value.fields()) {
    if (field.startsWith('worktree ')) path = field.slice('worktree '.length)
    else if (field === `branch ${ref}`) return succeed(path)
  }
  return succeed(null)
}

/** Whether git takes `name` as a short branch name (`git check-ref-format --branch`); no leading `-`, never `HEAD`. */
export function isValidBranchName(name: string): boolean {
  if (name === '' || name === 'HEAD' || name === '@' || name.startsWith('-') || name.startsWith('refs/')) return false
  if (Buffer.byteLength(name) > 240) return false
  for (const char of name) if (char <= ' ' || char === '\u007f' || '~^:?*[\\'.includes(char)) return false
  if (name.includes('..') || name.includes('@{') || name.includes('//')) return false
  if (name.startsWith('/') || name.endsWith('/') || name.endsWith('.')) return false
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    // not there, or not to be seen: then git does not see it either
    return false
  }
}

/** What git is in the middle of in the worktree whose own git folder this is. */
export async function operationInProgress(gitDir: string): Promise<GitOperation | null> {
  const has = (name: string): Promise<boolean> => exists(join(gitDir, name))
  if (await has('rebase-merge')) return 'rebase'
  if (await has('rebase-apply')) return (await has('rebase-apply/applying')) ? 'am' : 'rebase'
  if (await has('MERGE_HEAD')) return 'merge'
  if (await has('CHERRY_PICK_HEAD')) return 'cherry-pick'
  if (await has('REVERT_HEAD')) return 'revert'
  if (await has('sequencer/todo')) {
    const todo = await readFile(join(gitDir, 'sequencer/todo'), 'utf8').catch(() => '')
    return todo.startsWith('revert') ? 'revert' : 'cherry-pick'
  }
  if (await has('BISECT_LOG')) return 'bisect'
  return null
}

/** The operation that will move `ref` when it ends, though no worktree has it checked out just now (rebase, bisect). */
export async function operationOn(commonDir: string, ref: string): Promise<GitOperation | null> {
  const others = await readdir(join(commonDir, 'worktrees')).catch(() => [])
  for (const gitDir of [commonDir, ...others.map((name) => join(commonDir, 'worktrees', name))]) {
    const read = async (name: string): Promise<string> =>
      (await readFile(join(gitDir, name), 'utf8').catch(() => '')).trim()
    if ((await read('rebase-merge/head-name')) === ref || (await read('rebase-apply/head-name')) === ref)
      return 'rebase'
    const bisected = await read('BISECT_START')
    if (bisected !== '' && `refs/heads/${bisected}` === ref) return 'bisect'
  }
  return null
}

/** The worktree's own git folder, and the one that all worktrees of the repository share. Absolute. */
export async function gitDirs(worktree: string): Promise<Result<{ gitDir: string; commonDir: string }, GitCode>> {
  const found = await readGitDirs(worktree)
  if (found) return succeed(found)
  const ask = (what: string): ReturnType<typeof runGit> =>
    runGit({ cwd: worktree, args: ['rev-parse', '--path-format=absolute', what], urgent: true })
  const [own, common] = await Promise.all([ask('--git-dir'), ask('--git-common-dir')])
  if (!own.ok) return own
  if (!common.ok) return common
  return succeed({
    gitDir: own.value.text().replace(/\r?\n$/, ''),
    commonDir: common.value.text().replace(/\r?\n$/, ''),
  })
}

/** The same without a process, for the layouts that git itself makes; null sends the question to git. */
async function readGitDirs(worktree: string): Promise<{ gitDir: string; commonDir: string } | null> {
  const dotGit = join(worktree, '.git')
  try {
    const link = await stat(dotGit)
    if (link.isDirectory()) return (await exists(join(dotGit, 'HEAD'))) ? { gitDir: dotGit, commonDir: dotGit } : null
    const text = await readFile(dotGit, 'utf8')
    if (!text.startsWith('gitdir: ')) return null
    const target = text.slice('gitdir: '.length).replace(/\r?\n$/, '')
    const gitDir = isAbsolute(target) ? target : resolve(dirname(dotGit), target)
    if (!(await exists(join(gitDir, 'HEAD')))) return null
    const common = await readFile(join(gitDir, 'commondir'), 'utf8').catch(() => null)
    return { gitDir, commonDir: common === null ? gitDir : resolve(gitDir, common.replace(/\r?\n$/, '')) }
  } catch {
    // no such file: git decides what this folder is
    return null
  }
}
