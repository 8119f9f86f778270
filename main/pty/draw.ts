/**
 * A terminal drawn as text: written to a terminal of the same size and unicode rules, it gives the same scrollback, screen,
 * cursor, margins, tab stops, modes and attributes, so that the bytes that follow do there what they do here.
 */
import { cellText, cellWidth, type Drawing, drawRows } from './draw-rows.ts'
import { backgroundColourOf, erasedStyle, Pen, plainStyle, styleOf } from './pen.ts'
import { Sheet } from './sheet.ts'
import type { Charset, CoreBuffer, XtermCore } from './xterm-core.ts'

export interface DrawOptions {
  cols: number
  rows: number
  /** Lines of scrollback to draw; the latest ones. */
  scrollbackLines: number
  /** Sequences for what the program changed outside the screen (colours). */
  more: string
}

/** Draws `core`. Begins with a full reset; the picture is shown whole, at its end. */
export function drawTerminal(core: XtermCore, options: DrawOptions): Uint8Array {
  const { cols, rows } = options
  const pen = new Pen(core.links)
  const sheet = new Sheet()
  const drawing: Drawing = { core, cols, rows, pen, sheet }
  const { normal, alt, active } = core.buffers
  const from = Math.max(0, normal.lines.length - rows - options.scrollbackLines)
  sheet.text('\x1bc\x1b[?2026h')
  drawRows(drawing, normal, from)
  sheet.text(finishBuffer(drawing, normal))
  if (active === alt) {
    sheet.text(`${pen.to(plainStyle)}\x1b[?47h\x1b[H`)
    drawRows(drawing, alt, 0)
    sheet.text(finishBuffer(drawing, alt))
  }
  sheet.text(options.more)
  sheet.text(finish(drawing, active))
  return sheet.finish()
}

function moveTo(x: number, y: number): string {
  return `\x1b[${y + 1};${x + 1}H`
}

