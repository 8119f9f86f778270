/** The backend's side of the pty host: finds it or starts it, and is there again by itself when the connection is lost. */
import { spawn } from 'node:child_process'
import { mkdir, open } from 'node:fs/promises'
import { connect as connectSocket, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { TerminalId } from '@contract/ids.ts'
import { fail, type Result } from '@contract/result.ts'
import type { TerminalColours } from '@contract/terminal.ts'
import type { Log } from '../lib/log.ts'
import { hostAddress, hostFiles } from './address.ts'
import { Link } from './link.ts'
import { type HostCall, type HostHello, type HostMessage, type HostRequest, ptyProtocol } from './protocol.ts'
import type { PtyClient, PtyEvent, PtyHostState, PtyInfo, PtySpawn, PtyViewer, PtyViewing } from './pty-client.ts'

export interface PtyHostConnection {
  dataFolder: string
  /** The built `pty-host.js`. */
  hostScript: string
  /** Node, or Electron with ELECTRON_RUN_AS_NODE in `env`. */
  execPath: string
  log: Log
  /** Environment of the host itself; terminals get theirs with each spawn. */
  env?: NodeJS.ProcessEnv
  /** How long the host stays without terminals and clients; default a minute. */
  idleMs?: number
  /** After so long a quiet terminal nobody looks at is packed; default a minute. */
  packMs?: number
}

/** A host of another version runs and has live terminals: it is left alone. */
export class OtherHostError extends Error {
  readonly pid: number
  readonly live: number
  readonly protocol: number

  constructor(hello: HostHello) {
    super(
      `A terminal host of another Quarterdeck version (protocol ${hello.protocol}, process ${hello.pid}) runs ${hello.live} terminals. End them there first, or start that version again.`,
    )
    this.pid = hello.pid
    this.live = hello.live
    this.protocol = hello.protocol
  }
}

const startDeadlineMs = 15_000
/** Waits between tries to come back after a loss; then it stays lost until `connect` is called. */
const returnWaitsMs = [0, 100, 500, 2000, 5000, 10_000]

interface Attached {
  id: TerminalId
  viewer: PtyViewer
  /** Events that came before the caller had its `PtyViewing`. */
  waiting: (() => void)[] | null
}

/** A client of the pty host of `dataFolder`. Nothing happens before `connect`. */
export function connectPtyHost(options: PtyHostConnection): PtyClient {
  return new HostConnection(options)
}

class HostConnection implements PtyClient {
  state: PtyHostState = 'starting'
  pid: number | null = null
  readonly #options: PtyHostConnection
  readonly #log: Log
  #link: Link | null = null
  #connecting: Promise<void> | null = null
  #disposed = false
  #ended = false
  #colours: TerminalColours | null = null
  #nextId = 1
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  readonly #attached = new Map<number, Attached>()
  readonly #stateListeners = new Set<(state: PtyHostState) => void>()
  readonly #eventListeners = new Set<(event: PtyEvent) => void>()

  constructor(options: PtyHostConnection) {
    this.#options = options
    this.#log = options.log
  }

  onState(listener: (state: PtyHostState) => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  onEvent(listener: (event: PtyEvent) => void): () => void {
    this.#eventListeners.add(listener)
    return () => this.#eventListeners.delete(listener)
  }

  connect(): Promise<void> {
    if (this.#link) return Promise.resolve()
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = null
    })
    return this.#connecting
  }

  async list(): Promise<PtyInfo[]> {
    return (await this.#call<PtyInfo[]>({ t: 'list', id: 0 })) ?? []
  }

  async info(id: TerminalId): Promise<PtyInfo | null> {
    return (await this.#call<PtyInfo | null>({ t: 'info', id: 0, params: { id } })) ?? null
  }

  async spawn(params: PtySpawn): ReturnType<PtyClient['spawn']> {
    type Answer = Awaited<ReturnType<PtyClient['spawn']>>
    const answer = await this.#call<Answer>({ t: 'spawn', id: 0, params })
    return answer ?? fail('connection-lost', 'The terminal host cannot be reached.')
  }

  write(id: TerminalId, bytes: string | Uint8Array): void {
    this.#note({ t: 'write', terminal: id }, typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
  }

  paste(id: TerminalId, text: string, enter: boolean): void {
    this.#note({ t: 'paste', terminal: id, text, enter })
  }

  resize(id: TerminalId, cols: number, rows: number): void {
    this.#note({ t: 'resize', terminal: id, cols, rows })
  }

  async kill(id: TerminalId): Promise<void> {
    await this.#call({ t: 'kill', id: 0, params: { id } })
  }

  async forget(id: TerminalId): Promise<void> {
    await this.#call({ t: 'forget', id: 0, params: { id } })
  }

  async text(id: TerminalId, what: 'screen' | 'all'): Promise<Result<string, 'not-found' | 'connection-lost'>> {
    type Answer = Result<string, 'not-found'>
    const answer = await this.#call<Answer>({ t: 'text', id: 0, params: { id, what } })
    return answer ?? fail('connection-lost', 'The terminal host cannot be reached.')
  }

  async attach(id: TerminalId, viewer: PtyViewer): Promise<PtyViewing | null> {
    const number = this.#nextId++
    const attached: Attached = { id, viewer, waiting: [] }
    this.#attached.set(number, attached)
    const found = await this.#call<boolean>({ t: 'attach', id: 0, params: { id, viewer: number } })
    if (found === false || (found === null && !this.#link)) {
      this.#attached.delete(number)
      return null
    }
    setImmediate(() => {
      const waiting = attached.waiting ?? []
      attached.waiting = null
      for (const run of waiting) run()
    })
    return {
      ack: (total) => {
        if (this.#attached.has(number)) this.#note({ t: 'ack', viewer: number, total })
      },
      close: () => {
        if (this.#attached.delete(number)) this.#note({ t: 'detach', viewer: number })
      },
    }
  }

  setColours(colours: TerminalColours): void {
    this.#colours = colours
    this.#note({ t: 'colours', colours })
  }

  async shutdown(): Promise<void> {
    this.#ended = true
    const link = this.#link
    if (!link) return
    const closed = new Promise<void>((resolve) => link.onClose(resolve))
    await this.#call({ t: 'shutdown', id: 0 })
    await closed
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    const link = this.#link
    this.#attached.clear()
    if (link) {
      const closed = new Promise<void>((resolve) => link.onClose(resolve))
      link.end()
      const impatience = setTimeout(() => link.close(), 500)
      await closed
      clearTimeout(impatience)
    }
    this.#stateListeners.clear()
    this.#eventListeners.clear()
  }

  // ── connection ──────────────────────────────────────────────────────────

  #setState(state: PtyHostState): void {
    if (this.state === state) return
    this.state = state
    for (const listener of [...this.#stateListeners]) listener(state)
  }

  async #open(): Promise<void> {
    const address = hostAddress(this.#options.dataFolder)
    const deadline = Date.now() + startDeadlineMs
    let started: { exited: () => number | null } | null = null
    for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
      const socket = await reach(address)
      if (socket && (await this.#greet(socket))) return
      if (this.#disposed) throw new Error('The connection to the terminal host was given up.')
      if (Date.now() > deadline) {
        this.#setState('lost')
        throw new Error(`The terminal host did not start; see ${hostFiles(this.#options.dataFolder).output}.`)
      }
      // One that ends with 0 met another that has the folder; should that one go away too, the next try is ours.
      const exit = started?.exited() ?? null
      if (!started || exit === 0) started = await this.#start()
      else if (exit !== null) {
        this.#setState('lost')
        throw new Error(`The terminal host ended at once; see ${hostFiles(this.#options.dataFolder).output}.`)
      }
      await wait(pause)
    }
  }

  async #start(): Promise<{ exited: () => number | null }> {
    const { dataFolder, execPath, hostScript, env, idleMs, packMs } = this.#options
    const { output } = hostFiles(dataFolder)
    await mkdir(dirname(output), { recursive: true, mode: 0o700 })
    const file = await open(output, 'a', 0o600)
    try {
      const more = idleMs === undefined ? [] : ['--idle-ms', String(idleMs)]
      if (packMs !== undefined) more.push('--pack-ms', String(packMs))
      const child = spawn(execPath, [hostScript, '--data', dataFolder, ...more], {
        cwd: dataFolder,
        detached: true,
        env: env ?? process.env,
        stdio: ['ignore', file.fd, file.fd],
        windowsHide: true,
      })
      let exited: number | null = null
      child.on('exit', (code) => {
        exited = code ?? 1
      })
      child.on('error', (error) => {
        this.#log.error('the terminal host could not be started', error)
        exited = 1
      })
      child.unref()
      return { exited: () => exited }
    } finally {
      await file.close()
    }
  }

  /** Says hello; true once this host is ours to use. A host of another version without terminals is asked to go. */
  #greet(socket: Socket): Promise<boolean> {
    const link = new Link(socket)
    return new Promise((resolve, reject) => {
      link.onClose(() => resolve(false))
      link.onMessage = ({ head }) => {
        const hello = head as HostMessage
        if (hello.t !== 'hello') return
        if (hello.protocol === ptyProtocol) {
          this.#adopt(link, hello)
          resolve(true)
        } else if (hello.live > 0) {
          link.close()
          this.#setState('lost')
          reject(new OtherHostError(hello))
        } else link.send({ t: 'shutdown', id: 0 } satisfies HostRequest)
      }
      link.send({ t: 'hello', protocol: ptyProtocol } satisfies HostRequest)
    })
  }

  #adopt(link: Link, hello: HostHello): void {
    this.#link = link
    this.pid = hello.pid
    link.onMessage = ({ head, tail }) => this.#receive(head as HostMessage, tail)
    link.onClose(() => this.#lost())
    if (this.#disposed) {
      link.close()
      return
    }
    if (this.#colours) link.send({ t: 'colours', colours: this.#colours } satisfies HostRequest)
    this.#setState('running')
    for (const [number, { id, waiting }] of this.#attached) {
      if (waiting === null) void this.#attachAgain(number, id)
    }
  }

  /** Each viewer gets a picture again; one whose terminal is gone is told that it has ended. */
  async #attachAgain(number: number, id: TerminalId): Promise<void> {
    const found = await this.#call<boolean>({ t: 'attach', id: 0, params: { id, viewer: number } })
    const attached = this.#attached.get(number)
    if (found !== false || !attached) return
    this.#attached.delete(number)
    attached.viewer.event({ kind: 'exited', exitCode: null, signal: null })
  }

  #lost(): void {
    this.#link = null
    this.pid = null
    const lost = new Error('The connection to the terminal host was lost.')
    for (const call of this.#calls.values()) call.reject(lost)
    this.#calls.clear()
    if (!this.#disposed) this.#setState('lost')
    if (!this.#disposed && !this.#ended) void this.#comeBack()
  }

  async #comeBack(): Promise<void> {
    for (const pause of returnWaitsMs) {
      await wait(pause, undefined, { ref: false })
      if (this.#disposed || this.#ended || this.#link) return
      try {
        await this.connect()
        return
      } catch (error) {
        this.#log.warn('the terminal host is not back yet', { why: (error as Error).message })
        if (error instanceof OtherHostError) return
      }
    }
  }

  // ── messages ────────────────────────────────────────────────────────────

  #receive(message: HostMessage, tail: Uint8Array | undefined): void {
    switch (message.t) {
      case 'hello':
        return
      case 'reply':
        this.#calls.get(message.id)?.resolve(message.value)
        this.#calls.delete(message.id)
        return
      case 'failed':
        this.#calls.get(message.id)?.reject(new Error(message.message))
        this.#calls.delete(message.id)
        return
      case 'event':
        for (const listener of [...this.#eventListeners]) listener(message.event)
        return
      case 'view': {
        const attached = this.#attached.get(message.viewer)
        if (!attached) return
        const run = (): void => attached.viewer.event(message.event, tail)
        if (attached.waiting) attached.waiting.push(run)
        else run()
      }
    }
  }

  #note(request: HostRequest, tail?: Uint8Array): void {
    this.#link?.send(request, tail)
  }

  /** The host's answer; `null` when there is no connection or it is lost before the answer. */
  async #call<T>(request: HostCall): Promise<T | null> {
    const link = this.#link
    if (!link) return null
    const id = this.#nextId++
    try {
      return (await new Promise<unknown>((resolve, reject) => {
        this.#calls.set(id, { resolve, reject })
        link.send({ ...request, id })
      })) as T
    } catch (error) {
      this.#log.warn(`${request.t} was not answered`, { why: (error as Error).message })
      return null
    }
  }
}

function reach(address: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connectSocket(address)
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', () => resolve(null))
  })
}
