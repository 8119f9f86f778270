/** Text attributes as xterm stores them in a cell, and the sequences that bring a terminal to them. */
import type { CoreLine, XtermCore } from './xterm-core.ts'

const colourMask = 0x3ffffff
const modeMask = 0x3000000
const palette16 = 0x1000000
const palette256 = 0x2000000
const hasExtended = 0x10000000
/** Bits of `ext` without the glyph variant, which only a renderer uses. */
const extendedMask = 0x1fffffff

export interface Style {
  fg: number
  bg: number
  /** Underline style and colour. */
  ext: number
  /** Number of the hyperlink; 0 for none. */
  link: number
}

export const plainStyle: Style = { fg: 0, bg: 0, ext: 0, link: 0 }

/** Background of an erased cell: its colour only. */
export function erasedStyle(backgroundColour: number): Style {
  return { fg: 0, bg: backgroundColour & colourMask, ext: 0, link: 0 }
}

export function backgroundColourOf(bg: number): number {
  return bg & colourMask
}

export function styleOf(fg: number, bg: number, extended: { _ext: number; _urlId: number } | undefined): Style {
  const rich = (bg & hasExtended) !== 0 && extended !== undefined
  return {
    fg,
    bg: bg & ~hasExtended,
    ext: rich ? extended._ext & extendedMask : 0,
    link: rich ? extended._urlId : 0,
  }
}

function colourParameters(value: number, base: number): string {
  const colour = value & colourMask
  switch (colour & modeMask) {
    case palette16: {
      const index = colour & 0xff
      return index < 8 ? `;${base + index}` : `;${base + 60 + index - 8}`
    }
    case palette256:
      return `;${base + 8};5;${colour & 0xff}`
    case modeMask:
      return `;${base + 8};2;${(colour >>> 16) & 0xff};${(colour >>> 8) & 0xff};${colour & 0xff}`
    default:
      return ''
  }
}

function underlineColourParameters(ext: number): string {
  const colour = ext & colourMask
  switch (colour & modeMask) {
    case palette16:
    case palette256:
      return `;58:5:${colour & 0xff}`
    case modeMask:
      return `;58:2::${(colour >>> 16) & 0xff}:${(colour >>> 8) & 0xff}:${colour & 0xff}`
    default:
      return ''
  }
}

function attributeSequence(style: Style): string {
  const { fg, bg, ext } = style
  let codes = '0'
  if (fg & 0x8000000) codes += ';1'
  if (bg & 0x8000000) codes += ';2'
  if (bg & 0x4000000) codes += ';3'
  if (fg & 0x10000000) codes += ext & 0x1c000000 ? `;4:${(ext & 0x1c000000) >>> 26}` : ';4'
  if (fg & 0x20000000) codes += ';5'
  if (fg & 0x4000000) codes += ';7'
  if (fg & 0x40000000) codes += ';8'
  if (fg & 0x80000000) codes += ';9'
  if (bg & 0x40000000) codes += ';53'
  codes += colourParameters(fg, 30) + colourParameters(bg, 40) + underlineColourParameters(ext)
  return `\x1b[${codes}m${bg & 0x20000000 ? '\x1b[1"q' : ''}`
}

/** Knows what attributes the terminal that is drawn on has, and gives what changes them. */
export class Pen {
  #style: Style = plainStyle
  readonly #links: XtermCore['links']

  constructor(links: XtermCore['links']) {
    this.#links = links
  }

  get backgroundColour(): number {
    return this.#style.bg & colourMask
  }

  /** Whether these attributes of a cell, without extended ones, are the present ones. */
  isAt(fg: number, bg: number): boolean {
    const now = this.#style
    return now.fg === fg && now.bg === bg && (bg & hasExtended) === 0 && now.ext === 0 && now.link === 0
  }

  /** Sets what a cell of `line` needs, without making an object of it where nothing changes. */
  toCell(line: CoreLine, x: number): string {
    const fg = line._data[x * 3 + 1] as number
    const bg = line._data[x * 3 + 2] as number
    const now = this.#style
    if ((bg & hasExtended) === 0) {
      if (now.fg === fg && now.bg === bg && now.ext === 0 && now.link === 0) return ''
      return this.to({ fg, bg, ext: 0, link: 0 })
    }
    return this.to(styleOf(fg, bg, line._extendedAttrs[x]))
  }

  to(style: Style): string {
    const now = this.#style
    let text = ''
    if (now.link !== style.link) text += this.#linkSequence(style.link)
    if (now.fg !== style.fg || now.bg !== style.bg || now.ext !== style.ext) text += attributeSequence(style)
    this.#style = style
    return text
  }

  /** After a restored cursor has brought attributes of its own: they are plain again. */
  restored(): string {
    this.#style = { ...plainStyle, link: this.#style.link }
    return '\x1b[0m'
  }

  /** Says the present attributes again: changes nothing but that the next character does not join the one before. */
  again(): string {
    return attributeSequence(this.#style)
  }

  #linkSequence(link: number): string {
    const found = link === 0 ? undefined : this.#links.getLinkData(link)
    if (!found) return '\x1b]8;;\x1b\\'
    return `\x1b]8;${found.id === undefined ? '' : `id=${found.id}`};${found.uri}\x1b\\`
  }
}
