/**
 * Chords of the program's own keys. A chord is written without the program's modifier, which differs by host
 * (Ctrl or Cmd in Electron, Alt in a browser tab): `k`, `shift+d`, `enter`, `comma`. A function key stands alone: `f2`.
 */
import type { Capabilities, HostState } from '@contract/host.ts'

export interface Chord {
  shift: boolean
  /** The second modifier, besides the program's own: Ctrl where that is Alt, else Alt. */
  extra: boolean
  /** `a`, `1`, `enter`, `comma`, `f2`, `left`. */
  key: string
}

/** How the program's keys are told from the terminal's. */
export interface KeyContext {
  modifier: Capabilities['keyModifier']
  platform: HostState['platform']
}

/** What is read of a keyboard event. */
export interface KeyPress {
  key: string
  code: string
  ctrlKey: boolean
  altKey: boolean
  metaKey: boolean
  shiftKey: boolean
  isComposing: boolean
  keyCode?: number
  getModifierState?(name: 'AltGraph'): boolean
}

const namedKeys: Record<string, string> = {
  Enter: 'enter',
  Escape: 'escape',
  Tab: 'tab',
  Backspace: 'backspace',
  Delete: 'delete',
  Insert: 'insert',
  Home: 'home',
  End: 'end',
  PageUp: 'pageup',
  PageDown: 'pagedown',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  ' ': 'space',
}
const codeKeys: Record<string, string> = {
  Comma: 'comma',
  Period: 'period',
  Slash: 'slash',
  Backslash: 'backslash',
  Semicolon: 'semicolon',
  Quote: 'quote',
  BracketLeft: 'bracketleft',
  BracketRight: 'bracketright',
  Minus: 'minus',
  Equal: 'equal',
  Backquote: 'backquote',
  NumpadEnter: 'enter',
}
const shown: Record<string, string> = {
  enter: 'Enter',
  escape: 'Esc',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  left: '←',
  right: '→',
  up: '↑',
  down: '↓',
  comma: ',',
  period: '.',
  slash: '/',
  backslash: '\\',
  semicolon: ';',
  quote: "'",
  bracketleft: '[',
  bracketright: ']',
  minus: '-',
  equal: '=',
  backquote: '`',
}
const known = new Set([...Object.values(namedKeys), ...Object.values(codeKeys)])

function isFunctionKey(key: string): boolean {
  return /^f([1-9]|1\d|2[0-4])$/.test(key)
}

/** Reads `shift+d`; null for anything that is no chord. */
export function parseChord(text: string): Chord | null {
  const parts = text.toLowerCase().split('+')
  const key = parts.pop() ?? ''
  if (!/^[a-z0-9]$/.test(key) && !known.has(key) && !isFunctionKey(key)) return null
  if (parts.some((part) => part !== 'shift' && part !== 'extra') || new Set(parts).size !== parts.length) return null
  return { shift: parts.includes('shift'), extra: parts.includes('extra'), key }
}

/** The reverse of `parseChord`, in one spelling, so that two chords are equal when their texts are. */
export function chordToText(chord: Chord): string {
  return `${chord.extra ? 'extra+' : ''}${chord.shift ? 'shift+' : ''}${chord.key}`
}

/**
 * The key of an event in our words. Letters go by what the layout types; where that is no Latin letter or digit (another
 * script, Option on a Mac, shifted digits) by the key's place. Null for keys that we do not know, and for modifiers alone.
 */
function keyOf(press: KeyPress): string | null {
  const named = namedKeys[press.key]
  if (named) return named
  if (/^F\d{1,2}$/.test(press.key)) return press.key.toLowerCase()
  if (/^[a-z]$/i.test(press.key)) return press.key.toLowerCase()
  if (/^[0-9]$/.test(press.key)) return press.key
  const place = /^(?:Key([A-Z])|Digit(\d)|Numpad(\d))$/.exec(press.code)
  if (place) return (place[1] ?? place[2] ?? place[3] ?? '').toLowerCase()
  return codeKeys[press.code] ?? null
}

/** True while an input method holds the keyboard: then no key is ours, Enter least of all. */
export function isComposing(press: KeyPress): boolean {
  return press.isComposing || press.keyCode === 229 || press.key === 'Process' || press.key === 'Dead'
}

/** The chord that a key press means to the program; null when it is not the program's (then the terminal gets it). */
export function chordOf(press: KeyPress, context: KeyContext): Chord | null {
  if (isComposing(press) || press.getModifierState?.('AltGraph')) return null
  const key = keyOf(press)
  if (key === null) return null
  const mac = context.platform === 'darwin'
  const own = context.modifier === 'alt' ? press.altKey : mac ? press.metaKey : press.ctrlKey
  const extra = context.modifier === 'alt' ? press.ctrlKey : press.altKey
  const foreign = context.modifier === 'alt' ? press.metaKey : mac ? press.ctrlKey : press.metaKey
  if (foreign) return null
  if (!own) return isFunctionKey(key) && !extra ? { shift: press.shiftKey, extra: false, key } : null
  if (isFunctionKey(key)) return null
  return { shift: press.shiftKey, extra, key }
}

/** A chord as the person's keyboard names it: `Alt+Shift+Z`, `⇧⌘Z`. */
export function formatChord(chord: Chord, context: KeyContext): string {
  const name = shown[chord.key] ?? (chord.key.length === 1 ? chord.key.toUpperCase() : capitalise(chord.key))
  const alone = isFunctionKey(chord.key)
  if (context.platform === 'darwin') {
    const modifiers =
      context.modifier === 'alt'
        ? `${chord.extra ? '⌃' : ''}${alone ? '' : '⌥'}${chord.shift ? '⇧' : ''}`
        : `${chord.extra ? '⌥' : ''}${chord.shift ? '⇧' : ''}${alone ? '' : '⌘'}`
    return modifiers + name
  }
  const parts: string[] = []
  if (context.modifier === 'alt') {
    if (chord.extra) parts.push('Ctrl')
    if (!alone) parts.push('Alt')
  } else {
    if (!alone) parts.push('Ctrl')
    if (chord.extra) parts.push('Alt')
  }
  if (chord.shift) parts.push('Shift')
  return [...parts, name].join('+')
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Chord of each command: the person's own where they changed it (empty: none), else its own. Chords that cannot be read are left out. */
export function bindings(
  commands: readonly { id: string; key?: string }[],
  changed: Readonly<Record<string, string>>,
): Map<string, string> {
  const byCommand = new Map<string, string>()
  for (const command of commands) {
    const text = changed[command.id] ?? command.key
    const chord = text ? parseChord(text) : null
    if (chord) byCommand.set(command.id, chordToText(chord))
  }
  return byCommand
}

/** The commands that share a chord with `id`, were it bound to `chord`. */
export function conflictsOf(id: string, chord: string, bound: ReadonlyMap<string, string>): string[] {
  return [...bound].filter(([other, text]) => other !== id && text === chord).map(([other]) => other)
}
