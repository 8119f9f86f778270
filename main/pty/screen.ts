/**
 * The screen of one terminal, kept by a headless xterm that is always parsed up to the last safe place of what it was given:
 * no character and no sequence is ever cut, so a picture of it and the bytes after `fed` are the whole truth.
 */
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { Terminal } from '@xterm/headless'
import { drawTerminal } from './draw.ts'
import { characterEnd, type OpenString, StreamScanner } from './scan.ts'
import { screenText, scrollbackText } from './screen-text.ts'
import { boundCounts, coreOf, type XtermCore } from './xterm-core.ts'

export interface ScreenOptions {
  cols: number
  rows: number
  scrollbackLines: number
  /** Running total of the bytes that came before. */
  total?: number
  onParserFailure?: (error: unknown) => void
}

/** A sequence that is longer than this is parsed before it is complete: 1 MiB, a picture or a mistake. */
const maxPendingBytes = 1024 * 1024
/** xterm decodes no more than 128 KiB in one piece. */
const parseBytes = 64 * 1024
/** A picture larger than this (wild colours over a wide scrollback) is drawn again with fewer lines: frames end at 64 MiB. */
const maxDrawingBytes = 32 * 1024 * 1024
const minDrawnLines = 500

/** Begins a string that means nothing, for whoever joins in the middle of one. */
const openings: Record<Exclude<OpenString, null>, string> = { osc: '\x1b]99999;', dcs: '\x1bP99999z', string: '\x1b_' }

export class Screen {
  readonly terminal: Terminal
  readonly core: XtermCore
  readonly #scanner = new StreamScanner()
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #fed: number
  readonly #onParserFailure: (error: unknown) => void
  /** Sequences that set what a reset clears and no cell holds; filled by `DeviceAnswers`. */
  extraState: () => string = () => ''

  constructor(options: ScreenOptions) {
    this.#fed = options.total ?? 0
    this.terminal = new Terminal({
      cols: options.cols,
      rows: options.rows,
      scrollback: options.scrollbackLines,
      allowProposedApi: true,
      logLevel: 'off',
      // Without these xterm does not even ask the handlers of `DeviceAnswers`.
      windowOptions: {
        pushTitle: true,
        popTitle: true,
        getWinState: true,
        getWinPosition: true,
        getWinSizePixels: true,
        getScreenSizePixels: true,
        getCellSizePixels: true,
        getWinSizeChars: true,
        getScreenSizeChars: true,
      },
    })
    this.terminal.loadAddon(new UnicodeGraphemesAddon())
    this.core = coreOf(this.terminal)
    this.#onParserFailure = options.onParserFailure ?? (() => {})
    this.#guardErase()
    boundCounts(this.terminal, this.core)
  }

  /** xterm 6.0.0 throws on "erase above" in the last column of the last row, where it means the whole screen. */
  #guardErase(): void {
    this.terminal.parser.registerCsiHandler({ final: 'J' }, (parameters) => {
      const buffer = this.core.buffers.active
      const atEnd = buffer.x + 1 >= this.cols && buffer.ybase + buffer.y + 1 >= buffer.lines.length
      if (parameters[0] !== 1 || !atEnd) return false
      return this.core.inputHandler.eraseInDisplay({ params: [2], length: 1 })
    })
  }

  get cols(): number {
    return this.terminal.cols
  }

  get rows(): number {
    return this.terminal.rows
  }

  /** Lines of the normal screen and its scrollback. */
  get lines(): number {
    return this.core.buffers.normal.lines.length
  }

  /** Running total of the bytes that are in the picture. */
  get fed(): number {
    return this.#fed
  }

  get bracketedPaste(): boolean {
    return this.core.coreService.decPrivateModes.bracketedPasteMode
  }

  get alternateScreen(): boolean {
    return this.core.buffers.active === this.core.buffers.alt
  }

  /** Takes the next bytes and parses as far as they are complete. */
  feed(bytes: Uint8Array): void {
    const safe = this.#scanner.scan(bytes)
    if (safe > 0) {
      // In one piece: xterm's own decoder loses some characters that come in several.
      const ready = bytes.subarray(0, safe)
      this.#parse(this.#pending.length === 0 ? ready : Buffer.concat([...this.#pending, ready]))
      this.#pending = []
      this.#pendingBytes = 0
    }
    // `safe` 0 would mean that what is pending had ended at rest: it never does.
    const rest = safe > 0 ? bytes.subarray(safe) : bytes
    if (rest.length === 0) return
    this.#pending.push(rest)
    this.#pendingBytes += rest.length
    if (this.#pendingBytes > maxPendingBytes) this.#parsePending()
  }

  /** Parses what a string holds so far, up to its last whole character. */
  #parsePending(): void {
    const whole = Buffer.concat(this.#pending)
    const end = whole.length - this.#scanner.openCharacterBytes
    this.#parse(whole.subarray(0, end))
    this.#pending = end < whole.length ? [whole.subarray(end)] : []
    this.#pendingBytes = whole.length - end
  }

  #parse(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#fed += bytes.length
    try {
      for (let at = 0; at < bytes.length; ) {
        const end = characterEnd(bytes, at + parseBytes)
        this.core.writeSync(bytes.subarray(at, end))
        at = end
      }
    } catch (error) {
      // A bug in the parser must cost a few cells, not the terminals of this host.
      this.core.recover()
      this.#onParserFailure(error)
    }
  }

  /** From now on `fed` counts on from `total`. */
  countFrom(total: number): void {
    this.#fed = total - this.#pendingBytes
  }

  resize(cols: number, rows: number): void {
    this.terminal.resize(cols, rows)
  }

  /** The picture at `fed`, as text for a terminal of `cols` × `rows`; see `drawTerminal`. */
  draw(scrollbackLines: number): Uint8Array {
    let lines = Math.min(scrollbackLines, this.core.buffers.normal.lines.length)
    for (;;) {
      const open = this.core.inputHandler._parser.currentState === 0 ? null : this.#scanner.openString
      const drawn = drawTerminal(this.core, {
        cols: this.cols,
        rows: this.rows,
        scrollbackLines: lines,
        more: this.extraState(),
      })
      const picture = open === null ? drawn : Buffer.concat([drawn, Buffer.from(openings[open])])
      if (picture.length <= maxDrawingBytes || lines <= minDrawnLines) return picture
      lines = Math.max(minDrawnLines, Math.floor(lines / 2))
    }
  }

  /** The last row of the normal screen that has text, counted from its top; -1 when it is empty. */
  lastWrittenRow(): number {
    const { normal } = this.core.buffers
    for (let row = this.rows - 1; row >= 0; row--) {
      if (
        normal.lines
          .get(normal.ybase + row)
          ?.translateToString(true)
          .trim()
      )
        return row
    }
    return -1
  }

  text(what: 'screen' | 'all'): string {
    return what === 'screen' ? screenText(this.core, this.rows) : scrollbackText(this.core, this.rows)
  }

  dispose(): void {
    this.terminal.dispose()
  }
}
