/**
 * The least that turns one text into another, line by line, so that an open model can follow the agent's writes
 * without being replaced: what is not touched keeps its place, and with it scroll position, cursor and selection.
 */

/** Lines `start` to `end` (from 0, end excluded) of the old text become `lines`. */
export interface LineEdit {
  start: number
  end: number
  lines: string[]
}

/** Above this number of differing lines the search for the least edit costs more than it is worth: one edit for all of it. */
const maxDistance = 1200

/** Edits in ascending order that do not touch each other; none for equal texts. */
export function computeLineEdits(before: readonly string[], after: readonly string[]): LineEdit[] {
  let head = 0
  const least = Math.min(before.length, after.length)
  while (head < least && before[head] === after[head]) head++
  let tail = 0
  while (tail < least - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  const oldEnd = before.length - tail
  const newEnd = after.length - tail
  if (head === oldEnd && head === newEnd) return []
  const whole: LineEdit = { start: head, end: oldEnd, lines: after.slice(head, newEnd) }
  if (head === oldEnd || head === newEnd) return [whole]
  return searchEdits(before, after, head, oldEnd, newEnd) ?? [whole]
}

/** Myers' greedy O(ND) search between `head` and the two ends; null when the texts are too far apart. */
function searchEdits(
  before: readonly string[],
  after: readonly string[],
  head: number,
  oldEnd: number,
  newEnd: number,
): LineEdit[] | null {
  const oldLength = oldEnd - head
  const newLength = newEnd - head
  const limit = Math.min(oldLength + newLength, maxDistance)
  const middle = limit + 1
  const reach = new Int32Array(2 * limit + 3)
  const history: Int32Array[] = []
  for (let distance = 0; distance <= limit; distance++) {
    // Only the diagonals that the next step reads: keeps the history at O(D²) numbers.
    history.push(reach.slice(middle - distance - 1, middle + distance + 2))
    for (let k = -distance; k <= distance; k += 2) {
      const down = k === -distance || (k !== distance && at(reach, middle + k - 1) < at(reach, middle + k + 1))
      let x = down ? at(reach, middle + k + 1) : at(reach, middle + k - 1) + 1
      let y = x - k
      while (x < oldLength && y < newLength && before[head + x] === after[head + y]) {
        x++
        y++
      }
      reach[middle + k] = x
      if (x >= oldLength && y >= newLength) return walkBack(history, after, head, oldLength, newLength)
    }
  }
  return null
}

function walkBack(
  history: readonly Int32Array[],
  after: readonly string[],
  head: number,
  oldLength: number,
  newLength: number,
): LineEdit[] {
  const edits: LineEdit[] = []
  let x = oldLength
  let y = newLength
  for (let distance = history.length - 1; distance > 0; distance--) {
    const reach = history[distance] as Int32Array
    const middle = distance + 1
    const k = x - y
    const down = k === -distance || (k !== distance && at(reach, middle + k - 1) < at(reach, middle + k + 1))
    const fromK = down ? k + 1 : k - 1
    const fromX = at(reach, middle + fromK)
    const fromY = fromX - fromK
    // The step itself; what follows it up to (x, y) is equal on both sides.
    const edit: LineEdit = down
      ? { start: head + fromX, end: head + fromX, lines: [after[head + fromY] as string] }
      : { start: head + fromX, end: head + fromX + 1, lines: [] }
    const next = edits.at(-1)
    const untouched = next !== undefined && next.start === edit.end
    if (untouched && next) {
      next.start = edit.start
      next.lines = [...edit.lines, ...next.lines]
    } else edits.push(edit)
    x = fromX
    y = fromY
  }
  return edits.reverse()
}

function at(values: Int32Array, index: number): number {
  return values[index] ?? 0
}

/** The reverse, for those who hold lines and not a model. */
export function applyLineEdits(before: readonly string[], edits: readonly LineEdit[]): string[] {
  const lines: string[] = []
  let from = 0
  for (const edit of edits) {
    for (let index = from; index < edit.start; index++) lines.push(before[index] as string)
    lines.push(...edit.lines)
    from = edit.end
  }
  for (let index = from; index < before.length; index++) lines.push(before[index] as string)
  return lines
}

/** A replacement in an editor's terms: lines and columns from 1. */
export interface TextEdit {
  startLineNumber: number
  startColumn: number
  endLineNumber: number
  endColumn: number
  text: string
}

/**
 * Line edits as replacements in a text whose lines are joined by `eol`. At the last line, which has no line end after it,
 * the line end before it is taken instead.
 */
export function lineEditsToTextEdits(before: readonly string[], edits: readonly LineEdit[], eol: string): TextEdit[] {
  return edits.map((edit) => {
    if (edit.end < before.length)
      return {
        startLineNumber: edit.start + 1,
        startColumn: 1,
        endLineNumber: edit.end + 1,
        endColumn: 1,
        text: edit.lines.map((line) => line + eol).join(''),
      }
    const last = before.length
    const lastColumn = (before[last - 1] ?? '').length + 1
    if (edit.start === 0)
      return {
        startLineNumber: 1,
        startColumn: 1,
        endLineNumber: last,
        endColumn: lastColumn,
        text: edit.lines.join(eol),
      }
    return {
      startLineNumber: edit.start,
      startColumn: (before[edit.start - 1] ?? '').length + 1,
      endLineNumber: last,
      endColumn: lastColumn,
      text: edit.lines.map((line) => eol + line).join(''),
    }
  })
}
