import type { IBufferLine, ILink, ILinkProvider, Terminal } from '@xterm/xterm'
import { findFileLinks, type FileLink } from './file-links.ts'

/** How many wrapped rows above and below belong to one line at most. */
const mostRows = 12

export interface FileLinkHandlers {
  open(link: FileLink): void
  hover(link: FileLink | null, event: MouseEvent): void
  /** True when the click is meant for the link and not for focus or selection. */
  wants(event: MouseEvent): boolean
}

interface Cell {
  x: number
  y: number
}

/** Text of the logical line through row `y` (0-based) and the cell of each of its UTF-16 units. */
function logicalLine(terminal: Terminal, y: number): { text: string; cells: Cell[] } {
  const buffer = terminal.buffer.active
  let first = y
  while (first > 0 && y - first < mostRows && buffer.getLine(first)?.isWrapped) first--
  let text = ''
  const cells: Cell[] = []
  for (let row = first; row - first < 2 * mostRows; row++) {
    const line: IBufferLine | undefined = buffer.getLine(row)
    if (!line || (row > first && !line.isWrapped)) break
    for (let x = 0; x < line.length; x++) {
      const cell = line.getCell(x)
      if (!cell || cell.getWidth() === 0) continue
      const characters = cell.getChars() || ' '
      for (let unit = 0; unit < characters.length; unit++) cells.push({ x, y: row })
      text += characters
    }
  }
  return { text, cells }
}

/** Makes places in files clickable, also across wrapped rows. */
export function createFileLinkProvider(terminal: Terminal, handlers: FileLinkHandlers): ILinkProvider {
  return {
    provideLinks: (row, callback) => {
      const { text, cells } = logicalLine(terminal, row - 1)
      const links: ILink[] = []
      for (const link of findFileLinks(text)) {
        const from = cells[link.start]
        const to = cells[link.end - 1]
        if (!from || !to || from.y > row - 1 || to.y < row - 1) continue
        links.push({
          range: { start: { x: from.x + 1, y: from.y + 1 }, end: { x: to.x + 1, y: to.y + 1 } },
          text: text.slice(link.start, link.end),
          activate: (event) => {
            if (handlers.wants(event)) handlers.open(link)
          },
          hover: (event) => handlers.hover(link, event),
          leave: (event) => handlers.hover(null, event),
        })
      }
      callback(links.length > 0 ? links : undefined)
    },
  }
}
