/** Draws a terminal again from its journal, a piece at a time, so that others are not kept waiting. */
import { readFile } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JournalText } from './journal.ts'
import { Screen } from './screen.ts'

const pieceBytes = 256 * 1024

/** Where text that begins somewhere in the middle makes sense: after its first line end. */
function firstLineStart(bytes: Uint8Array): number {
  const at = bytes.subarray(0, 64 * 1024).indexOf(0x0a)
  return at < 0 ? 0 : at + 1
}

/** The screen at the end of the journal, and the running total there. */
export async function replayJournal(journal: JournalText): Promise<{ screen: Screen; total: number }> {
  const { sizes, scrollbackLines } = journal.note
  const first = sizes[0] ?? { total: 0, cols: 80, rows: 24 }
  const begin = journal.segments[0]?.start ?? 0
  const screen = new Screen({ cols: first.cols, rows: first.rows, scrollbackLines, total: begin })
  let total = begin
  let nextSize = 1
  const resizeUpTo = (at: number): void => {
    for (let size = sizes[nextSize]; size && size.total <= at; size = sizes[++nextSize]) {
      screen.resize(size.cols, size.rows)
    }
  }
  for (const [index, segment] of journal.segments.entries()) {
    const bytes = new Uint8Array(await readFile(segment.path))
    let at = 0
    if (segment.start !== total || (index === 0 && segment.start > 0)) {
      // Output before this was not kept: what a sequence or a colour began there ends here.
      screen.feed(Buffer.from('\x18\x1b[0m'))
      at = firstLineStart(bytes)
    }
    while (at < bytes.length) {
      resizeUpTo(segment.start + at)
      const limit = sizes[nextSize]?.total ?? Number.POSITIVE_INFINITY
      const end = Math.min(bytes.length, at + pieceBytes, Math.max(at + 1, limit - segment.start))
      screen.feed(bytes.subarray(at, end))
      at = end
      await nextTurn()
    }
    total = segment.start + bytes.length
  }
  resizeUpTo(Number.POSITIVE_INFINITY)
  // A sequence that was never finished stays so.
  screen.feed(Buffer.from('\x18'))
  screen.countFrom(total)
  return { screen, total }
}
