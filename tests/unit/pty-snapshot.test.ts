import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Screen } from '../../main/pty/screen.ts'
import { terminalState } from '../support/screens.ts'

const pieces = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'hello world ', 'x'.repeat(37), '   ', 'end') },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      '中',
      '文字',
      '。',
      '、漢',
      '👩‍👩‍👧',
      '🇨🇳',
      '🇨',
      'é',
      'e\u0301',
      '\u0301',
      '☁\ufe0f',
      '한',
      '\u200d',
      '❤',
    ),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      '\b',
      '\t',
      '\x1bM',
      '\x1bD',
      '\x1bE',
      '\x1b[J',
      '\x1b[1J',
      '\x1b[2J',
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom('A', 'B', 'C', 'D', 'G', 'd', 'K', 'X', 'P', '@', 'L', 'M', 'S', 'T', 'b'), fc.nat(12))
      .map(([final, count]) => `\x1b[${count}${final}`),
  },
  { weight: 3, arbitrary: fc.tuple(fc.nat(14), fc.nat(40)).map(([y, x]) => `\x1b[${y};${x}H`) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '\x1b[0m',
      '\x1b[1;31m',
      '\x1b[2;38;5;200m',
      '\x1b[44m',
      '\x1b[48;2;1;2;3m',
      '\x1b[4:3m',
      '\x1b[7;9;53m',
      '\x1b[22;39m',
      '\x1b[21m',
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.nat(11), fc.nat(11)).map(([a, b]) => `\x1b[${a};${b}r`) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(1, 6, 9, 25, 45, 47, 1000, 1002, 1003, 1004, 1006, 1047, 1049, 2004, 2026), fc.boolean())
      .map(([mode, on]) => `\x1b[?${mode}${on ? 'h' : 'l'}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\x1b7',
      '\x1b8',
      '\x1bH',
      '\x1b[3g',
      '\x1b(0',
      '\x1b(B',
      '\x1b)0',
      '\x0e',
      '\x0f',
      '\x1b=',
      '\x1b>',
      '\x1b[5 q',
      '\x1b[2 q',
      '\x1b[!p',
      '\x1b[1"q',
    ),
  },
)

const stream = fc.array(pieces, { maxLength: 120 }).map((parts) => parts.join(''))
const size = fc.record({ cols: fc.integer({ min: 4, max: 30 }), rows: fc.integer({ min: 2, max: 10 }) })

function screen(cols: number, rows: number): Screen {
  return new Screen({ cols, rows, scrollbackLines: 40 })
}

test('a snapshot and the bytes after it show what the whole stream shows, wherever it is taken', () => {
  fc.assert(
    fc.property(stream, stream, size, fc.nat(), (before, after, { cols, rows }, cut) => {
      const bytes = Buffer.from(before + after)
      const whole = screen(cols, rows)
      const at = Math.min(bytes.length, cut % (Buffer.byteLength(before) + 8))
      whole.feed(bytes.subarray(0, at))
      const buffer = whole.core.buffers.active
      const edge = buffer.lines.get(buffer.ybase + buffer.y)?._data[(cols - 1) * 3]
      // Beyond an erased last column the picture has a blank where nothing was: the one difference there is.
      fc.pre(buffer.x < cols || edge !== 0x800000 / 2)
      const copy = screen(cols, rows)
      copy.feed(whole.draw(40))
      expect(terminalState(copy.core, cols)).toEqual(terminalState(whole.core, cols))
      const rest = bytes.subarray(whole.fed)
      const all = screen(cols, rows)
      all.feed(bytes)
      copy.feed(rest)
      expect(terminalState(copy.core, cols)).toEqual(terminalState(all.core, cols))
      for (const each of [whole, copy, all]) each.dispose()
    }),
    { numRuns: Number(process.env['VITEST_FUZZ_RUNS'] ?? 300) },
  )
})

test('a count that no screen can hold ends at once, and the screen is as if it had ended by itself', () => {
  const began = performance.now()
  for (const final of ['L', 'M', 'S', 'T', 'b', 'I', 'Z', '@', 'P', 'X', 'A', 'E', 'a', 'J']) {
    const screen = new Screen({ cols: 20, rows: 5, scrollbackLines: 50 })
    screen.feed(Buffer.from(`one\r\ntwo\r\nx\x1b[2147483647${final}`))
    screen.dispose()
  }
  const marks = '\u0301'.repeat(20_000)
  const screen = new Screen({ cols: 200, rows: 60, scrollbackLines: 50 })
  screen.feed(Buffer.from(`a${marks}\x1b[2147483647b`))
  screen.dispose()
  expect(performance.now() - began).toBeLessThan(2000)

  const cleared = new Screen({ cols: 20, rows: 5, scrollbackLines: 50 })
  cleared.feed(Buffer.from('one\r\ntwo\r\nthree\x1b[2;1H\x1b[99999999Lnew'))
  expect(cleared.text('screen')).toBe('one\nnew')
  cleared.dispose()
})
