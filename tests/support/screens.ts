/** Compares two terminals by everything that what comes next could depend on. */
import type { CoreBuffer, CoreLine, XtermCore } from '../../main/pty/xterm-core.ts'

/** xterm forgets a link when the line it began on is gone; what is left of it leads nowhere. */
function linkOf(core: XtermCore, id: number): string {
  return (id > 0 && core.links.getLinkData(id)?.uri) || ''
}

/** A palette colour set over a direct one leaves bits of it behind, which nothing reads. */
function normal(attribute: number): number {
  const mode = attribute & 0x3000000
  if (mode === 0x3000000) return attribute >>> 0
  return (attribute & (mode === 0 ? ~0x3ffffff : ~0xffff00)) >>> 0
}

function cell(core: XtermCore, line: CoreLine, x: number): string {
  const content = line._data[x * 3] as number
  const written = (content & 0x3fffff) !== 0
  const fg = written ? (line._data[x * 3 + 1] as number) : 0
  const bg = (line._data[x * 3 + 2] as number) & (written ? ~0x10000000 : 0x3ffffff)
  const extended = (line._data[x * 3 + 2] as number) & 0x10000000 ? line._extendedAttrs[x] : undefined
  const underlined = (fg & 0x10000000) !== 0
  const text = content & 0x200000 ? line._combined[x] : String.fromCodePoint(content & 0x1fffff)
  const style =
    written && extended ? `${underlined ? extended._ext & 0x1fffffff : 0}${linkOf(core, extended._urlId)}` : '0'
  // A cell that was never written is the same whether or not a wide character stood beside it.
  return `${written ? `${content >>> 22}` : ''}${text}|${normal(fg)}|${normal(bg)}|${style}`
}

function bufferState(core: XtermCore, buffer: CoreBuffer, cols: number, fromLine: number): unknown {
  const lines: string[] = []
  for (let y = fromLine; y < buffer.lines.length; y++) {
    const line = buffer.lines.get(y) as CoreLine
    const cells: string[] = []
    for (let x = 0; x < cols; x++) cells.push(cell(core, line, x))
    lines.push(`${line.isWrapped ? '>' : ' '}${cells.join(' ')}`)
  }
  return {
    lines,
    x: buffer.x,
    y: buffer.y,
    ybase: buffer.ybase - fromLine,
    scrollTop: buffer.scrollTop,
    scrollBottom: buffer.scrollBottom,
    savedX: Math.min(buffer.savedX, cols - 1),
    savedY: Math.max(0, buffer.savedY - buffer.ybase),
    savedFg: normal(buffer.savedCurAttrData.fg),
    savedBg: normal(buffer.savedCurAttrData.bg & ~0x10000000),
    tabs: Array.from({ length: cols }, (_, x) => buffer.tabs[x] === true),
  }
}

/** Everything of a terminal that a snapshot must carry; two terminals with equal states go on alike. */
export function terminalState(core: XtermCore, cols: number, fromLine = 0): unknown {
  const onAlt = core.buffers.active === core.buffers.alt
  const main = bufferState(core, core.buffers.normal, cols, fromLine) as { x: number; y: number }
  // While the other screen is shown, the cursor of this one is stale: it is taken over on the way back.
  if (onAlt) Object.assign(main, { x: 0, y: 0 })
  const current = core.inputHandler._curAttrData
  const rich = (current.bg & 0x10000000) !== 0
  return {
    normal: main,
    alt: onAlt ? bufferState(core, core.buffers.alt, cols, 0) : null,
    modes: core.coreService.decPrivateModes,
    insert: core.coreService.modes,
    hidden: core.coreService.isCursorHidden,
    mouse: [core.coreMouseService.activeProtocol, core.coreMouseService.activeEncoding],
    style: [
      normal(current.fg),
      normal(current.bg & ~0x10000000),
      rich && (current.fg & 0x10000000) !== 0 ? current.extended._ext & 0x1fffffff : 0,
      rich ? linkOf(core, current.extended._urlId) : '',
    ],
    // The state after "a" differs by what stood before it, without a difference to what may join it.
    join: [core.inputHandler._parser.precedingJoinState !== 0, (core.inputHandler._parser.precedingJoinState >> 1) & 3],
    level: core.charset.glevel,
  }
}
