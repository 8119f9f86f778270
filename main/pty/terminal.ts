/**
 * One terminal of the host: a program, its screen, its journal and whoever looks at it.
 * Output goes to the journal and the screen and from there to the viewers; none of them is ever waited for.
 */
import type { TerminalId } from '@contract/ids.ts'
import type { TerminalColours } from '@contract/terminal.ts'
import { type Result, succeed } from '@contract/result.ts'
import type { Log } from '../lib/log.ts'
import { foregroundOf } from '../lib/process-tree.ts'
import { Activity, Burst } from './activity.ts'
import { Announcer } from './announcements.ts'
import { DeviceAnswers } from './device-answers.ts'
import { holdFrom } from './flow.ts'
import { giveMemoryBackSoon } from './give-back.ts'
import type { Journal } from './journal.ts'
import { minPackedLines, packScreen, type PackedScreen, unpackOn } from './packing.ts'
import { formatPaste } from './paste.ts'
import { clampSize } from './protocol.ts'
import type { PtyEvent, PtyInfo, PtySpawn } from './pty-client.ts'
import { endTerminalProcesses, PtyProcess } from './pty-process.ts'
import { RecentBytes } from './recent-bytes.ts'
import type { Screen } from './screen.ts'
import type { Viewed, Viewer } from './viewer.ts'

/** Output is joined for so long, or until there is so much of it. */
const joinMs = 5
const joinBytes = 64 * 1024
/** Held for viewers that are behind; further back they get a picture instead. About what a whole picture weighs. */
const heldBytes = 2 * 1024 * 1024
const resizeGapMs = 60
/** Output without so long a pause is a flood when it makes viewers lose their place. */
const pauseMs = 120
/** In an endless flood the whole scrollback comes so often. */
const wholePictureMs = 2000
/** The Return that ends a paste comes as a key of its own, after the program has taken the paste. */
const enterAfterMs = 60

export interface TerminalOptions {
  id: TerminalId
  screen: Screen
  total: number
  journal: Journal
  log: Log
  emit(event: PtyEvent): void
  /** A quiet terminal nobody looks at keeps a packed picture instead of its cells after so long. */
  packMs: number
}

export class HostedTerminal implements Viewed {
  readonly id: TerminalId
  readonly journal: Journal
  readonly viewers = new Set<Viewer>()
  readonly recent: RecentBytes
  resizes: { number: number; at: number; cols: number; rows: number }[] = []
  lastResize = 0
  title = ''
  exitCode: number | null = null
  signal: number | null = null
  #program: PtyProcess | null = null
  #ended: Promise<void> = Promise.resolve()
  #screen: Screen | null
  #packed: PackedScreen | null = null
  #unpacking: Promise<Screen> | null = null
  readonly #packMs: number
  readonly #remake: (size: { cols: number; rows: number; total: number }) => Screen
  #answers: DeviceAnswers | null = null
  #colours: TerminalColours | null = null
  /** Running total of what the screen was given. */
  #given: number
  #lastTick = 0
  #tickTimer: NodeJS.Timeout | null = null
  #settleTimer: NodeJS.Timeout | null = null
  #packTimer: NodeJS.Timeout | null = null
  #foreground: { pid: number; name: string } | null = null
  readonly #log: Log
  readonly #emit: (event: PtyEvent) => void
  readonly #activity = new Activity((active) => void this.#activityChanged(active))
  readonly #resizeBurst = new Burst<{ cols: number; rows: number }>((size) => this.#resizeNow(size), resizeGapMs)
  readonly #announcer: Announcer

