/** One program on a pseudo terminal: started, written to, resized, ended. Its output comes as bytes, and its end after its last byte. */
import { constants, write as writeFile } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import type { TerminalId } from '@contract/ids.ts'
import { fail, type Result, succeed } from '@contract/result.ts'
import { type IPty, spawn } from 'node-pty'
import type { Log } from '../lib/log.ts'
import { endProcessTree, type ProcessIdentity, readProcess } from '../lib/process-tree.ts'

export interface PtyProcessOptions {
  file: string
  args: string[]
  cwd: string
  env: Record<string, string>
  cols: number
  rows: number
  onBytes(bytes: Uint8Array): void
  /** Called once, after the last bytes. */
  onExit(exit: { exitCode: number | null; signal: number | null }): void
}

/** Waits between tries when the program does not read what is typed. */
const stuckWaitsMs = [1, 2, 5, 10, 20, 50]
/** Typed bytes that wait for a program that does not read; more is dropped, as a terminal does. */
const maxWaitingBytes = 16 * 1024 * 1024
const interrupt = 0x03

const windows = process.platform === 'win32'

async function findProgram(
  file: string,
  cwd: string,
  env: Record<string, string>,
): Promise<Result<null, 'not-found' | 'permission-denied'>> {
  let candidates: string[]
  if (isAbsolute(file) || file.includes('/') || (windows && file.includes('\\'))) candidates = [resolve(cwd, file)]
  else {
    const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '')
    const endings = windows ? ['', ...(env['PATHEXT'] ?? '.EXE;.CMD;.BAT').split(';')] : ['']
    candidates = folders.flatMap((folder) => endings.map((ending) => join(resolve(cwd, folder), file + ending)))
  }
  let denied: string | null = null
  for (const path of candidates) {
    try {
      if (!(await stat(path)).isFile()) continue
      await access(path, constants.X_OK)
      return succeed(null)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') denied ??= path
    }
  }
  if (denied) return fail('permission-denied', `${denied} may not be run.`, { paths: [denied] })
  return fail('not-found', `The program ${file} was not found.`, { paths: [file] })
}

async function checkFolder(cwd: string): Promise<Result<null, 'not-found' | 'permission-denied'>> {
  try {
    if (!(await stat(cwd)).isDirectory()) return fail('not-found', `${cwd} is not a folder.`, { paths: [cwd] })
    await access(cwd, constants.X_OK)
    return succeed(null)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') {
      return fail('permission-denied', `The folder ${cwd} may not be entered.`, { paths: [cwd] })
    }
    return fail('not-found', `The folder ${cwd} does not exist.`, { paths: [cwd] })
  }
}

export class PtyProcess {
  readonly pid: number
  startedAt = ''
  #over = false
  readonly #pty: IPty
  #queue: Uint8Array[] = []
  #waitingBytes = 0
  #writing = false
  #stuck = 0

  /** Whether the program and its folder are there; a pty itself would only show a message of its own and end. */
  static async check(
    options: Pick<PtyProcessOptions, 'file' | 'cwd' | 'env'>,
  ): Promise<Result<null, 'not-found' | 'permission-denied'>> {
    const folder = await checkFolder(options.cwd)
    return folder.ok ? findProgram(options.file, options.cwd, options.env) : folder
  }

  /** Starts the program; its terminal has its size before the program runs. */
  static start(options: PtyProcessOptions): Result<PtyProcess, 'internal'> {
    try {
      return succeed(new PtyProcess(options))
    } catch (error) {
      return fail('internal', `No terminal could be made for ${options.file}: ${(error as Error).message}`)
    }
  }

  /** Notes when the program started, by which a reused pid is told from it. */
  async identify(): Promise<void> {
    this.startedAt = (await readProcess(this.pid))?.startedAt ?? ''
  }

  private constructor(options: PtyProcessOptions) {
    const pty = spawn(options.file, options.args, {
      name: options.env['TERM'] ?? 'xterm-256color',
      cols: options.cols,
      rows: options.rows,
      cwd: options.cwd,
      env: options.env,
      encoding: windows ? 'utf8' : null,
    })
    this.#pty = pty
    this.pid = pty.pid
    // With `encoding: null` the data are bytes, whatever the declared type says.
    pty.onData((data: string | Uint8Array) => options.onBytes(typeof data === 'string' ? Buffer.from(data) : data))
    pty.onExit(({ exitCode, signal }) => {
      this.#over = true
      this.#queue = []
      options.onExit(signal ? { exitCode: null, signal } : { exitCode, signal: null })
    })
  }

  get over(): boolean {
    return this.#over
  }

  /**
   * Types bytes. Never waits: what the program does not read stays queued here. Written to the descriptor directly, since node-pty
   * spins at full processor load while a program does not read.
   */
  write(bytes: Uint8Array): void {
    if (this.#over || bytes.length === 0) return
    if (windows) {
      this.#pty.write(Buffer.from(bytes))
      return
    }
    if (this.#stuck > 0 && bytes.length === 1 && bytes[0] === interrupt) {
      // As the terminal's own line discipline does: an interrupt drops the input that waits before it.
      this.#queue = this.#writing ? this.#queue.slice(0, 1) : []
      this.#waitingBytes = this.#queue[0]?.length ?? 0
    }
    if (this.#waitingBytes + bytes.length > maxWaitingBytes) return
    this.#queue.push(bytes)
    this.#waitingBytes += bytes.length
    this.#drain()
  }

  #drain(): void {
    const next = this.#queue[0]
    if (this.#writing || this.#over || !next) return
    this.#writing = true
    writeFile((this.#pty as unknown as { fd: number }).fd, next, (error, written) => {
      this.#writing = false
      if (this.#over) return
      if (error) {
        if (error.code === 'EAGAIN') {
          const wait = stuckWaitsMs[Math.min(this.#stuck++, stuckWaitsMs.length - 1)] ?? 50
          this.#writing = true
          setTimeout(() => {
            this.#writing = false
            this.#drain()
          }, wait)
        } else {
          // The terminal is closing: its exit follows.
          this.#queue = []
          this.#waitingBytes = 0
        }
        return
      }
      this.#stuck = 0
      this.#waitingBytes -= written
      if (written >= next.length) this.#queue.shift()
      else this.#queue[0] = next.subarray(written)
      this.#drain()
    })
  }

  resize(cols: number, rows: number): void {
    if (this.#over) return
    try {
      this.#pty.resize(cols, rows)
    } catch {
      // The program ended this moment; its exit follows.
    }
  }
}

/** Ends a terminal's program and all that it started; says in the log what could not be ended. */
export async function endTerminalProcesses(
  id: TerminalId,
  leader: ProcessIdentity,
  log: Log,
  graceMs?: number,
): Promise<void> {
  const left = await endProcessTree(leader, { graceMs })
  if (left.length > 0) log.warn('processes could not be ended', { terminal: id, pids: left })
}
