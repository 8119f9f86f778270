import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanText, parseOsc777, parseOsc9 } from '../../main/pty/announcements.ts'
import { colourAnswer, paletteColour, parseColour } from '../../main/pty/device-answers.ts'
import { formatPaste } from '../../main/pty/paste.ts'
import { clampSize } from '../../main/pty/protocol.ts'
import { RecentBytes } from '../../main/pty/recent-bytes.ts'
import { characterEnd, StreamScanner } from '../../main/pty/scan.ts'
import { Screen } from '../../main/pty/screen.ts'
import { Sheet } from '../../main/pty/sheet.ts'
import { coreOf } from '../../main/pty/xterm-core.ts'
import { terminalState } from '../support/screens.ts'
import { Terminal } from '@xterm/headless'

const noise = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        '\x1b',
        '[',
        ']',
        'P',
        '_',
        '^',
        'X',
        '\\',
        '\x07',
        '?',
        '>',
        '1;2',
        'm',
        ' ',
        '$',
        '"',
        '(',
        '0',
        '\x18',
        '\x1a',
        '\n',
        '\x7f',
      ),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        '\u009b',
        '\u009d',
        '\u0090',
        '\u009c',
        '\u0098',
        '\u0085',
        'é',
        '一',
        '。',
        '😀',
        '\ufeff',
      ),
    },
    { weight: 2, arbitrary: fc.constantFrom('text', 'a', '\x1b[31m', '\x1b]0;t\x07', '\x1bP$qm\x1b\\') },
  ),
  { maxLength: 40 },
)
const rawBytes = fc.oneof(
  noise.map((parts) => Buffer.from(parts.join(''))),
  fc
    .array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x1b, 0x5b, 0x9b, 0xc2, 0xe3, 0x80, 0xf0)), {
      maxLength: 40,
    })
    .map((bytes) => Buffer.from(bytes)),
)

test('the scanner is at rest exactly where the terminal parser is', () => {
  const terminal = new Terminal({ allowProposedApi: true, logLevel: 'off' })
  const core = coreOf(terminal)
  fc.assert(
    fc.property(rawBytes, (bytes) => {
      core.inputHandler._parser.reset()
      const scanner = new StreamScanner()
      const safe: number[] = []
      const expected: number[] = []
      for (let at = 0; at < bytes.length; at++) {
        scanner.scan(bytes.subarray(at, at + 1))
        if (scanner.atRest) safe.push(at + 1)
      }
      // Cuts inside a character are left to the decoder: only whole ones are compared.
      let whole = new StreamScanner()
      for (let at = 0; at < bytes.length; at++) {
        whole.scan(bytes.subarray(at, at + 1))
        if (whole.openCharacterBytes > 0) continue
        core.inputHandler._parser.reset()
        core.writeSync('\x18')
        core.writeSync(bytes.subarray(0, at + 1))
        if (core.inputHandler._parser.currentState === 0) expected.push(at + 1)
      }
      whole = scanner
      expect(safe).toEqual(expected)
      // All at once it finds the last of them.
      expect(new StreamScanner().scan(bytes)).toBe(
        bytes.length === 0 ? -1 : (safe.at(-1) ?? (bytes[0] === 0x1b || (bytes[0] as number) >= 0xc0 ? 0 : -1)),
      )
    }),
    { numRuns: Number(process.env['VITEST_FUZZ_RUNS'] ?? 500) },
  )
  terminal.dispose()
})

test('bytes cut anywhere give the picture of the whole', () => {
  const text =
    '一。、\x1b[1;3%d红\x1b[38;2;1;2;3mx\x1b]0;标题\x07\x1b]8;;http://a/。\x1b\\链\x1b]8;;\x1b\\👩‍👩‍👧 e\u0301 🇨🇳\x1bP$qm\x1b\\\u009b1mbold\r\n\x1b(0qqq\x1b(B\x1b[5G\x1b[Kend'
  const bytes = Buffer.from(text)
  const whole = new Screen({ cols: 30, rows: 6, scrollbackLines: 10 })
  whole.feed(bytes)
  for (let cut = 0; cut <= bytes.length; cut++) {
    for (const second of [cut + 1, cut + 3, bytes.length]) {
      const parts = new Screen({ cols: 30, rows: 6, scrollbackLines: 10 })
      parts.feed(bytes.subarray(0, cut))
      parts.feed(bytes.subarray(cut, second))
      parts.feed(bytes.subarray(second))
      expect(terminalState(parts.core, 30)).toEqual(terminalState(whole.core, 30))
      parts.dispose()
    }
  }
})

