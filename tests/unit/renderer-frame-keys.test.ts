import { describe, expect, test } from 'vitest'
import {
  bindings,
  chordOf,
  chordToText,
  conflictsOf,
  formatChord,
  parseChord,
  type KeyContext,
  type KeyPress,
} from '../../renderer/shell/keys.ts'
import { sessionCommands } from '../../renderer/sessions/commands.ts'
import { shellCommands } from '../../renderer/shell/commands.ts'

const browser: KeyContext = { modifier: 'alt', platform: 'linux' }
const desktop: KeyContext = { modifier: 'mod', platform: 'linux' }
const mac: KeyContext = { modifier: 'mod', platform: 'darwin' }
const macBrowser: KeyContext = { modifier: 'alt', platform: 'darwin' }

function press(key: string, part: Partial<KeyPress> = {}): KeyPress {
  const code = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : /^\d$/.test(key) ? `Digit${key}` : ''
  return { key, code, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, isComposing: false, ...part }
}
function means(event: KeyPress, context: KeyContext): string | null {
  const chord = chordOf(event, context)
  return chord && chordToText(chord)
}

describe('a key press', () => {
  test('is the program’s with its modifier: Alt in a browser, Ctrl or Cmd on the desktop', () => {
    expect(means(press('k', { altKey: true }), browser)).toBe('k')
    expect(means(press('k', { ctrlKey: true }), desktop)).toBe('k')
    expect(means(press('k', { metaKey: true }), mac)).toBe('k')
    expect(means(press('Z', { altKey: true, shiftKey: true }), browser)).toBe('shift+z')
  })

  test('goes to the terminal without it', () => {
    expect(means(press('k'), browser)).toBeNull()
    expect(means(press('c', { ctrlKey: true }), browser)).toBeNull()
    expect(means(press('c', { ctrlKey: true }), mac)).toBeNull()
    expect(means(press('Enter'), desktop)).toBeNull()
    expect(means(press('k', { metaKey: true, altKey: true }), browser)).toBeNull()
  })

  test('belongs to the input method while it composes, Enter above all', () => {
    expect(means(press('Enter', { altKey: true, isComposing: true }), browser)).toBeNull()
    expect(means(press('Enter', { altKey: true, keyCode: 229 }), browser)).toBeNull()
    expect(means(press('Process', { altKey: true, code: 'KeyK' }), browser)).toBeNull()
    expect(means(press('Dead', { altKey: true, code: 'KeyN' }), macBrowser)).toBeNull()
  })

  test('types a letter with AltGr and runs nothing', () => {
    const altGr = press('l', { altKey: true, ctrlKey: true, getModifierState: () => true })
    expect(means(altGr, browser)).toBeNull()
    expect(means(altGr, desktop)).toBeNull()
  })

  test('is found by its place where the layout types no Latin letter', () => {
    expect(means(press('л', { altKey: true, code: 'KeyK' }), browser)).toBe('k')
    expect(means(press('˚', { altKey: true, code: 'KeyK' }), macBrowser)).toBe('k')
    expect(means(press('!', { altKey: true, shiftKey: true, code: 'Digit1' }), browser)).toBe('shift+1')
    expect(means(press('&', { altKey: true, code: 'Digit1' }), browser)).toBe('1')
    expect(means(press('?', { altKey: true, shiftKey: true, code: 'Slash' }), browser)).toBe('shift+slash')
  })

  test('goes by the letter on the key, where the layout moves letters about', () => {
    expect(means(press('k', { altKey: true, code: 'KeyV' }), browser)).toBe('k')
  })

  test('of a function key stands alone', () => {
    expect(means(press('F5'), browser)).toBe('f5')
    expect(means(press('F5', { altKey: true }), browser)).toBeNull()
  })
})

describe('a chord', () => {
  test.each(['k', 'shift+d', 'extra+shift+enter', 'comma', 'f12', '1'])('%s is read and written alike', (text) => {
    const chord = parseChord(text)
    expect(chord && chordToText(chord)).toBe(text)
  })

  test.each(['', 'ctrl+k', 'shift+shift+k', 'kk', 'f25', 'shift+'])('"%s" is none', (text) => {
    expect(parseChord(text)).toBeNull()
  })

  test('is shown as the person’s keyboard names it', () => {
    const chord = { shift: true, extra: false, key: 'z' }
    expect(formatChord(chord, browser)).toBe('Alt+Shift+Z')
    expect(formatChord(chord, desktop)).toBe('Ctrl+Shift+Z')
    expect(formatChord(chord, mac)).toBe('⇧⌘Z')
    expect(formatChord({ shift: false, extra: false, key: 'f2' }, desktop)).toBe('F2')
  })
})

describe('bindings', () => {
  const commands = [{ id: 'a', key: 'k' }, { id: 'b', key: 'shift+b' }, { id: 'c' }]

  test('are the person’s own where they changed one, and none where they took it away', () => {
    expect([...bindings(commands, { b: 'x', c: 'y' })]).toEqual([
      ['a', 'k'],
      ['b', 'x'],
      ['c', 'y'],
    ])
    expect(bindings(commands, { a: '' }).has('a')).toBe(false)
  })

  test('that cannot be read are left out instead of breaking the rest', () => {
    expect([...bindings(commands, { a: 'hyper+k' }).keys()]).toEqual(['b'])
  })

  test('tell who has a chord already', () => {
    const bound = bindings(commands, {})
    expect(conflictsOf('c', 'k', bound)).toEqual(['a'])
    expect(conflictsOf('a', 'k', bound)).toEqual([])
  })
})

test('no two commands of sessions and window share a key', () => {
  const bound = [...bindings([...sessionCommands, ...shellCommands], {}).values()]
  expect(bound.length).toBe(new Set(bound).size)
})
