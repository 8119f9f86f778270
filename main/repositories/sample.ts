import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fail, succeed, type Failure, type Result } from '@contract/result.ts'
import { runGit } from '../git/run.ts'
import { sampleCommits } from './sample-files.ts'

export type SampleCode = 'git-missing' | 'git-failed' | 'disk-full'

/** Needs no configuration of git, and leaves none behind but the repository's own. */
const identity = ['-c', 'user.name=Quarterdeck', '-c', 'user.email=quarterdeck@localhost', '-c', 'commit.gpgsign=false']
const minutesBetween = 25

/**
 * Makes the sample repository at `folder` and gives its path. One that is there already is given back as it is; where
 * something else stands there, the next free name is taken. Appears whole or not at all.
 */
export async function makeSample(folder: string): Promise<Result<string, SampleCode>> {
  let target = folder
  for (let number = 2; ; number++) {
    if (await isThere(join(target, '.git'))) return succeed(target)
    const content = await readdir(target).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? [] : ['?'],
    )
    if (content.length === 0) break
    target = `${folder}-${number}`
  }
  try {
    await mkdir(dirname(target), { recursive: true })
    const scratch = await mkdtemp(join(dirname(target), '.sample-'))
    try {
      const made = await fill(scratch)
      if (!made.ok) return made
      await rename(scratch, target)
      return succeed(target)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT') return fail('disk-full', 'The disk is full.')
    return fail('git-failed', 'The sample could not be written.', { detail: message })
  }
}

async function fill(cwd: string): Promise<Result<null, SampleCode>> {
  const git = async (args: string[], env?: Record<string, string>): Promise<Result<null, SampleCode>> => {
    const ran = await runGit({ cwd, args: [...identity, ...args], env })
    return ran.ok ? succeed(null) : narrow(ran.error)
  }
  // Neither templates nor hooks of this machine belong into a sample.
  const made = await git(['init', '--quiet', '--initial-branch=main', '--template='])
  if (!made.ok) return made
  const start = Date.now() - sampleCommits.length * minutesBetween * 60_000
  for (const [n, { message, files }] of sampleCommits.entries()) {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(cwd, path)), { recursive: true })
      await writeFile(join(cwd, path), text)
    }
    const added = await git(['add', '--all'])
    if (!added.ok) return added
    const date = new Date(start + n * minutesBetween * 60_000).toISOString()
    const env = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
    const committed = await git(['commit', '--quiet', '--no-verify', '-m', message], env)
    if (!committed.ok) return committed
  }
  return succeed(null)
}

function narrow(error: Failure): Result<never, SampleCode> {
  const { code, message, detail } = error
  return fail(code === 'git-missing' || code === 'disk-full' ? code : 'git-failed', message, { detail })
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
