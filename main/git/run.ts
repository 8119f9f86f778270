/**
 * The one door to git: the command line, arguments as an array, never a shell, English messages, no prompts,
 * no optional locks, at most `maxParallel` at once, cancellable.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { fail, succeed, type Result } from '@contract/result.ts'
import { gitFailure, type GitCode } from './errors.ts'

export interface GitRun {
  cwd: string
  args: readonly string[]
  /** Added to the environment; `undefined` removes a name. */
  env?: Record<string, string | undefined>
  input?: string | Uint8Array
  /** Exit codes that are answers, not failures; 0 always is. */
  okCodes?: readonly number[]
  signal?: AbortSignal
  timeoutMs?: number
  /** Output beyond this kills git and is a failure. Default 256 MiB. */
  maxBytes?: number
  /** Lines on standard error as they come (progress). */
  onStderr?: (text: string) => void
  /** `true` goes ahead of those that wait: somebody looks at it. */
  urgent?: boolean
}

export interface GitOutput {
  exitCode: number
  stdout: Buffer
  stderr: string
  /** `stdout` as UTF-8. */
  text(): string
  /** `stdout` cut at NUL, the empty end dropped. */
  fields(): string[]
}

const maxParallel = 6
let running = 0
const urgentQueue: (() => void)[] = []
const queue: (() => void)[] = []

/** False when `signal` was aborted before a place came free. */
function acquire(urgent: boolean, signal: AbortSignal | undefined): Promise<boolean> {
  if (running < maxParallel) {
    running++
    return Promise.resolve(true)
  }
  return new Promise((resolve) => {
    const line = urgent ? urgentQueue : queue
    const enter = (): void => {
      signal?.removeEventListener('abort', leave)
      resolve(true)
    }
    const leave = (): void => {
      line.splice(line.indexOf(enter), 1)
      resolve(false)
    }
    line.push(enter)
    signal?.addEventListener('abort', leave, { once: true })
  })
}

function release(): void {
  const next = urgentQueue.shift() ?? queue.shift()
  if (next) next()
  else running--
}

/** Variables by which a parent git (a hook, an alias) would redirect ours to another repository. */
const redirecting = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_QUARANTINE_PATH',
]

/** Environment of every git child. */
export function gitEnvironment(more: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env }
  for (const name of redirecting) delete env[name]
  Object.assign(env, {
    LC_ALL: 'C',
    LANGUAGE: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'true',
    GIT_SEQUENCE_EDITOR: 'true',
    GIT_LITERAL_PATHSPECS: '1',
    GCM_INTERACTIVE: 'never',
  })
  if (!env['GIT_SSH_COMMAND']) env['GIT_SSH_COMMAND'] = 'ssh -oBatchMode=yes'
  for (const [name, value] of Object.entries(more)) {
    if (value === undefined) delete env[name]
    else env[name] = value
  }
  return env
}

/**
 * What must not reach the hooks, filters and signing programs of a command that runs the repository's own: they get the
 * person's way of reading pathspecs and a UTF-8 locale (git's words stay English).
 */
export const forHooks: Record<string, string | undefined> = {
  LC_ALL: 'C.UTF-8',
  GIT_LITERAL_PATHSPECS: undefined,
  GIT_OPTIONAL_LOCKS: undefined,
}

/** Runs git and waits for its end. Pathspecs are literal unless `env` sets GIT_LITERAL_PATHSPECS to undefined. */
export async function runGit(run: GitRun): Promise<Result<GitOutput, GitCode>> {
  if (run.signal?.aborted) return fail('cancelled', 'Cancelled.')
  if (!(await acquire(run.urgent ?? false, run.signal))) return fail('cancelled', 'Cancelled.')
  try {
    // Aborted between the place coming free and now: no event will tell of it any more.
    if (run.signal?.aborted) return fail('cancelled', 'Cancelled.')
    return await runNow(run)
  } finally {
    release()
  }
}

/** How long after git's end its pipes may stay silent and open before they are closed from this side. */
const lingerMs = 300

