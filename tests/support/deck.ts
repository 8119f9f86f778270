/**
 * A real deck for tests: the built web host in a process of its own, with a private home and data folder.
 * Whatever carries its mark in the environment belongs to it; `stop` ends all of it and fails on what should not be left.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from '@contract/client.ts'
import { connectDeck } from '../../main/rpc/deck-connect.ts'
import { until } from './until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Node 24 of the project, whatever runs the tests. */
export const nodePath = join(root, 'node_modules', '.bin', 'node')
/** The built command line. */
export const cliPath = join(root, 'out', 'main', 'cli.js')

export interface DeckSetup {
  /** Data folder of an earlier deck, to start again on it; a fresh one when left out. */
  data?: string
  /** Home of an earlier deck; goes with `data`. */
  home?: string
  /** Repository to open. */
  folder?: string
  env?: Record<string, string>
  /** More arguments of the web host. */
  args?: string[]
}

export interface TestDeck {
  /** `http://127.0.0.1:PORT/#TOKEN`, as printed. */
  address: string
  /** Without the token. */
  url: string
  token: string
  data: string
  home: string
  /** Environment of the deck's process. */
  env: Record<string, string>
  pid: number
  /** As the deck tells it now. */
  ptyHostPid(): Promise<number | null>
  /** A client over the deck's local socket; disposed by `stop`. */
  client(): Promise<Client>
  /** All it wrote to standard error so far. */
  stderr(): string
  /** Sends a signal and waits until the process is gone; the pty host and the agents are left as they are. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Ends deck, pty host and agents, checks that nothing is left, removes home and data unless `keep`. */
  stop(options?: { keep?: boolean }): Promise<void>
}

/** Starts a deck and waits for its address. */
export async function startDeck(setup: DeckSetup = {}): Promise<TestDeck> {
  // Short, so that sockets fit into the data folder.
  const base = setup.data === undefined ? await mkdtemp(join(tmpdir(), 'qd-')) : null
  const data = setup.data ?? join(base as string, 'data')
  const home = setup.home ?? (base ? join(base, 'home') : `${data}-home`)
  await mkdir(home, { recursive: true })
  const env = deckEnvironment(data, home, setup.env)
  const args = [join(root, 'out', 'main', 'web.js'), ...(setup.folder ? [setup.folder] : []), '--no-open']
  const child = spawn(nodePath, [...args, ...(setup.args ?? [])], { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-64_000)
  })
  const address = await firstLine(child, () => stderr)
  const [url = '', token = ''] = address.split('#')
  const clients = new Set<Client>()

  const client = async (): Promise<Client> => {
    const made = await connectDeck(data)
    if (!made) throw new Error(`the deck on ${data} does not answer\n${stderr}`)
    clients.add(made)
    return made
  }
  const closeClients = (): void => {
    for (const made of clients) made.dispose()
    clients.clear()
  }
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await exited
  }

  return {
    address,
    url,
    token,
    data,
    home,
    env,
    pid: child.pid ?? 0,
    ptyHostPid: async () => {
      const made = await client()
      const status = await made.call('host.status', {})
      return status.ok ? status.value.ptyHostPid : null
    },
    client,
    stderr: () => stderr,
    kill,
    stop: async (options = {}) => {
      const wasRunning = child.exitCode === null && child.signalCode === null
      let left: string[] = []
      try {
        if (wasRunning) {
          const made = await connectDeck(data)
          if (made) {
            await made.call('host.quit', { agents: 'stop' })
            made.dispose()
          } else child.kill('SIGTERM')
          closeClients()
          await until('the deck ends', () => child.exitCode !== null || child.signalCode !== null, {
            deadlineMs: 20_000,
          }).catch(() => child.kill('SIGKILL'))
          await exited
          // A process that is on its way out takes a moment to be gone.
          await until('no process of the deck is left', async () => (await processesOf(home)).length === 0, {
            deadlineMs: 5000,
          }).catch(() => undefined)
          left = (await processesOf(home)).map(({ pid, command }) => `${pid} ${command}`)
        }
        closeClients()
      } finally {
        await killProcessesOf(home)
        if (!options.keep) {
          await rm(data, { recursive: true, force: true, maxRetries: 3 })
          await rm(home, { recursive: true, force: true, maxRetries: 3 })
          if (base) await rm(base, { recursive: true, force: true, maxRetries: 3 })
        }
      }
      if (left.length > 0) throw new Error(`the deck left processes behind:\n${left.join('\n')}`)
    },
  }
}

/** Environment for a deck or command line of a test: nothing of the person's own but the PATH. */
export function deckEnvironment(data: string, home: string, more: Record<string, string> = {}): Record<string, string> {
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    QUARTERDECK_DATA: data,
    LANG: 'C.UTF-8',
    SHELL: '/bin/bash',
    TERM: 'xterm-256color',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Test Person',
    GIT_AUTHOR_EMAIL: 'test@example.invalid',
    GIT_COMMITTER_NAME: 'Test Person',
    GIT_COMMITTER_EMAIL: 'test@example.invalid',
    ...more,
  }
  if (process.env['TMPDIR']) env['TMPDIR'] = process.env['TMPDIR']
  return env
}

async function firstLine(child: ChildProcess, stderr: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the deck printed no address within 30 s\n${stderr()}`))
    }, 30_000)
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const found = /^Quarterdeck is at (\S+)\n/.exec(text)
      if (!found?.[1]) return
      clearTimeout(timer)
      resolve(found[1])
    })
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`the deck ended (${code ?? signal}) before it printed an address\n${stderr()}`))
    })
  })
}

/** Living processes whose environment has this home: the deck's own, its pty host, agents, shells and what they started. Linux only; empty elsewhere. */
export async function processesOf(home: string): Promise<{ pid: number; command: string }[]> {
  const found: { pid: number; command: string }[] = []
  const names = await readdir('/proc').catch(() => [])
  for (const name of names) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    try {
      const environment = await readFile(`/proc/${name}/environ`, 'utf8')
      if (!environment.split('\0').includes(`HOME=${home}`)) continue
      const state = /^State:\s+(\S)/m.exec(await readFile(`/proc/${name}/status`, 'utf8'))?.[1]
      if (state === 'Z') continue
      const command = (await readFile(`/proc/${name}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
      found.push({ pid: Number(name), command })
    } catch {
      // ended meanwhile, or another person's
    }
  }
  return found
}

/** Ends (SIGKILL) whatever is left of a deck with this home. */
export async function killProcessesOf(home: string): Promise<void> {
  await until('every process of the deck is gone', async () => {
    const left = await processesOf(home)
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // gone meanwhile
      }
    }
    return left.length === 0
  })
}
