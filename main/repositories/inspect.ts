/** Finds the repository that a folder a person named belongs to, and says in plain words what stands in the way. Only reads. */
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { RepositoryWarning } from '@contract/repository.ts'
import { fail, succeed, type ErrorCode, type Result } from '@contract/result.ts'
import { defaultBranch, gitDirs, operationInProgress } from '../git/refs.ts'
import { runGit } from '../git/run.ts'
import { parseStatus } from '../git/status.ts'
import { gitVersion } from '../git/version.ts'

export interface InspectedRepository {
  /** Top folder of the main worktree, symlinks resolved; of the worktree that was named where the repository is bare. */
  path: string
  name: string
  /** Full ref. */
  base: string
  warnings: RepositoryWarning[]
}

export type InspectCode =
  | 'not-found'
  | 'permission-denied'
  | 'not-a-repository'
  | 'no-commit'
  | 'bare-repository'
  | 'unsafe-owner'
  | 'git-missing'
  | 'git-too-old'
  | 'git-failed'

type Failed = Extract<Result<never, InspectCode>, { ok: false }>

/** A folder's repository: a subfolder, a worktree or a link leads to the main worktree. Every failure says what to do next. */
export async function inspectRepository(path: string): Promise<Result<InspectedRepository, InspectCode>> {
  const folder = await findFolder(path)
  if (!folder.ok) return folder
  const version = await gitVersion()
  if (version === null)
    return fail(
      'git-missing',
      'git was not found on this machine. Install git 2.38 or newer, then open the folder again.',
    )
  if (!version.usable)
    return fail('git-too-old', version.message ?? `git ${version.version} is too old. Install git 2.38 or newer.`)
  const top = await findTop(folder.value)
  if (!top.ok) return top
  const base = await defaultBranch(top.value)
  if (!base.ok) {
    if (base.error.code !== 'no-commit') return narrow(base.error, top.value)
    return fail(
      'no-commit',
      'This repository has no commit yet, and worktrees start from one. Make a first commit, or let Quarterdeck make it.',
      { paths: [top.value] },
    )
  }
  return succeed({
    path: top.value,
    name: basename(top.value) || top.value,
    base: base.value,
    warnings: await findWarnings(top.value),
  })
}

async function findFolder(path: string): Promise<Result<string, InspectCode>> {
  try {
    const real = await realpath(path)
    const found = await stat(real)
    if (!found.isDirectory())
      return fail('not-found', 'This is a file. Choose the folder that the repository is in.', { paths: [path] })
    await readdir(real)
    return succeed(real)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM')
      return fail('permission-denied', 'This folder may not be read. Check its owner and permissions.', {
        paths: [path],
      })
    if (code === 'ELOOP') return fail('not-found', 'This link leads in a circle.', { paths: [path] })
    return fail('not-found', 'There is no such folder. Check the spelling.', { paths: [path] })
  }
}

/** Top of the main worktree of the repository around `folder`. */
async function findTop(folder: string): Promise<Result<string, InspectCode>> {
  const asked = await runGit({
    cwd: folder,
    args: [
      'rev-parse',
      '--path-format=absolute',
      '--is-inside-work-tree',
      '--is-bare-repository',
      '--git-dir',
      '--git-common-dir',
    ],
    urgent: true,
  })
  if (!asked.ok) return narrow(asked.error, folder)
  const [insideText, bareText, gitDir = '', commonDir = ''] = asked.value.text().split('\n')
  if (insideText === 'true') {
    const shown = await runGit({
      cwd: folder,
      args: ['rev-parse', '--path-format=absolute', '--show-toplevel'],
      urgent: true,
    })
    if (!shown.ok) return narrow(shown.error, folder)
    const top = await realpath(shown.value.text().replace(/\n$/, ''))
    if ((await realpath(gitDir)) === (await realpath(commonDir))) return succeed(top)
    const main = await findMain(top, commonDir)
    return succeed(main ?? top)
  }
  if (bareText !== 'true') {
    // Inside the `.git` folder itself.
    const main = await findMain(folder, commonDir)
    if (main !== null) return succeed(main)
  }
  const worktrees = await listPaths(folder)
  return fail(
    'bare-repository',
    worktrees.length > 1
      ? 'This is a bare repository: it holds no files to work on. Open one of its worktrees instead.'
      : 'This is a bare repository: it holds no files to work on. Clone it (git clone), or make a worktree of it (git worktree add), and open that.',
    { paths: worktrees.slice(1) },
  )
}

/** The main worktree, or null where the repository is bare or its place cannot be told. */
async function findMain(folder: string, commonDir: string): Promise<string | null> {
  const bare = await runGit({ cwd: commonDir, args: ['rev-parse', '--is-bare-repository'] })
  if (!bare.ok || bare.value.text().trim() === 'true') return null
  const [first] = await listPaths(folder)
  const common = await realpath(commonDir)
  for (const candidate of [first, await readWorkTree(commonDir)]) {
    const path = candidate ? await realpath(candidate).catch(() => null) : null
    // For a submodule git names the git folder itself as the main worktree.
    if (path === null || path === common) continue
    const dirs = await gitDirs(path)
    if (dirs.ok && (await realpath(dirs.value.gitDir)) === common) return path
  }
  return null
}

/** `core.worktree`, by which a submodule's git folder names its files. */
async function readWorkTree(commonDir: string): Promise<string | null> {
  const top = await runGit({
    cwd: commonDir,
    args: ['rev-parse', '--path-format=absolute', '--show-toplevel'],
    okCodes: [128],
  })
  const path = top.ok ? top.value.text().replace(/\n$/, '') : ''
  return path === '' ? null : path
}

