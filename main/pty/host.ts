/** The pty host: its terminals, and what clients ask of them. Knows nothing of sessions, git or storage. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { terminalId, type TerminalId } from '@contract/ids.ts'
import { fail, type Result, succeed } from '@contract/result.ts'
import type { TerminalColours } from '@contract/terminal.ts'
import type { Message } from '@contract/wire.ts'
import { KeyedLock } from '../lib/keyed-lock.ts'
import type { Log } from '../lib/log.ts'
import { Journal, readJournal } from './journal.ts'
import type { Link } from './link.ts'
import { clampSize, type HostCall, type HostMessage, hostRequest, ptyProtocol } from './protocol.ts'
import type { PtyEvent, PtyInfo, PtySpawn } from './pty-client.ts'
import { endTerminalProcesses } from './pty-process.ts'
import { replayJournal } from './replay.ts'
import { Screen } from './screen.ts'
import { HostedTerminal } from './terminal.ts'
import { Viewer } from './viewer.ts'

export interface HostOptions {
  /** One folder a terminal below it. */
  journals: string
  log: Log
  /** After the last client and the last live terminal are gone for so long, `onIdle` is called. */
  idleMs: number
  /** A quiet terminal nobody looks at is packed after so long. */
  packMs: number
  onIdle(): void
  /** A client asked for the end; every program has ended. */
  onShutdown(): void
}

interface Client {
  link: Link
  viewers: Map<number, { viewer: Viewer; terminal: HostedTerminal }>
  greeted: boolean
}

/** What the disk keeps of a terminal of an earlier host; drawn when somebody asks. */
interface Kept {
  info: PtyInfo
  folder: string
}

export class PtyHost {
  readonly #options: HostOptions
  readonly #log: Log
  readonly #terminals = new Map<TerminalId, HostedTerminal>()
  readonly #kept = new Map<TerminalId, Kept>()
  readonly #clients = new Set<Client>()
  readonly #lock = new KeyedLock()
  #colours: TerminalColours | null = null
  #idleTimer: NodeJS.Timeout | null = null
  #ending = false

  constructor(options: HostOptions) {
    this.#options = options
    this.#log = options.log
  }

  /** Finds what earlier hosts left. One bad journal is left out, with a line in the log. */
  async load(): Promise<void> {
    await mkdir(this.#options.journals, { recursive: true, mode: 0o700 })
    const names = await readdir(this.#options.journals)
    await Promise.all(
      names.map(async (name) => {
        const id = terminalId.safeParse(name)
        if (!id.success) return
        const folder = join(this.#options.journals, name)
        const journal = await readJournal(folder, this.#log)
        const size = journal?.note.sizes.at(-1)
        if (!journal || !size) return
        const { note } = journal
        this.#kept.set(id.data, {
          folder,
          info: {
            id: id.data,
            pid: note.pid,
            startedAt: note.startedAt,
            alive: false,
            exitCode: note.ended?.exitCode ?? null,
            signal: note.ended?.signal ?? null,
            cols: size.cols,
            rows: size.rows,
            title: note.title,
            total: journal.segments.at(-1)?.start ?? 0,
            lastOutputAt: note.lastOutputAt,
            foreground: null,
            active: false,
            bracketedPaste: false,
            alternateScreen: false,
          },
        })
      }),
    )
    this.#checkIdle()
  }

  get live(): number {
    return [...this.#terminals.values()].filter((terminal) => terminal.alive).length
  }

  /** Takes a client's connection. */
  accept(link: Link): void {
    const client: Client = { link, viewers: new Map(), greeted: false }
    this.#clients.add(client)
    this.#checkIdle()
    link.onMessage = (message) => this.#receive(client, message)
    link.onDrain = () => this.#pumpAll(client)
    link.onClose(() => {
      this.#clients.delete(client)
      for (const { viewer, terminal } of client.viewers.values()) terminal.detach(viewer)
      client.viewers.clear()
      this.#checkIdle()
    })
  }

  /** Ends every program, writes what is to be written. */
  async end(graceMs?: number): Promise<void> {
    this.#ending = true
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal.end(graceMs)))
    await this.flush()
    for (const terminal of this.#terminals.values()) terminal.dispose()
  }

  /** Writes every journal to disk. */
  async flush(): Promise<void> {
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal.journal.flush()))
  }

