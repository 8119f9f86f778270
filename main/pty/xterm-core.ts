/**
 * The inner parts of @xterm/headless 6.0.0 that the screen needs and its public interface does not give. Everything that knows
 * them is here and in `draw.ts`; the version is pinned, and the round-trip tests fail when a new one moves them.
 */
import type { Terminal } from '@xterm/headless'

export interface CoreAttributes {
  fg: number
  bg: number
  extended: { _ext: number; _urlId: number }
}

export interface CoreLine {
  isWrapped: boolean
  length: number
  /** Three words a cell: content, foreground, background. */
  _data: Uint32Array
  /** Text of cells that hold more than one code point. */
  _combined: Record<number, string>
  _extendedAttrs: Record<number, { _ext: number; _urlId: number } | undefined>
  translateToString(trimRight: boolean): string
}

export type Charset = Record<string, string>

export interface CoreBuffer {
  x: number
  y: number
  ybase: number
  scrollTop: number
  scrollBottom: number
  savedX: number
  savedY: number
  savedCurAttrData: CoreAttributes
  savedCharset: Charset | undefined
  tabs: Record<number, boolean | undefined>
  lines: { length: number; get(index: number): CoreLine | undefined }
}

export interface XtermCore {
  buffers: { normal: CoreBuffer; alt: CoreBuffer; active: CoreBuffer }
  coreService: {
    isCursorHidden: boolean
    modes: { insertMode: boolean }
    decPrivateModes: {
      applicationCursorKeys: boolean
      applicationKeypad: boolean
      bracketedPasteMode: boolean
      cursorBlink: boolean | undefined
      cursorStyle: 'block' | 'underline' | 'bar' | undefined
      origin: boolean
      reverseWraparound: boolean
      sendFocus: boolean
      synchronizedOutput: boolean
      wraparound: boolean
    }
  }
  coreMouseService: { activeProtocol: string; activeEncoding: string }
  unicodeService: { charProperties(codepoint: number, preceding: number): number }
  charset: { glevel: number; charset: Charset | undefined; _charsets: (Charset | undefined)[] }
  links: { getLinkData(id: number): { id?: string; uri: string } | undefined }
  inputHandler: {
    _curAttrData: CoreAttributes
    _parser: {
      precedingJoinState: number
      currentState: number
      reset(): void
      /** Unlike the public one it hands over the parameters themselves: what is changed there, the next handler sees. */
      registerCsiHandler(id: { final: string }, handler: (parameters: { params: Int32Array }) => boolean): void
    }
    eraseInDisplay(parameters: { params: number[]; length: number }): boolean
  }
  options: { convertEol?: boolean }
  /** Parses at once, unlike the public `write`. */
  writeSync(bytes: Uint8Array | string): void
  /** After a throw inside `writeSync`, which would refuse every later call. */
  recover(): void
}

interface RawCore {
  _writeBuffer: { _isSyncWriting: boolean; _syncCalls: number }
  _bufferService: { buffers: XtermCore['buffers'] }
  coreService: XtermCore['coreService']
  coreMouseService: XtermCore['coreMouseService']
  unicodeService: XtermCore['unicodeService']
  _charsetService: XtermCore['charset']
  _oscLinkService: XtermCore['links']
  _inputHandler: XtermCore['inputHandler']
  writeSync(bytes: Uint8Array | string): void
}

/** The inner parts of `terminal`. */
export function coreOf(terminal: Terminal): XtermCore {
  const raw = (terminal as unknown as { _core: RawCore })._core
  return {
    buffers: raw._bufferService.buffers,
    coreService: raw.coreService,
    coreMouseService: raw.coreMouseService,
    unicodeService: raw.unicodeService,
    charset: raw._charsetService,
    links: raw._oscLinkService,
    inputHandler: raw._inputHandler,
    options: terminal.options,
    writeSync: (bytes) => raw.writeSync(bytes),
    recover: () => {
      raw._writeBuffer._isSyncWriting = false
      raw._writeBuffer._syncCalls = 0
      raw._inputHandler._parser.reset()
    },
  }
}

/** Steps that move lines, columns and tabs: more of them than the screen has change nothing any more. */
const lineSteps = ['L', 'M', 'S', 'T']
const columnSteps = ['I', 'Z']
/** A cell of more code points than this is nobody's text. */
const longCell = 64

/**
 * xterm 6.0.0 takes a count as it comes, up to two thousand million, and does nothing else until it has counted them: a few
 * bytes of one program's output would hold up every terminal for an hour. Counts end at what the screen can show.
 */
export function boundCounts(terminal: Terminal, core: XtermCore): void {
  const parser = core.inputHandler._parser
  const bound = (final: string, most: () => number): void =>
    parser.registerCsiHandler({ final }, ({ params }) => {
      params[0] = Math.min(params[0] ?? 0, most())
      return false
    })
  for (const final of lineSteps) bound(final, () => terminal.rows)
  for (const final of columnSteps) bound(final, () => terminal.cols)
  // Repeats the character before the cursor, with all that was joined to it.
  bound('b', () => {
    const buffer = core.buffers.active
    const joined = buffer.lines.get(buffer.ybase + buffer.y)?._combined
    const isLong = [1, 2].some((back) => (joined?.[buffer.x - back]?.length ?? 0) > longCell)
    return isLong ? 1 : terminal.cols * terminal.rows
  })
}
