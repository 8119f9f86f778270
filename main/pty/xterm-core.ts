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
    _parser: { precedingJoinState: number; currentState: number; reset(): void }
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