/** Tab stops, saved cursor and margins, which each buffer has of its own. */
function finishBuffer(drawing: Drawing, buffer: CoreBuffer): string {
  const { cols, rows, pen } = drawing
  let text = ''
  const stops: number[] = []
  let usual = true
  for (let x = 0; x < cols; x++) {
    const stop = buffer.tabs[x] === true
    if (stop) stops.push(x)
    if (stop !== (x % 8 === 0)) usual = false
  }
  if (!usual) text += `\x1b[3g${stops.map((x) => `\x1b[${x + 1}G\x1bH`).join('')}`
  const savedX = Math.min(buffer.savedX, cols - 1)
  const savedY = Math.min(Math.max(buffer.savedY - buffer.ybase, 0), rows - 1)
  const savedStyle = styleOf(buffer.savedCurAttrData.fg, buffer.savedCurAttrData.bg, undefined)
  const savedSet = designator(buffer.savedCharset)
  if (savedX !== 0 || savedY !== 0 || savedStyle.fg !== 0 || savedStyle.bg !== 0 || savedSet !== 'B') {
    text += moveTo(savedX, savedY) + pen.to(savedStyle)
    text += savedSet === 'B' ? '\x1b7' : `\x1b(${savedSet}\x1b7\x1b(B`
  }
  if (buffer.scrollTop !== 0 || buffer.scrollBottom !== rows - 1) {
    text += `\x1b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`
  }
  return text
}

/** The letter that designates a character set. Only line drawing and British are told apart: nothing uses the others today. */
function designator(charset: Charset | undefined): string {
  if (!charset) return 'B'
  if (charset['q'] !== undefined) return '0'
  return charset['#'] === '£' && Object.keys(charset).length === 1 ? 'A' : 'B'
}

function charsets(core: XtermCore): string {
  let text = ''
  const introducers = ['\x1b(', '\x1b)', '\x1b*', '\x1b+']
  core.charset._charsets.forEach((charset, level) => {
    const letter = designator(charset)
    if (letter !== 'B') text += `${introducers[level] ?? '\x1b('}${letter}`
  })
  return text + (['', '\x0e', '\x1bn', '\x1bo'][core.charset.glevel] ?? '')
}

const mouseProtocols: Record<string, string> = { X10: '9', VT200: '1000', DRAG: '1002', ANY: '1003' }
const mouseEncodings: Record<string, string> = { SGR: '1006', SGR_PIXELS: '1016' }
const cursorStyles = { block: 2, underline: 4, bar: 6 }

function modes(core: XtermCore): string {
  const set = core.coreService.decPrivateModes
  let text = ''
  if (set.applicationCursorKeys) text += '\x1b[?1h'
  if (set.applicationKeypad) text += '\x1b='
  if (set.bracketedPasteMode) text += '\x1b[?2004h'
  if (set.reverseWraparound) text += '\x1b[?45h'
  if (set.sendFocus) text += '\x1b[?1004h'
  if (!set.wraparound) text += '\x1b[?7l'
  if (core.coreService.isCursorHidden) text += '\x1b[?25l'
  if (set.cursorStyle) text += `\x1b[${cursorStyles[set.cursorStyle] - (set.cursorBlink ? 1 : 0)} q`
  const protocol = mouseProtocols[core.coreMouseService.activeProtocol]
  if (protocol) text += `\x1b[?${protocol}h`
  const encoding = mouseEncodings[core.coreMouseService.activeEncoding]
  if (encoding) text += `\x1b[?${encoding}h`
  if (core.options.convertEol) text += '\x1b[20h'
  return text
}

/**
 * Modes and cursor. The cursor moves before a link opens: xterm forgets a link with the line it began on. A character just printed is printed once more as the last thing: a combining character or a repeat may follow
 * it, and at the right edge only printing gives the cursor beyond the last column.
 */
function finish(drawing: Drawing, buffer: CoreBuffer): string {
  const { core, cols, pen } = drawing
  const origin = core.coreService.decPrivateModes.origin
  const insert = core.coreService.modes.insertMode
  const current = core.inputHandler._curAttrData
  const style = styleOf(current.fg, current.bg, current.extended)
  const row = origin ? buffer.y - buffer.scrollTop : buffer.y
  // Said in either case: a sequence after the last character keeps what follows from joining it.
  const showAtOnce = `\x1b[?2026${core.coreService.decPrivateModes.synchronizedOutput ? 'h' : 'l'}`
  let text = modes(core)
  if (origin) text += '\x1b[?6h'
  let sets = charsets(core)
  if (sets !== '' && core.charset.charset === undefined && designator(buffer.savedCharset) === 'B') {
    // A restored cursor brings its character set without designating it: restored once more, before all else.
    text += `${sets}\x1b8${pen.restored()}`
    sets = ''
  }
  const line = buffer.lines.get(buffer.ybase + buffer.y)
  const joining = core.inputHandler._parser.precedingJoinState !== 0
  let x = buffer.x - 1
  if (line && x > 0 && cellText(line, x) === '' && cellWidth(line, x) === 0) x--
  if (!line || x < 0 || (!joining && buffer.x < cols)) {
    const insertion = insert ? '\x1b[4h' : ''
    return `${text}${sets}${moveTo(buffer.x, row)}${pen.to(style)}${insertion}${showAtOnce}`
  }
  if (cellText(line, x) === '') {
    // The cursor is beyond a last column that was erased since: only a blank brings it there.
    const colour = backgroundColourOf(line._data[x * 3 + 2] as number)
    text += `${moveTo(x, row)}${pen.to(erasedStyle(colour))} ${sets}${pen.to(style)}`
    return `${text}${insert ? '\x1b[4h' : ''}${showAtOnce}`
  }
  if (!joining) {
    text += moveTo(x, row) + pen.toCell(line, x) + cellText(line, x) + sets + pen.to(style)
    return `${text}${insert ? '\x1b[4h' : ''}${showAtOnce}`
  }
  text += sets + moveTo(x, row) + pen.to(style) + showAtOnce
  if (insert) text += `\x1b[4h\x1b[${Math.max(1, cellWidth(line, x))}P`
  return text + cellText(line, x)
}