async function listPaths(cwd: string): Promise<string[]> {
  const listed = await runGit({ cwd, args: ['worktree', 'list', '--porcelain', '-z'] })
  if (!listed.ok) return []
  return listed.value
    .fields()
    .flatMap((field) => (field.startsWith('worktree ') ? [field.slice('worktree '.length)] : []))
}

/** A shell's single-quoted word, for a command the person copies. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

async function narrow(error: { code: ErrorCode; message: string; detail?: string }, folder: string): Promise<Failed> {
  const { detail } = error
  if (error.code === 'unsafe-owner') {
    const named = /safe\.directory (.+)$/m
      .exec(detail ?? '')?.[1]
      ?.trim()
      .replace(/^'(.*)'$/, '$1')
    const command = `git config --global --add safe.directory ${quote(named ?? folder)}`
    return fail(
      'unsafe-owner',
      `The folder belongs to another user, so git refuses to work in it. If you trust it, run: ${command}`,
      { paths: [named ?? folder], detail: command },
    )
  }
  if (error.code === 'not-a-repository') {
    const nested = await findNested(folder)
    return fail(
      'not-a-repository',
      nested.length > 0
        ? 'This folder is no git repository, but there are repositories in it. Open one of them.'
        : 'This folder is no git repository. Choose another one, or let Quarterdeck make it a repository.',
      { paths: nested },
    )
  }
  if (error.code === 'git-missing' || error.code === 'permission-denied' || error.code === 'not-found')
    return fail(error.code, error.message, { detail })
  return fail('git-failed', `git could not read this repository. ${error.message}`, { detail })
}

const nestedDepth = 3
const nestedShown = 50
/** A person waits for the answer, and a home folder may hold a million entries. */
const nestedMilliseconds = 1500
const neverInside = new Set(['node_modules', '.cache', '.npm', '.cargo', '.rustup', 'Library', 'AppData', '.Trash'])

/** Repositories below a folder that is none itself, the nearest first. */
async function findNested(folder: string): Promise<string[]> {
  const found: string[] = []
  const end = Date.now() + nestedMilliseconds
  let level = [folder]
  for (let depth = 0; depth < nestedDepth && level.length > 0; depth++) {
    const next: string[] = []
    for (const parent of level) {
      if (Date.now() > end || found.length >= nestedShown) return found
      const entries = await readdir(parent, { withFileTypes: true }).catch(() => [])
      for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        if (!entry.isDirectory() || neverInside.has(entry.name)) continue
        const path = join(parent, entry.name)
        const isRepository = await stat(join(path, '.git')).then(
          () => true,
          () => false,
        )
        if (isRepository) found.push(path)
        else next.push(path)
      }
    }
    level = next
  }
  return found.slice(0, nestedShown)
}

async function findWarnings(path: string): Promise<RepositoryWarning[]> {
  const warnings: RepositoryWarning[] = []
  const dirs = await gitDirs(path)
  if (!dirs.ok) return warnings
  const { gitDir, commonDir } = dirs.value
  const isFile = (name: string): Promise<boolean> =>
    stat(name).then(
      () => true,
      () => false,
    )
  const [operation, status, shallow, submodules, promisor] = await Promise.all([
    operationInProgress(gitDir),
    runGit({
      cwd: path,
      args: ['status', '--porcelain=v2', '-z', '--branch', '--no-ahead-behind', '--untracked-files=normal'],
    }),
    isFile(join(commonDir, 'shallow')),
    isFile(join(path, '.gitmodules')),
    runGit({
      cwd: path,
      args: ['config', '--get-regexp', '^(remote\\..*\\.promisor|extensions\\.partialclone)$'],
      okCodes: [1],
    }),
  ])
  if (operation !== null)
    warnings.push({
      kind: 'operation-in-progress',
      message: `A ${operation} is in progress in the main checkout. Sessions can start; landing into the branch has to wait until it is finished or aborted.`,
    })
  const state = status.ok ? parseStatus(status.value.stdout) : null
  if (state !== null && state.branch === null && operation === null)
    warnings.push({
      kind: 'detached-head',
      message:
        'The main checkout is on no branch (detached HEAD). Sessions start from the base branch, not from there.',
    })
  if (submodules)
    warnings.push({
      kind: 'submodules',
      message: 'The repository has submodules. Those filled in the main checkout are filled in new worktrees too.',
    })
  if (shallow)
    warnings.push({
      kind: 'shallow',
      message:
        'This is a shallow clone: old history is missing, so comparing with old branches may fail. git fetch --unshallow completes it.',
    })
  if (promisor.ok && promisor.value.exitCode === 0)
    warnings.push({
      kind: 'partial-clone',
      message: 'This is a partial clone: making worktrees and diffs may fetch from the remote.',
    })
  const nested = state?.entries.filter((entry) => entry.kind === 'untracked' && entry.embedded) ?? []
  const repositories: string[] = []
  for (const entry of nested) if (await isFile(join(path, entry.path, '.git'))) repositories.push(entry.path)
  if (repositories.length > 0)
    warnings.push({
      kind: 'nested-repository',
      message:
        'Other repositories lie inside this one. They are left out of its worktrees and diffs; open them by themselves.',
      paths: repositories.slice(0, nestedShown),
    })
  return warnings
}
