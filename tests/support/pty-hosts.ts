/** A pty host of a test's own, clients for it, and pages that look at its terminals. All is ended after each test. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { terminalId, type TerminalId } from '@contract/ids.ts'
import type { TerminalEvent } from '@contract/terminal.ts'
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { Terminal } from '@xterm/headless'
import { afterEach } from 'vitest'
import { silentLog } from '../../main/lib/log.ts'
import { connectPtyHost } from '../../main/pty/connect.ts'
import type { PtyClient, PtyEvent, PtyInfo, PtySpawn, PtyViewing } from '../../main/pty/pty-client.ts'
import { coreOf, type XtermCore } from '../../main/pty/xterm-core.ts'
import { buildPtyHost } from './pty-host-build.ts'
import { until } from './until.ts'

const endings: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

/** Runs after the test, last first. */
export function atEnd(end: () => Promise<void>): void {
  endings.push(end)
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quarterdeck-pty-'))
  atEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

export interface TestHost {
  folder: string
  client: PtyClient
  events: PtyEvent[]
  /** Another client of the same host. */
  another(): Promise<PtyClient>
  /** Starts a shell command in a terminal. */
  run(command: string, options?: Partial<PtySpawn> & { name?: string }): Promise<PtyInfo>
  id(name: string): TerminalId
  /** Resolves when the terminal's exit has been told. */
  exited(id: TerminalId): Promise<Extract<PtyEvent, { kind: 'exited' }>>
}

export const plainEnvironment = { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8', HOME: '/' }

/** Ends a host and all in it. */
async function endHost(client: PtyClient): Promise<void> {
  const pid = client.pid
  await client.shutdown()
  await client.dispose()
  if (pid) await until(`the host ${pid} is gone`, () => !isAlive(pid))
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** True once `pid` is no more or only waits to be reaped. */
export async function isGone(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1')
    return /^\d+ \(.*\) [ZX]/s.test(stat)
  } catch {
    return !isAlive(pid)
  }
}

export async function newClient(folder: string, times: { idleMs?: number; packMs?: number } = {}): Promise<PtyClient> {
  const hostScript = await buildPtyHost()
  return connectPtyHost({ dataFolder: folder, hostScript, execPath: process.execPath, log: silentLog, ...times })
}

export async function startHost(
  folderGiven?: string,
  times: { idleMs?: number; packMs?: number } = {},
): Promise<TestHost> {
  const folder = folderGiven ?? (await temporaryFolder())
  const client = await newClient(folder, times)
  await client.connect()
  atEnd(() => endHost(client))
  const events: PtyEvent[] = []
  client.onEvent((event) => events.push(event))
  let count = 0
  const id = (name: string): TerminalId => terminalId.parse(name)
  return {
    folder,
    client,
    events,
    id,
    another: async () => {
      const more = await newClient(folder)
      await more.connect()
      atEnd(() => more.dispose())
      return more
    },
    run: async (command, { name = `t${++count}`, ...options } = {}) => {
      const started = await client.spawn({
        id: id(name),
        file: '/bin/bash',
        args: ['-c', command],
        cwd: folder,
        env: plainEnvironment,
        cols: 80,
        rows: 24,
        scrollbackLines: 20_000,
        ...options,
      })
      if (!started.ok) throw new Error(`${started.error.code}: ${started.error.message}`)
      return started.value
    },
    exited: async (terminal) =>
      until(`${terminal} has ended`, () =>
        events.find(
          (event): event is Extract<PtyEvent, { kind: 'exited' }> => event.kind === 'exited' && event.id === terminal,
        ),
      ),
  }
}

/** A page as the real one works: an xterm that draws what the host sends, in order, and acknowledges. */
export interface TestPage {
  terminal: Terminal
  core: XtermCore
  events: TerminalEvent[]
  /** Running total of what is drawn. */
  total: number
  /** Bytes that came as output, not in snapshots. */
  bytes: number
  exited: boolean
  viewing: PtyViewing
  /** What is on the screen and above it, wrapped rows joined. */
  text(): string
}

export async function openPage(
  client: PtyClient,
  id: TerminalId,
  options: { ack?: (ack: () => void) => void; scrollback?: number } = {},
): Promise<TestPage> {
  const terminal = new Terminal({
    cols: 80,
    rows: 24,
    scrollback: options.scrollback ?? 20_000,
    allowProposedApi: true,
    logLevel: 'off',
  })
  terminal.loadAddon(new UnicodeGraphemesAddon())
  const core = coreOf(terminal)
  const page: TestPage = {
    terminal,
    core,
    events: [],
    total: -1,
    bytes: 0,
    exited: false,
    viewing: { ack: () => {}, close: () => {} },
    text: () => {
      const lines: string[] = []
      const { normal } = core.buffers
      for (let y = 0; y < normal.lines.length; y++) {
        const line = normal.lines.get(y)
        const text = line?.translateToString(true) ?? ''
        if (line?.isWrapped && lines.length > 0) lines[lines.length - 1] += text
        else lines.push(text)
      }
      return lines
        .map((line) => line.trimEnd())
        .join('\n')
        .trimEnd()
    },
  }
  const acknowledge = (total: number): void => {
    page.total = total
    const ack = (): void => page.viewing.ack(total)
    if (options.ack) options.ack(ack)
    else ack()
  }
  const viewing = await client.attach(id, {
    event: (event, tail) => {
      page.events.push(event)
      if (event.kind === 'snapshot') {
        terminal.resize(event.cols, event.rows)
        if (tail) core.writeSync(tail)
        acknowledge(event.total)
      } else if (event.kind === 'output') {
        page.bytes += tail?.length ?? 0
        if (tail) core.writeSync(tail)
        acknowledge(event.total)
      } else if (event.kind === 'resized') terminal.resize(event.cols, event.rows)
      else page.exited = true
    },
  })
  if (!viewing) throw new Error(`there is no terminal ${id}`)
  page.viewing = viewing
  atEnd(async () => {
    viewing.close()
    terminal.dispose()
  })
  return page
}
