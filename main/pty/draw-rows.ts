/**
 * Draws the rows of one buffer as text for a reset terminal of the same size: cells, attributes, links, what was never written
 * (which is not a space), and which rows continue the one above (which a later resize needs).
 */
import { backgroundColourOf, erasedStyle, type Pen, plainStyle } from './pen.ts'
import type { Sheet } from './sheet.ts'
import type { CoreBuffer, CoreLine, XtermCore } from './xterm-core.ts'

const codepointMask = 0x1fffff
const combinedBit = 0x200000
const contentMask = 0x3fffff
const widthShift = 22

export interface Drawing {
  core: XtermCore
  cols: number
  rows: number
  pen: Pen
  sheet: Sheet
}

/** Text of the cell at `x`; empty where nothing was written. */
export function cellText(line: CoreLine, x: number): string {
  const content = line._data[x * 3] as number
  if (content & combinedBit) return line._combined[x] ?? ''
  const code = content & codepointMask
  return code === 0 ? '' : String.fromCodePoint(code)
}

export function cellWidth(line: CoreLine, x: number): number {
  return (line._data[x * 3] as number) >>> widthShift
}

function isWritten(line: CoreLine, x: number): boolean {
  return ((line._data[x * 3] as number) & contentMask) !== 0
}

function joins(properties: number): boolean {
  return (properties & 1) !== 0
}

interface RowState {
  /** Unicode state after the last character that was drawn with nothing in between; 0 when it cannot join. */
  join: number
  /** Background colour that the fresh row has already. */
  fill: number
}

/** Draws rows `from` to the last of `buffer`. The cursor stands in the first column of the top row before. */
export function drawRows(drawing: Drawing, buffer: CoreBuffer, from: number): void {
  const state: RowState = { join: 0, fill: 0 }
  const last = buffer.lines.length - 1
  if (buffer.lines.get(from)?.isWrapped && drawing.rows > 1) {
    // It continues a row that has gone: one is made, printed over its edge, and scrolled away.
    drawing.sheet.text(`\x1b[${drawing.cols}G  \x1b[S\x1b[H\x1b[X`)
  }
  for (let y = from; y <= last; y++) {
    const line = buffer.lines.get(y)
    if (!line) continue
    const next = y < last ? buffer.lines.get(y + 1) : undefined
    drawRow(drawing, line, next, y - from >= drawing.rows - 1, state)
    drawing.sheet.endRow()
  }
}

/** The number of columns after which there is nothing but plain empty cells. */
function usedColumns(data: Uint32Array, cols: number): number {
  let x = cols
  while (x > 0 && ((data[x * 3 - 3] as number) & contentMask) === 0 && ((data[x * 3 - 1] as number) & 0x3ffffff) === 0)
    x--
  return x
}

function drawRow(
  drawing: Drawing,
  line: CoreLine,
  next: CoreLine | undefined,
  scrolls: boolean,
  state: RowState,
): void {
  const { core, pen, cols, sheet } = drawing
  const unicode = core.unicodeService
  const data = line._data
  const used = usedColumns(data, cols)
  let empty = 0
  let emptyColour = 0
  const passEmpty = (atEnd: boolean): void => {
    if (emptyColour !== state.fill) sheet.text(`${pen.to(erasedStyle(emptyColour))}\x1b[${empty}X`)
    if (!atEnd) sheet.text(`\x1b[${empty}C`)
    state.join = 0
    empty = 0
  }
  let x = 0
  while (x < used) {
    const content = data[x * 3] as number
    if ((content & contentMask) === 0) {
      const colour = backgroundColourOf(data[x * 3 + 2] as number)
      if (empty > 0 && colour !== emptyColour) passEmpty(false)
      emptyColour = colour
      empty++
      x++
      continue
    }
    if (empty > 0) passEmpty(false)
    if (!pen.isAt(data[x * 3 + 1] as number, data[x * 3 + 2] as number)) {
      const change = pen.toCell(line, x)
      if (change !== '') {
        sheet.text(change)
        state.join = 0
      }
    }
    const code = content & codepointMask
    if ((content & combinedBit) === 0 && code < 0x80) {
      if (state.join > 0 && joins(unicode.charProperties(code, state.join))) sheet.text(pen.again())
      sheet.ascii(code)
      // ASCII joins only what follows when that is not ASCII: its state is made when it is needed.
      state.join = -code
    } else {
      state.join = drawCharacters(drawing, cellText(line, x), state.join)
    }
    x += Math.max(1, content >>> widthShift)
  }
  if (x < cols) {
    if (empty > 0 && emptyColour !== 0) passEmpty(false)
    emptyColour = 0
    empty += cols - x
  }
  const tail = { empty, colour: emptyColour }
  if (next?.isWrapped && continuesByItself(drawing, line, next, tail)) {
    state.fill = scrolls ? backgroundColourOf(next._data[2] as number) : 0
    return
  }
  if (empty > 0 && emptyColour !== state.fill) passEmpty(true)
  if (!next) return
  state.join = 0
  state.fill = 0
  if (next.isWrapped && drawing.rows > 1) sheet.text(forceWrap(drawing, tail))
  else sheet.text(`${pen.to(plainStyle)}\r\n`)
}

/** Draws one cell's text; keeps it from joining the cell before. Returns the Unicode state after it. */
function drawCharacters(drawing: Drawing, text: string, join: number): number {
  const unicode = drawing.core.unicodeService
  let properties = join < 0 ? unicode.charProperties(-join, 0) : join
  let first = true
  for (const character of text) {
    const point = character.codePointAt(0) as number
    let following = unicode.charProperties(point, properties)
    if (first && properties !== 0 && joins(following)) {
      drawing.sheet.text(drawing.pen.again())
      following = unicode.charProperties(point, 0)
    }
    properties = following
    first = false
  }
  drawing.sheet.text(text)
  return properties
}

/** Whether printing the next row's first character wraps there on its own. */
function continuesByItself(
  drawing: Drawing,
  line: CoreLine,
  next: CoreLine,
  tail: { empty: number; colour: number },
): boolean {
  const width = cellWidth(next, 0)
  if (!isWritten(next, 0) || width === 0) return false
  if (tail.empty === 0) return true
  const { cols } = drawing
  if (tail.empty !== 1 || width !== 2 || cols < 3) return false
  // A wide character that found one free column: the column takes over its background.
  const before = isWritten(line, cols - 2) || (cols > 3 && cellWidth(line, cols - 3) === 2)
  return before && tail.colour === backgroundColourOf(next._data[2] as number)
}

/** Makes the next row a continuation where no character would: prints blanks over the edge, then erases them again. */
function forceWrap(drawing: Drawing, tail: { empty: number; colour: number }): string {
  const { pen, cols } = drawing
  const edge = `\x1b[${cols}G`
  let text = pen.to(plainStyle)
  if (tail.empty > 0) text += `${edge} `
  text += ' '
  if (tail.empty > 0) text += `\x1b[A${edge}${pen.to(erasedStyle(tail.colour))}\x1b[X\x1b[B`
  return `${text}\r${pen.to(plainStyle)}\x1b[X`
}