  constructor(options: TerminalOptions, remake: (size: { cols: number; rows: number; total: number }) => Screen) {
    this.id = options.id
    this.journal = options.journal
    this.#log = options.log
    this.#emit = options.emit
    this.#screen = options.screen
    this.#remake = remake
    this.#given = options.total
    this.#packMs = options.packMs
    this.recent = new RecentBytes(options.total)
    this.#announcer = new Announcer((heard) => {
      if (heard.kind === 'title') {
        this.title = heard.title
        this.journal.change({ title: heard.title })
      }
      this.#emit({ ...heard, id: this.id })
    })
    this.#answers = this.#answer(options.screen)
    this.#answers.muted = false
    this.#announcer.listen(options.screen.terminal)
  }

  get screen(): Screen {
    if (!this.#screen) throw new Error('the screen is packed')
    return this.#screen
  }

  get alive(): boolean {
    return this.#program !== null
  }

  get pouring(): boolean {
    return Date.now() - this.#activity.lastAt < pauseMs
  }

  info(): PtyInfo {
    const { note } = this.journal
    const size = this.#screen ?? this.#packed
    return {
      id: this.id,
      pid: note.pid,
      startedAt: note.startedAt,
      alive: this.alive,
      exitCode: this.exitCode,
      signal: this.signal,
      cols: size?.cols ?? 80,
      rows: size?.rows ?? 24,
      title: this.title,
      total: this.recent.end,
      lastOutputAt: this.#activity.lastAt === 0 ? note.lastOutputAt : new Date(this.#activity.lastAt).toISOString(),
      foreground: this.#foreground,
      active: this.#activity.active,
      bracketedPaste: size?.bracketedPaste ?? false,
      alternateScreen: size?.alternateScreen ?? false,
      ...(this.#packed ? { packed: true } : {}),
    }
  }

  /** Starts the program; the terminal's size is the one of its screen. */
  async start(spawn: PtySpawn): Promise<Result<null, 'not-found' | 'permission-denied' | 'internal'>> {
    const checked = await PtyProcess.check(spawn)
    if (!checked.ok) return checked
    const { cols, rows } = await this.unpacked()
    let over: () => void = () => {}
    const ended = new Promise<void>((resolve) => {
      over = resolve
    })
    const started = PtyProcess.start({
      ...spawn,
      cols,
      rows,
      onBytes: (bytes) => this.#onBytes(bytes),
      onExit: (exit) => void this.#onExit(exit).finally(over),
    })
    if (!started.ok) return started
    const program = started.value
    this.#program = program
    this.#ended = ended
    this.exitCode = null
    this.signal = null
    this.journal.change({ pid: program.pid, startedAt: '', ended: null })
    await program.identify()
    this.journal.change({ startedAt: program.startedAt })
    for (const viewer of this.viewers) viewer.startAgain()
    this.#pump()
    return succeed(null)
  }

  /**
   * Makes an ended terminal ready for another run: what the last one left set is unset, and the cursor goes below all text.
   * These bytes stand in the stream like output.
   */
  beginAgain(): void {
    const line = this.screen.lastWrittenRow() + 1
    const leave =
      '\x1b[?1049l\x1b[!p\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[?2026l\x1b>\x1b[0m'
    this.#onBytes(Buffer.from(`${leave}\x1b[0 q`))
    this.#tick()
    this.#onBytes(Buffer.from(line > 0 ? `\x1b[${line};1H\r\n` : ''))
    this.#tick()
    this.#activity.stop()
  }

  write(bytes: Uint8Array): void {
    this.#program?.write(bytes)
  }

  paste(text: string, enter: boolean): void {
    if (!this.#program) return
    this.#tick()
    this.write(Buffer.from(formatPaste(text, (this.#screen ?? this.#packed)?.bracketedPaste ?? false)))
    if (enter) setTimeout(() => this.write(Buffer.from('\r')), text === '' ? 0 : enterAfterMs)
  }

  resize(cols: number, rows: number): void {
    const size = clampSize(cols, rows)
    const now = this.#screen ?? this.#packed
    if (!this.#resizeBurst.waiting && now?.cols === size.cols && now.rows === size.rows) return
    this.#resizeBurst.push(size)
  }

  setColours(colours: TerminalColours): void {
    if (this.#packed?.followsColours) {
      void this.unpacked().then(() => this.setColours(colours))
      return
    }
    this.#colours = colours
    this.#answers?.setColours(colours)
  }

  /** Hangs up, waits, kills; resolves when the exit is told. After the exit it ends what the program left running. */
  async end(graceMs?: number): Promise<void> {
    const { pid, startedAt } = this.journal.note
    if (pid > 0) await endTerminalProcesses(this.id, { pid, startedAt }, this.#log, graceMs)
    if (this.#program) await this.#ended
  }

  async text(what: 'screen' | 'all'): Promise<string> {
    const screen = await this.unpacked()
    this.#tick()
    const text = screen.text(what)
    this.#packSoon()
    return text
  }

  async attach(viewer: Viewer): Promise<void> {
    await this.unpacked()
    if (viewer.link.closed) return
    this.viewers.add(viewer)
    this.#tick()
  }

  detach(viewer: Viewer): void {
    this.viewers.delete(viewer)
    this.#letGo()
    this.#packSoon()
  }

  ack(viewer: Viewer, total: number): void {
    viewer.ack(total)
    this.pump(viewer)
    this.#letGo()
  }

  /** Sends a viewer what may be sent now. */
  pump(viewer: Viewer): void {
    while (this.pumpOnce(viewer));
  }

  /** Sends a viewer one piece; false when there is none to send now. */
  pumpOnce(viewer: Viewer): boolean {
    if (!this.#screen || !viewer.step(this)) return false
    if (viewer.brief) this.#settleSoon()
    return true
  }

  /** Frees everything but the files. The program must have ended. */
  dispose(): void {
    for (const timer of [this.#tickTimer, this.#settleTimer, this.#packTimer]) if (timer) clearTimeout(timer)
    this.#activity.stop()
    this.#resizeBurst.stop()
    this.#announcer.stop()
    this.#screen?.dispose()
    this.#screen = null
  }

  // ── output ──────────────────────────────────────────────────────────────

  #onBytes(bytes: Uint8Array): void {
    this.recent.push(bytes)
    this.journal.append(bytes)
    this.#activity.note()
    if (this.recent.end - this.#given >= joinBytes) {
      this.#tick()
      return
    }
    if (this.#tickTimer) return
    const since = Date.now() - this.#lastTick
    if (since >= joinMs) this.#tick()
    else this.#tickTimer = setTimeout(() => this.#tick(), joinMs - since)
  }

  /** Parses what came and sends it on. */
  #tick(): void {
    if (this.#tickTimer) clearTimeout(this.#tickTimer)
    this.#tickTimer = null
    this.#lastTick = Date.now()
    if (!this.#screen) {
      if (this.#packed) void this.unpacked().then(() => this.#tick())
      return
    }
    const { end } = this.recent
    if (end > this.#given) {
      const from = this.#given
      this.#given = end
      this.#screen.feed(this.recent.read(from, end))
    }
    this.#pump()
  }

  #pump(): void {
    for (const viewer of this.viewers) this.pump(viewer)
    this.#letGo()
  }

  #letGo(): void {
    if (!this.#screen) return
    const flows = [...this.viewers].map((viewer) => viewer.flow)
    this.recent.dropBefore(Math.min(this.#screen.fed, holdFrom(flows, this.#screen.fed, heldBytes)))
    if (this.viewers.size === 0) this.resizes = []
    else if (this.resizes.length > 32) this.resizes = this.resizes.filter((each) => each.at >= this.recent.start)
  }

  /** Viewers with a short picture get the whole one when the flood pauses, and now and then if it never does. */
  #settleSoon(): void {
    this.#settleTimer ??= setTimeout(() => {
      this.#settleTimer = null
      const quiet = !this.pouring
      for (const viewer of this.viewers) {
        if (!viewer.brief || viewer.flow.held) continue
        const upToDate = viewer.flow.sent >= this.recent.end
        if (!quiet && !(upToDate && Date.now() - viewer.briefSince > wholePictureMs)) continue
        viewer.startAgain()
        this.pump(viewer)
      }
      if ([...this.viewers].some((viewer) => viewer.brief)) this.#settleSoon()
    }, pauseMs)
  }

  // ── events ──────────────────────────────────────────────────────────────

  /** What answers for `screen`, silent at first. */
  #answer(screen: Screen): DeviceAnswers {
    const answers = new DeviceAnswers(screen, (text) => this.write(Buffer.from(text)))
    answers.muted = true
    if (this.#colours) answers.setColours(this.#colours)
    return answers
  }

  async #activityChanged(active: boolean): Promise<void> {
    if (!active && this.#program) this.#foreground = await foregroundOf(this.#program.pid)
    if (!active) this.#packSoon()
    if (!active) this.journal.change({ lastOutputAt: new Date(this.#activity.lastAt).toISOString() })
    // The answer may come after output has begun again, or after the exit: those have told of it themselves.
    if (this.#activity.active !== active || !this.#program) return
    this.#emit({ kind: 'activity', id: this.id, active, foreground: this.#foreground })
  }

  #resizeNow({ cols, rows }: { cols: number; rows: number }): void {
    const screen = this.#screen
    if (!screen) {
      if (this.#packed) void this.unpacked().then(() => this.#resizeNow({ cols, rows }))
      return
    }
    if (screen.cols === cols && screen.rows === rows) return
    this.#tick()
    this.#program?.resize(cols, rows)
    screen.resize(cols, rows)
    this.lastResize++
    this.resizes.push({ number: this.lastResize, at: screen.fed, cols, rows })
    this.journal.resized(screen.fed, cols, rows)
    this.#pump()
  }

  async #onExit(exit: { exitCode: number | null; signal: number | null }): Promise<void> {
    // All output has come before; the screen and the viewers get it before the exit is told.
    const wasActive = this.#activity.active
    this.#program = null
    this.exitCode = exit.exitCode
    this.signal = exit.signal
    this.#foreground = null
    this.#activity.stop()
    this.#tick()
    this.#announcer.flush()
    if (wasActive) this.#emit({ kind: 'activity', id: this.id, active: false, foreground: null })
    this.#emit({ kind: 'exited', id: this.id, ...exit })
    const lastOutputAt = this.#activity.lastAt === 0 ? null : new Date(this.#activity.lastAt).toISOString()
    this.journal.change({ ended: exit, lastOutputAt })
    this.#packSoon()
    await this.journal.rest()
  }

  // ── memory ──────────────────────────────────────────────────────────────

  /** Whether the cells are of use to nobody for now. */
  get #unseen(): boolean {
    if (this.viewers.size > 0 || this.#activity.active || this.recent.end !== this.#given) return false
    // What is begun and not complete is in no picture.
    return !this.alive || (this.screen.fed === this.recent.end && this.screen.lines >= minPackedLines)
  }

  #packSoon(): void {
    this.#packTimer ??= setTimeout(() => {
      this.#packTimer = null
      if (!this.#screen || !this.#unseen) return
      const quietMs = Date.now() - this.#activity.lastAt
      if (quietMs < this.#packMs) this.#packSoon()
      else void this.#pack(this.#screen)
    }, this.#packMs)
  }

  async #pack(screen: Screen): Promise<void> {
    const packed = await packScreen(screen, this.#answers?.followsColours ?? false)
    if (!packed || this.#screen !== screen || !this.#unseen) return
    this.#packed = packed
    this.#screen = null
    this.#answers = null
    screen.dispose()
    giveMemoryBackSoon()
  }

  /** The screen, unpacked where it was packed. */
  unpacked(): Promise<Screen> {
    const packed = this.#packed
    if (this.#screen || !packed) return Promise.resolve(this.screen)
    this.#unpacking ??= this.#unpack(packed).finally(() => {
      this.#unpacking = null
    })
    return this.#unpacking
  }

  async #unpack(packed: PackedScreen): Promise<Screen> {
    const screen = this.#remake(packed)
    // Colours that the program set are in the picture; nobody asks anything there.
    const answers = this.#answer(screen)
    await unpackOn(screen, packed)
    answers.muted = false
    this.#answers = answers
    this.#announcer.listen(screen.terminal)
    this.#packed = null
    this.#screen = screen
    this.#packSoon()
    return screen
  }
}
