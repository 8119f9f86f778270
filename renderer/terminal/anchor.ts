/** Where a reader stands in the scrollback, so that a redrawn terminal shows the same lines again. */
export interface Anchor {
  /** Line of the buffer that stood at the top. */
  line: number
  /** Text of that line and the next ones, to find them again after lines were trimmed at the top. */
  texts: string[]
}

/** Lines compared: enough to tell repeated prompts apart. */
export const anchorLines = 4
/** How far around the old place the lines are looked for. */
const reach = 3000

/** The line to show at the top: where the same text stands, nearest to its old place; else the old place itself. */
export function findAnchor(anchor: Anchor, lineCount: number, textAt: (line: number) => string): number {
  const matches = (line: number): boolean =>
    line >= 0 &&
    line + anchor.texts.length <= lineCount &&
    anchor.texts.every((text, index) => textAt(line + index) === text)
  if (anchor.texts.some((text) => text.trim() !== '')) {
    for (let distance = 0; distance <= reach; distance++) {
      // Trimming moves lines up, so upwards is looked at first.
      if (matches(anchor.line - distance)) return anchor.line - distance
      if (matches(anchor.line + distance)) return anchor.line + distance
    }
  }
  return Math.max(0, Math.min(anchor.line, lineCount - 1))
}
