/**
 * Answers what programs ask a terminal, whether or not a page looks: what xterm answers of itself (attributes, cursor, modes,
 * settings) and what a page would have to (colours, size in pixels, name). Keeps the colours that a program set.
 *
 * `CSI ? u` (kitty keyboard) has no answer: xterm 6.0 sends no such keys, and an answer would promise them. Programs send DA1 after
 * it and take its answer for a no.
 */
import type { TerminalColours } from '@contract/terminal.ts'
import type { Screen } from './screen.ts'

/** The named colours of xterm.js, as the page shows them unless a theme says otherwise. */
const namedColours = [
  '#2e3436',
  '#cc0000',
  '#4e9a06',
  '#c4a000',
  '#3465a4',
  '#75507b',
  '#06989a',
  '#d3d7cf',
  '#555753',
  '#ef2929',
  '#8ae234',
  '#fce94f',
  '#729fcf',
  '#ad7fa8',
  '#34e2e2',
  '#eeeeec',
]

export const darkColours: TerminalColours = { foreground: '#e6e6e6', background: '#16181d', cursor: '#e6e6e6' }

/** Cell size told to programs that ask for pixels: no page need be there to measure one. */
const cellWidthPx = 9
const cellHeightPx = 18

/** What is told to XTVERSION: programs that know xterm.js leave out what it cannot do. */
const terminalVersion = 'xterm.js(6.0.0)'

/** Capabilities that XTGETTCAP may ask for by name; all others are answered with "unknown". */
const capabilities: Record<string, string> = { TN: 'xterm-256color', Co: '256', colors: '256', RGB: '8' }

/** Colour `index` of the 256 as xterm has it, `#rrggbb`. */
export function paletteColour(index: number): string {
  const named = namedColours[index]
  if (named) return named
  const hex = (value: number): string => value.toString(16).padStart(2, '0')
  if (index >= 232) {
    const grey = hex(8 + (index - 232) * 10)
    return `#${grey}${grey}${grey}`
  }
  const level = (value: number): string => hex(value === 0 ? 0 : 55 + value * 40)
  const cube = index - 16
  return `#${level(Math.floor(cube / 36))}${level(Math.floor(cube / 6) % 6)}${level(cube % 6)}`
}

/** `#rrggbb` as X11 writes it with 16 bits a colour. */
export function colourAnswer(colour: string): string {
  const part = (at: number): string => colour.slice(at, at + 2).repeat(2)
  return `rgb:${part(1)}/${part(3)}/${part(5)}`
}

/** A colour as programs write it (`#rgb`, `#rrggbb`, `#rrrrggggbbbb`, `rgb:r/g/b` with 1 to 4 digits each) as `#rrggbb`; `null` for others. */
export function parseColour(text: string): string | null {
  const parts = /^#[0-9a-f]{3}$|^#[0-9a-f]{6}$|^#[0-9a-f]{12}$/i.test(text)
    ? text.slice(1).match(new RegExp(`.{${(text.length - 1) / 3}}`, 'g'))
    : (/^rgb:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})$/i.exec(text)?.slice(1) ?? null)
  if (!parts) return null
  const bytes = parts.map((part) => Math.round((Number.parseInt(part, 16) / (16 ** part.length - 1)) * 255))
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

function isLight(colour: string): boolean {
  const byte = (at: number): number => Number.parseInt(colour.slice(at, at + 2), 16)
  return byte(1) * 0.299 + byte(3) * 0.587 + byte(5) * 0.114 > 127
}

const specialNames = ['foreground', 'background', 'cursor'] as const

export class DeviceAnswers {
  colours: TerminalColours = darkColours
  /** While text is drawn from the journal nobody has asked anything. */
  muted = false
  readonly #screen: Screen
  readonly #answer: (text: string) => void
  readonly #palette = new Map<number, string>()
  readonly #special = new Map<(typeof specialNames)[number], string>()
  #colourScheme = false