test('a string without an end neither fills the memory nor hides the picture', () => {
  const screen = new Screen({ cols: 20, rows: 4, scrollbackLines: 10 })
  screen.feed(Buffer.from('before\x1b]1337;File='))
  const piece = Buffer.from('一二'.repeat(40_000))
  for (let i = 0; i < 10; i++) screen.feed(piece)
  const late = new Screen({ cols: 20, rows: 4, scrollbackLines: 10 })
  late.feed(screen.draw(10))
  const rest = Buffer.from('more\x07after')
  screen.feed(rest)
  late.feed(rest)
  expect(screen.text('all')).toBe('beforeafter')
  expect(late.text('all')).toBe('beforeafter')
})

test('hostile sequences do not break a terminal for good', () => {
  fc.assert(
    fc.property(fc.array(rawBytes, { maxLength: 8 }), fc.integer({ min: 2, max: 9 }), (chunks, cols) => {
      const failures: unknown[] = []
      const screen = new Screen({ cols, rows: 2, scrollbackLines: 3, onParserFailure: (error) => failures.push(error) })
      for (const chunk of chunks) screen.feed(chunk)
      screen.feed(Buffer.from('\x18\x1b\\\x1bc\x1b[2;99H\x1b[1JX'))
      expect(failures).toEqual([])
      expect(screen.text('screen')).toBe(`\n${' '.repeat(cols - 1)}X`)
      screen.dispose()
    }),
    { numRuns: 300 },
  )
})

test('links, modes, margins and colours are part of a snapshot', () => {
  const screen = new Screen({ cols: 40, rows: 8, scrollbackLines: 50 })
  screen.feed(
    Buffer.from(
      '\x1b]8;id=1;http://a.example/?a=1;b\x1b\\one\x1b]8;;\x1b\\ two\r\n\x1b[4:3;58:2::9:8:7mcurl\x1b[0m\x1b[3;6r\x1b[?7l\x1b[4h\x1b[?6h\x1b[2;5Hin\x1b[?1049h\x1b[44mfull\x1b[?1003h\x1b[?1006h\x1b[?25l\x1b[3 q\x1b)0\x0eqq\x0f\x1b[1;5m',
    ),
  )
  const copy = new Screen({ cols: 40, rows: 8, scrollbackLines: 50 })
  copy.feed(screen.draw(50))
  expect(terminalState(copy.core, 40)).toEqual(terminalState(screen.core, 40))
  const more = Buffer.from('x\x0eq\x0f\x1b[?1049l back\x1b[4l\x1b[?6lz')
  screen.feed(more)
  copy.feed(more)
  expect(terminalState(copy.core, 40)).toEqual(terminalState(screen.core, 40))
})

test('a snapshot is cut nowhere inside a character, however large it is', () => {
  const screen = new Screen({ cols: 100, rows: 20, scrollbackLines: 20_000 })
  for (let i = 0; i < 20_000; i++) screen.feed(Buffer.from(`${i}${'。、一'.repeat(8)}\r\n`))
  const picture = screen.draw(20_000)
  expect(picture.length).toBeGreaterThan(1_000_000)
  for (let at = 131_072; at < picture.length; at += 131_072) expect((picture[at] as number) & 0xc0).not.toBe(0x80)
  const terminal = new Terminal({ cols: 100, rows: 20, scrollback: 20_000, allowProposedApi: true, logLevel: 'off' })
  const core = coreOf(terminal)
  core.writeSync(picture)
  const lines = Array.from({ length: 20_000 }, (_, y) => core.buffers.normal.lines.get(y)?.translateToString(true))
  expect(lines.every((line) => line?.endsWith('。、一'.repeat(8)))).toBe(true)
})

test('rows on a sheet never cross its marks', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 20 }), (sizes) => {
      const sheet = new Sheet(16)
      const marks: number[] = []
      for (const size of sizes) {
        sheet.text('x'.repeat(size))
        sheet.endRow()
        marks.push(sheet.length)
      }
      const bytes = sheet.finish()
      expect(bytes.filter((byte) => byte !== 0).length).toBe(sizes.reduce((sum, size) => sum + size, 0))
      marks.forEach((end, index) => {
        const start = end - (sizes[index] as number)
        if (end > start) expect(Math.floor(start / 131_072)).toBe(Math.floor((end - 1) / 131_072))
      })
    }),
  )
})

