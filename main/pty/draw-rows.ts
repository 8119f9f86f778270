/**
 * Draws the rows of one buffer as text for a reset terminal of the same size: cells, attributes, links, what was never written
 * (which is not a space), and which rows continue the one above (which a later resize needs).
 */
import { backgroundColourOf, erasedStyle, type Pen, plainStyle } from './pen.ts'
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

/** Draws rows `from` to the last of `buffer`, one string a row. The cursor stands in the first column of the top row before. */
export function drawRows(drawing: Drawing, buffer: CoreBuffer, from: number): string[] {
  const out: string[] = []
  const state: RowState = { join: 0, fill: 0 }
  const last = buffer.lines.length - 1
  for (let y = from; y <= last; y++) {
    const line = buffer.lines.get(y)
    if (!line) continue
    const next = y < last ? buffer.lines.get(y + 1) : undefined
    const scrolls = y - from >= drawing.rows - 1
    out.push(drawRow(drawing, line, next, scrolls, state))
  }
  return out
}

function drawRow(
  drawing: Drawing,
  line: CoreLine,
  next: CoreLine | undefined,
  scrolls: boolean,
  state: RowState,
): string {
  const { core, pen, cols } = drawing
  const unicode = core.unicodeService
  const data = line._data
  let text = ''
  let empty = 0
  let emptyColour = 0
  const passEmpty = (atEnd: boolean): void => {
    if (emptyColour !== state.fill) text += `${pen.to(erasedStyle(emptyColour))}\x1b[${empty}X`
    if (!atEnd) text += `\x1b[${empty}C`
    state.join = 0
    empty = 0
  }
  let x = 0
  while (x < cols) {
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
    const change = pen.toCell(line, x)
    if (change !== '') {
      text += change
      state.join = 0
    }
    const code = content & codepointMask
    if ((content & combinedBit) === 0 && code < 0x80) {
      if (state.join > 0 && joins(unicode.charProperties(code, state.join))) text += pen.again()
      text += String.fromCharCode(code)
      // ASCII joins only what follows when that is not ASCII: its state is made when it is needed.
      state.join = -code
    } else {
      const cell = cellText(line, x)
      let properties = state.join < 0 ? unicode.charProperties(-state.join, 0) : state.join
      let first = true
      for (const character of cell) {
        const point = character.codePointAt(0) as number
        let following = unicode.charProperties(point, properties)
        if (first && properties !== 0 && joins(following)) {
          text += pen.again()
          following = unicode.charProperties(point, 0)
        }
        properties = following
        first = false
      }
      text += cell
      state.join = properties
    }
    x += Math.max(1, content >>> widthShift)
  }
  const tail = { empty, colour: emptyColour }
  if (next?.isWrapped && continuesByItself(drawing, line, next, tail)) {
    state.fill = scrolls ? backgroundColourOf(next._data[2] as number) : 0
    return text
  }
  if (empty > 0 && emptyColour !== state.fill) passEmpty(true)
  if (!next) return text
  state.join = 0
  state.fill = 0
  if (next.isWrapped && drawing.rows > 1) return text + forceWrap(drawing, tail)
  return `${text}${pen.to(plainStyle)}\r\n`
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
