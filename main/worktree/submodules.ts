/**
 * Submodules of a new worktree: those that the main checkout has are filled, from its own objects where they suffice,
 * so that neither network nor password is needed.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { runGit } from '../git/run.ts'
import { readGitDir } from './locate.ts'

interface Submodule {
  name: string
  path: string
}

/** Reads `.gitmodules` of a worktree: names and paths. */
export async function readSubmodules(worktree: string): Promise<Submodule[]> {
  try {
    await stat(join(worktree, '.gitmodules'))
  } catch {
    return [] // No submodules: the usual case, and no git process spent on it.
  }
  const read = await runGit({
    cwd: worktree,
    args: ['config', '--file', '.gitmodules', '-z', '--get-regexp', '^submodule\\..*\\.path$'],
    okCodes: [1, 128],
  })
  if (!read.ok) return []
  return read.value.fields().flatMap((field) => {
    const [key = '', ...value] = field.split('\n')
    const path = value.join('\n')
    const name = key.slice('submodule.'.length, -'.path'.length)
    const outside =
      path === '' || path.startsWith('/') || path.split('/').includes('..') || name.split('/').includes('..')
    return outside ? [] : [{ name, path }]
  })
}

/** Fills the submodules of `to` that `from` has checked out, nested ones too; says which could not be. */
export async function fillSubmodules(job: { from: string; to: string; signal?: AbortSignal }): Promise<string[]> {
  const warnings: string[] = []
  for (const { name, path } of await readSubmodules(job.to)) {
    if (job.signal?.aborted) return warnings
    const source = await readGitDir(join(job.from, path))
    if (source === null) continue
    const problem = await fillOne(job.to, name, path, source, job.signal)
    if (problem === null) {
      warnings.push(
        ...(await fillSubmodules({ from: join(job.from, path), to: join(job.to, path), signal: job.signal })),
      )
    } else warnings.push(`The submodule ${path} could not be filled. ${problem}`)
  }
  return warnings
}

async function fillOne(
  worktree: string,
  name: string,
  path: string,
  source: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const update = ['submodule', '--quiet', 'update', '--init', '--checkout', '--', path]
  const key = `submodule.${name}.url`
  const before = await runGit({ cwd: worktree, args: ['config', '--get', key], okCodes: [1] })
  // First from the main checkout's own objects: the url is overridden for this one process only.
  const local = await runGit({
    cwd: worktree,
    args: update,
    env: {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: key,
      GIT_CONFIG_VALUE_0: source,
      GIT_CONFIG_KEY_1: 'protocol.file.allow',
      GIT_CONFIG_VALUE_1: 'always',
    },
    signal,
  })
  const url = before.ok ? before.value.text().trim() : ''
  const target = join(worktree, path)
  if (url !== '' && (await readGitDir(target)) !== null)
    await runGit({ cwd: target, args: ['config', 'remote.origin.url', url], okCodes: [1, 128] })
  if (local.ok || local.error.code === 'cancelled') return null
  // A commit that the main checkout lacks has to come from where the submodule comes from.
  const remote = await runGit({ cwd: worktree, args: update, signal, timeoutMs: 300_000 })
  if (remote.ok || remote.error.code === 'cancelled') return null
  return remote.error.detail ?? remote.error.message
}