function endGroup(child: ChildProcess): void {
  try {
    if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    else child.kill('SIGTERM')
  } catch {
    // ended by itself in this moment
  }
}

function runNow(run: GitRun): Promise<Result<GitOutput, GitCode>> {
  return new Promise((resolve) => {
    const maxBytes = run.maxBytes ?? 256 * 1024 * 1024
    const child = spawn('git', run.args, {
      cwd: run.cwd,
      env: gitEnvironment(run.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // A group of its own: whoever cancels git ends its hooks, filters and aliases too.
      detached: process.platform !== 'win32',
    })
    const out: Buffer[] = []
    let outBytes = 0
    let stderr = ''
    let stopped: 'cancelled' | 'timed-out' | 'too-much' | null = null
    let settled = false
    const stop = (why: 'cancelled' | 'timed-out' | 'too-much'): void => {
      stopped ??= why
      endGroup(child)
    }
    const onAbort = (): void => stop('cancelled')
    run.signal?.addEventListener('abort', onAbort, { once: true })
    const timer = run.timeoutMs ? setTimeout(() => stop('timed-out'), run.timeoutMs) : null
    let lingering: NodeJS.Timeout | null = null
    const settle = (result: Result<GitOutput, GitCode>): void => {
      if (settled) return
      settled = true
      if (timer) clearTimeout(timer)
      if (lingering) clearTimeout(lingering)
      run.signal?.removeEventListener('abort', onAbort)
      resolve(result)
    }
    child.stdout.on('data', (chunk: Buffer) => {
      lingering?.refresh()
      outBytes += chunk.length
      if (outBytes > maxBytes) stop('too-much')
      else out.push(chunk)
    })
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (text: string) => {
      stderr = (stderr + text).slice(-64_000)
      run.onStderr?.(text)
    })
    // git may end without reading its input: EPIPE is its answer, told by the exit code.
    child.stdin.on('error', () => {})
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') {
        // Node says ENOENT for a missing program and for a missing folder alike.
        stat(run.cwd).then(
          () => settle(fail('git-missing', 'git was not found on this machine. Install git 2.38 or newer.')),
          () => settle(fail('not-found', `The folder ${run.cwd} does not exist.`, { paths: [run.cwd] })),
        )
      } else if (error.code === 'EACCES') settle(fail('permission-denied', `${run.cwd}: access was denied.`))
      else settle(fail('git-failed', error.message))
    })
    const finish = (exitCode: number | null): void => {
      // Never started: what was missing is being found out.
      if (child.pid === undefined) return
      if (stopped === 'cancelled') return settle(fail('cancelled', 'Cancelled.'))
      if (stopped === 'timed-out')
        return settle(fail('timed-out', `git ${run.args[0] ?? ''} took too long and was stopped.`))
      if (stopped === 'too-much')
        return settle(fail('git-failed', `git ${run.args[0] ?? ''} printed more than ${maxBytes} bytes.`))
      if (exitCode === 0 || (exitCode !== null && run.okCodes?.includes(exitCode))) {
        const stdout = Buffer.concat(out)
        return settle(
          succeed({
            exitCode,
            stdout,
            stderr,
            text: () => stdout.toString('utf8'),
            fields: () => {
              const fields = stdout.toString('utf8').split('\0')
              if (fields.at(-1) === '') fields.pop()
              return fields
            },
          }),
        )
      }
      return settle({ ok: false, error: gitFailure(run.args, exitCode, stderr) })
    }
    child.on('close', finish)
    child.on('exit', (exitCode) => {
      // A hook may leave a process behind that holds the pipes open for ever; git's own words are in them by now.
      lingering = setTimeout(() => {
        const seen = outBytes + stderr.length
        // If this program itself was held up, what git wrote is still to be read: one turn of the loop reads on.
        setImmediate(() =>
          setImmediate(() => {
            if (settled) return
            if (outBytes + stderr.length !== seen) return void lingering?.refresh()
            child.stdout.destroy()
            child.stderr.destroy()
            finish(exitCode)
          }),
        )
      }, lingerMs)
    })
    if (run.input !== undefined) child.stdin.write(run.input)
    child.stdin.end()
  })
}