test('recent bytes give back what was pushed, from anywhere that is held', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 }),
      fc.nat(100),
      fc.nat(100),
      fc.nat(100),
      (chunks, drop, a, b) => {
        const recent = new RecentBytes(1000)
        for (const chunk of chunks) recent.push(chunk)
        const all = Buffer.concat(chunks)
        recent.dropBefore(1000 + drop)
        expect(recent.start).toBe(1000 + Math.min(drop, all.length))
        expect(recent.end).toBe(1000 + all.length)
        const from = Math.min(Math.max(recent.start, 1000 + Math.min(a, b)), recent.end)
        const to = Math.min(Math.max(from, 1000 + Math.max(a, b)), recent.end)
        expect(Buffer.from(recent.read(from, to))).toEqual(all.subarray(from - 1000, to - 1000))
        if (drop > 0 && all.length > 0) expect(() => recent.read(999, recent.end)).toThrow()
      },
    ),
  )
})

test('a frame ends with a whole character', () => {
  const bytes = Buffer.from('a一😀é')
  const ends = Array.from({ length: bytes.length + 1 }, (_, limit) => characterEnd(bytes, limit))
  expect(ends).toEqual([0, 1, 1, 1, 4, 4, 4, 4, 8, 8, 10])
})

test('a paste cannot end itself, whatever it holds', () => {
  expect(formatPaste('a\r\nb\nc\r', false)).toBe('a\rb\rc\r')
  fc.assert(
    fc.property(fc.array(fc.constantFrom('\x1b[201~', '\x1b[20', '1~', '\x1b', 'x', '\u009b201~', '\n')), (parts) => {
      const pasted = formatPaste(parts.join(''), true)
      expect(pasted.startsWith('\x1b[200~')).toBe(true)
      expect(pasted.indexOf('\x1b[201~')).toBe(pasted.length - 6)
      expect(pasted.includes('\u009b201~')).toBe(false)
    }),
  )
})

test('notifications and progress are told apart, and their text is made harmless', () => {
  expect(parseOsc9('4;1;50')).toEqual({ kind: 'progress', state: 1, percent: 50 })
  expect(parseOsc9('4;0;')).toEqual({ kind: 'progress', state: 0, percent: 0 })
  expect(parseOsc9('4;3')).toEqual({ kind: 'progress', state: 3, percent: 0 })
  expect(parseOsc9('4;9;1')).toBeNull()
  expect(parseOsc9('4')).toBeNull()
  expect(parseOsc9('1;500')).toBeNull()
  expect(parseOsc9('Codex wants to edit x')).toMatchObject({ body: 'Codex wants to edit x' })
  expect(parseOsc9('')).toBeNull()
  expect(parseOsc777('notify;Title;Body; with more')).toEqual({
    kind: 'notification',
    title: 'Title',
    body: 'Body; with more',
  })
  expect(parseOsc777('notify;;Only body')).toEqual({ kind: 'notification', title: null, body: 'Only body' })
  expect(parseOsc777('precmd')).toBeNull()
  expect(cleanText('a\x1b[31m\n\u202eb\u0000  c ', 100)).toBe('a [31m b c')
  expect(cleanText('😀'.repeat(300), 256)).toBe('😀'.repeat(256))
})

test('colours are read and told as programs write them', () => {
  expect(parseColour('#fff')).toBe('#ffffff')
  expect(parseColour('#1a2b3c')).toBe('#1a2b3c')
  expect(parseColour('rgb:ff/80/0')).toBe('#ff8000')
  expect(parseColour('rgb:ffff/8080/0000')).toBe('#ff8000')
  expect(parseColour('red; rm -rf')).toBeNull()
  expect(colourAnswer('#1a2b3c')).toBe('rgb:1a1a/2b2b/3c3c')
  expect([paletteColour(16), paletteColour(21), paletteColour(231), paletteColour(232), paletteColour(255)]).toEqual([
    '#000000',
    '#0000ff',
    '#ffffff',
    '#080808',
    '#eeeeee',
  ])
})

test('sizes are what programs can take', () => {
  expect(clampSize(0, 0)).toEqual({ cols: 2, rows: 1 })
  expect(clampSize(99_999, 99_999)).toEqual({ cols: 1000, rows: 500 })
  expect(clampSize(Number.NaN, Number.POSITIVE_INFINITY)).toEqual({ cols: 2, rows: 1 })
  expect(clampSize(80.4, 24.6)).toEqual({ cols: 80, rows: 25 })
})
