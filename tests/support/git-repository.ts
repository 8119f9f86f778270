/** Real throwaway repositories. Every folder name has a space and CJK in it, so that no test passes by luck. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface TestRepository {
  /** Top folder of the main worktree, symlinks resolved. */
  path: string
  /** Runs git there and gives its standard output, the last newline dropped; throws with git's words. */
  git(...args: string[]): Promise<string>
  /** Writes a file, making its folders. */
  write(path: string, content: string | Uint8Array): Promise<void>
  /** `git add -A` and a commit, empty ones too; gives its id. */
  commit(message: string): Promise<string>
  /** A folder beside the repository that `remove` takes away too (for worktrees). */
  beside(name: string): string
  remove(): Promise<void>
}

/** Runs git in `cwd`; throws with git's own words where it fails. */
export function gitIn(cwd: string, args: readonly string[], input?: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      args,
      { cwd, maxBuffer: 512 * 1024 * 1024, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`git ${args.join(' ')} in ${cwd}: ${stderr || stdout || error.message}`))
        else resolve(stdout.replace(/\n$/, ''))
      },
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** Makes a repository with one commit of `files` on `branch` (default `main`). `files: {}` commits nothing at all. */
export async function makeRepository(
  options: { files?: Record<string, string | Uint8Array>; branch?: string } = {},
): Promise<TestRepository> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'quarterdeck test 仓库 ')))
  const path = join(top, 'my repo 项目')
  await mkdir(path)
  const git = (...args: string[]): Promise<string> => gitIn(path, args)
  const write = async (file: string, content: string | Uint8Array): Promise<void> => {
    const whole = join(path, file)
    await mkdir(dirname(whole), { recursive: true })
    await writeFile(whole, content)
  }
  const commit = async (message: string): Promise<string> => {
    await git('add', '-A')
    await git('commit', '-q', '--allow-empty', '-m', message)
    return git('rev-parse', 'HEAD')
  }
  await git('init', '-q', '-b', options.branch ?? 'main')
  await git('config', 'user.name', 'Test Person')
  await git('config', 'user.email', 'test@example.invalid')
  const files = options.files ?? { 'README.md': '# A repository\n' }
  if (Object.keys(files).length > 0) {
    for (const [file, content] of Object.entries(files)) await write(file, content)
    await commit('first')
  }
  return {
    path,
    git,
    write,
    commit,
    beside: (name) => join(top, name),
    remove: () => rm(top, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  }
}