  constructor(screen: Screen, answer: (text: string) => void) {
    this.#screen = screen
    this.#answer = answer
    screen.extraState = () => this.#state()
    const { parser } = screen.terminal
    const first = (parameters: (number | number[])[]): number => {
      const value = parameters[0]
      return typeof value === 'number' ? value : 0
    }
    screen.terminal.onData((text) => this.#say(text))
    parser.registerCsiHandler({ final: 'n' }, (parameters) => first(parameters) === 6 && this.#cursor(''))
    parser.registerCsiHandler({ prefix: '?', final: 'n' }, (parameters) => this.#privateStatus(first(parameters)))
    parser.registerCsiHandler({ prefix: '=', final: 'c' }, () => this.#say('\x1bP!|00000000\x1b\\'))
    parser.registerCsiHandler({ prefix: '>', final: 'q' }, () => this.#say(`\x1bP>|${terminalVersion}\x1b\\`))
    parser.registerCsiHandler({ final: 't' }, (parameters) => this.#windowReport(first(parameters)))
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, (parameters) => this.#schemeMode(parameters, true))
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, (parameters) => this.#schemeMode(parameters, false))
    parser.registerDcsHandler({ intermediates: '+', final: 'q' }, (data) => this.#termcap(data))
    parser.registerOscHandler(4, (data) => this.#paletteRequest(data))
    parser.registerOscHandler(104, (data) => this.#paletteReset(data))
    specialNames.forEach((name, index) => {
      parser.registerOscHandler(10 + index, (data) => this.#specialRequest(index, data))
      parser.registerOscHandler(110 + index, () => this.#forgetSpecial(name))
    })
    parser.registerEscHandler({ final: 'c' }, () => this.#forgetAll())
  }

  /** Mode 2031: the program asked to be told when dark turns to light. */
  get followsColours(): boolean {
    return this.#colourScheme
  }

  setColours(colours: TerminalColours): void {
    const wasLight = isLight(this.#colour('background'))
    this.colours = colours
    if (this.#colourScheme && wasLight !== isLight(this.#colour('background'))) this.#scheme()
  }

  #say(text: string): true {
    if (!this.muted) this.#answer(text)
    return true
  }

  #colour(name: (typeof specialNames)[number]): string {
    return this.#special.get(name) ?? this.colours[name]
  }

  /** xterm answers a column beyond the last one while a wrap is pending; no terminal does. */
  #cursor(prefix: string): true {
    const { cols, core } = this.#screen
    const buffer = core.buffers.active
    const top = core.coreService.decPrivateModes.origin ? buffer.scrollTop : 0
    return this.#say(`\x1b[${prefix}${buffer.y - top + 1};${Math.min(buffer.x + 1, cols)}R`)
  }

  #privateStatus(what: number): boolean {
    if (what === 6) return this.#cursor('?')
    if (what === 996) return this.#scheme()
    return false
  }

  #scheme(): true {
    return this.#say(`\x1b[?997;${isLight(this.#colour('background')) ? 2 : 1}n`)
  }

  #schemeMode(parameters: (number | number[])[], on: boolean): false {
    if (parameters.includes(2031)) this.#colourScheme = on
    return false
  }

  #windowReport(what: number): boolean {
    const { cols, rows } = this.#screen
    switch (what) {
      case 11:
        return this.#say('\x1b[1t')
      case 13:
        return this.#say('\x1b[3;0;0t')
      case 14:
        return this.#say(`\x1b[4;${rows * cellHeightPx};${cols * cellWidthPx}t`)
      case 15:
        return this.#say(`\x1b[5;${rows * cellHeightPx};${cols * cellWidthPx}t`)
      case 16:
        return this.#say(`\x1b[6;${cellHeightPx};${cellWidthPx}t`)
      case 18:
        return this.#say(`\x1b[8;${rows};${cols}t`)
      case 19:
        return this.#say(`\x1b[9;${rows};${cols}t`)
      default:
        // Titles (20, 21) are never told: a program could make the terminal type what another wrote there.
        return false
    }
  }

  #termcap(data: string): true {
    for (const name of data.split(';').slice(0, 64)) {
      if (!/^([0-9a-f]{2}){1,64}$/i.test(name)) continue
      const value = capabilities[Buffer.from(name, 'hex').toString('latin1')]
      const found = value !== undefined
      this.#say(
        `\x1bP${found ? 1 : 0}+r${name}${found ? `=${Buffer.from(value).toString('hex').toUpperCase()}` : ''}\x1b\\`,
      )
    }
    return true
  }

  #paletteRequest(data: string): true {
    const slots = data.split(';')
    for (let i = 0; i + 1 < slots.length; i += 2) {
      const index = Number(slots[i])
      if (!Number.isInteger(index) || index < 0 || index > 255 || slots[i] === '') continue
      if (slots[i + 1] === '?') {
        this.#say(`\x1b]4;${index};${colourAnswer(this.#palette.get(index) ?? paletteColour(index))}\x1b\\`)
        continue
      }
      const colour = parseColour(slots[i + 1] as string)
      if (colour) this.#palette.set(index, colour)
    }
    return true
  }

  #paletteReset(data: string): true {
    if (data === '') this.#palette.clear()
    for (const index of data.split(';')) this.#palette.delete(Number(index))
    return true
  }

  #specialRequest(offset: number, data: string): true {
    data.split(';').forEach((spec, index) => {
      const name = specialNames[offset + index]
      if (!name) return
      if (spec === '?') this.#say(`\x1b]${10 + offset + index};${colourAnswer(this.#colour(name))}\x1b\\`)
      const colour = parseColour(spec)
      if (colour) this.#special.set(name, colour)
    })
    return true
  }

  #forgetSpecial(name: (typeof specialNames)[number]): true {
    this.#special.delete(name)
    return true
  }

  #forgetAll(): false {
    this.#palette.clear()
    this.#special.clear()
    this.#colourScheme = false
    return false
  }

  #state(): string {
    let text = ''
    for (const [index, colour] of this.#palette) text += `\x1b]4;${index};${colour}\x1b\\`
    specialNames.forEach((name, index) => {
      const colour = this.#special.get(name)
      if (colour) text += `\x1b]${10 + index};${colour}\x1b\\`
    })
    if (this.#colourScheme) text += '\x1b[?2031h'
    return text
  }
}