  #checkIdle(): void {
    const idle = this.#clients.size === 0 && this.live === 0
    if (!idle && this.#idleTimer) {
      clearTimeout(this.#idleTimer)
      this.#idleTimer = null
    } else if (idle && !this.#idleTimer) {
      this.#idleTimer = setTimeout(() => this.#options.onIdle(), this.#options.idleMs)
    }
  }

  #say(client: Client, message: HostMessage): void {
    client.link.send(message)
  }

  #emit(event: PtyEvent): void {
    for (const client of this.#clients) if (client.greeted) this.#say(client, { t: 'event', event })
    if (event.kind === 'exited') this.#checkIdle()
  }

  #receive(client: Client, message: Message): void {
    const parsed = hostRequest.safeParse(message.head)
    if (!parsed.success) {
      this.#log.warn('a client said what this host does not understand', { why: parsed.error.issues[0]?.message })
      client.link.close()
      return
    }
    const request = parsed.data
    switch (request.t) {
      case 'hello':
        client.greeted = request.protocol === ptyProtocol
        this.#say(client, { t: 'hello', protocol: ptyProtocol, pid: process.pid, live: this.live })
        return
      case 'write':
        if (message.tail) this.#terminals.get(request.terminal)?.write(message.tail)
        return
      case 'paste':
        this.#terminals.get(request.terminal)?.paste(request.text, request.enter)
        return
      case 'resize':
        this.#terminals.get(request.terminal)?.resize(request.cols, request.rows)
        return
      case 'ack': {
        const entry = client.viewers.get(request.viewer)
        entry?.terminal.ack(entry.viewer, request.total)
        return
      }
      case 'detach': {
        const entry = client.viewers.get(request.viewer)
        client.viewers.delete(request.viewer)
        entry?.terminal.detach(entry.viewer)
        return
      }
      case 'colours':
        this.#colours = request.colours
        for (const terminal of this.#terminals.values()) terminal.setColours(request.colours)
        return
      default:
        void this.#answer(client, request)
    }
  }

  async #answer(client: Client, request: HostCall): Promise<void> {
    try {
      this.#say(client, { t: 'reply', id: request.id, value: await this.#call(client, request) })
      if (request.t === 'shutdown') this.#options.onShutdown()
    } catch (error) {
      this.#log.error(`${request.t} failed`, error)
      this.#say(client, { t: 'failed', id: request.id, message: `${request.t} failed inside the pty host.` })
    }
  }

  async #call(client: Client, request: HostCall): Promise<unknown> {
    switch (request.t) {
      case 'list':
        return [...this.#kept.values()].map((kept) => kept.info).concat(this.#infos())
      case 'info':
        return this.#terminals.get(request.params.id)?.info() ?? this.#kept.get(request.params.id)?.info ?? null
      case 'spawn':
        return this.#lock.run(request.params.id, () => this.#spawn(request.params))
      case 'kill':
        await this.#kill(request.params.id)
        return null
      case 'forget':
        return this.#lock.run(request.params.id, () => this.#forget(request.params.id))
      case 'text': {
        const { id, what } = request.params
        const terminal = await this.#lock.run(id, () => this.#find(id))
        if (!terminal) return fail('not-found', `There is no terminal ${id}.`)
        return succeed(await terminal.text(what))
      }
      case 'attach': {
        const { id, viewer: number } = request.params
        const terminal = await this.#lock.run(id, () => this.#find(id))
        if (!terminal || client.link.closed) return false
        const viewer = new Viewer(client.link, number)
        client.viewers.set(number, { viewer, terminal })
        await terminal.attach(viewer)
        return true
      }
      case 'shutdown':
        await this.end()
        return null
    }
  }

  async #kill(id: TerminalId): Promise<void> {
    const kept = this.#kept.get(id)
    await this.#terminals.get(id)?.end()
    // Of an earlier host's terminal only what ignored its end can be left.
    if (kept && kept.info.pid > 0) await endTerminalProcesses(id, kept.info, this.#log)
  }

  #infos(): PtyInfo[] {
    return [...this.#terminals.values()].map((terminal) => terminal.info())
  }

  /** The terminal, drawn from its journal when an earlier host had it. */
  async #find(id: TerminalId): Promise<HostedTerminal | null> {
    const known = this.#terminals.get(id)
    if (known) return known
    const kept = this.#kept.get(id)
    if (!kept) return null
    const journal = await readJournal(kept.folder, this.#log)
    if (!journal) return null
    const { screen, total } = await replayJournal(journal)
    const files = new Journal(kept.folder, journal.note, total, this.#log)
    await files.continueFiles()
    const terminal = this.#make(id, screen, total, files)
    terminal.title = journal.note.title
    terminal.exitCode = kept.info.exitCode
    terminal.signal = kept.info.signal
    this.#kept.delete(id)
    return terminal
  }

  #make(id: TerminalId, screen: Screen, total: number, journal: Journal): HostedTerminal {
    const { scrollbackLines } = journal.note
    const terminal = new HostedTerminal(
      { id, screen, total, journal, log: this.#log, emit: (event) => this.#emit(event), packMs: this.#options.packMs },
      (size) => this.#screen(id, { ...size, scrollbackLines }),
    )
    if (this.#colours) terminal.setColours(this.#colours)
    this.#terminals.set(id, terminal)
    return terminal
  }

  #screen(id: TerminalId, size: { cols: number; rows: number; scrollbackLines: number; total?: number }): Screen {
    return new Screen({
      ...size,
      onParserFailure: (error) => this.#log.error('the terminal parser threw', error, { terminal: id }),
    })
  }

  async #spawn(options: PtySpawn): Promise<Result<PtyInfo>> {
    const { id } = options
    if (this.#ending) return fail('connection-lost', 'The pty host is ending.')
    if (this.#terminals.get(id)?.alive) return fail('already-running', `The terminal ${id} is running.`)
    const size = clampSize(options.cols, options.rows)
    let terminal = options.continueJournal ? await this.#find(id) : null
    if (terminal) {
      await terminal.unpacked()
      terminal.beginAgain()
      terminal.resize(size.cols, size.rows)
    } else {
      await this.#forget(id)
      const screen = this.#screen(id, { ...size, scrollbackLines: options.scrollbackLines })
      const note = {
        version: 1 as const,
        pid: 0,
        startedAt: '',
        title: '',
        scrollbackLines: options.scrollbackLines,
        lastOutputAt: null,
        sizes: [{ total: 0, ...size }],
        ended: null,
      }
      terminal = this.#make(id, screen, 0, new Journal(join(this.#options.journals, id), note, 0, this.#log))
    }
    const started = await terminal.start(options)
    this.#checkIdle()
    if (!started.ok) {
      if (terminal.recent.end === 0) await this.#forget(id)
      return started
    }
    return succeed(terminal.info())
  }

  async #forget(id: TerminalId): Promise<null> {
    const terminal = this.#terminals.get(id)
    if (terminal?.alive) return null
    this.#terminals.delete(id)
    this.#kept.delete(id)
    if (terminal) {
      for (const client of this.#clients) {
        for (const [number, entry] of client.viewers) if (entry.terminal === terminal) client.viewers.delete(number)
      }
      terminal.dispose()
      await terminal.journal.remove()
    } else await rm(join(this.#options.journals, id), { recursive: true, force: true })
    return null
  }

  /** Sends each viewer a piece in turn, until the connection is full or nobody waits. */
  #pumpAll(client: Client): void {
    let some = true
    while (some && !client.link.congested) {
      some = false
      for (const { viewer, terminal } of client.viewers.values()) {
        if (!client.link.congested && terminal.pumpOnce(viewer)) some = true
      }
    }
  }
}
