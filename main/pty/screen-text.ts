/** A terminal's cells as plain text: rows that continue one another joined, blanks at their ends and empty lines at the end left out. */
import type { CoreBuffer, XtermCore } from './xterm-core.ts'

/** No text is longer than this: the latest characters are kept. */
const maxCharacters = 15_000_000

function linesOf(buffer: CoreBuffer, from: number): string[] {
  const lines: string[] = []
  for (let y = from; y < buffer.lines.length; y++) {
    const line = buffer.lines.get(y)
    if (!line) continue
    const text = line.translateToString(true)
    if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += text
    else lines.push(text)
  }
  return lines
}

function finish(lines: string[]): string {
  const trimmed = lines.map((line) => line.trimEnd())
  while (trimmed.at(-1) === '') trimmed.pop()
  const text = trimmed.join('\n')
  return text.length > maxCharacters ? text.slice(-maxCharacters) : text
}

/** What is on the screen now. */
export function screenText(core: XtermCore, rows: number): string {
  const buffer = core.buffers.active
  return finish(linesOf(buffer, Math.max(0, buffer.lines.length - rows)))
}

/** Scrollback and screen; a full-screen program's screen comes after what it covers. */
export function scrollbackText(core: XtermCore, rows: number): string {
  const { normal, alt, active } = core.buffers
  const below = finish(linesOf(normal, 0))
  return active === alt ? finish([below, ...linesOf(alt, Math.max(0, alt.lines.length - rows))]) : below
}
