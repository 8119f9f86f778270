import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  applyLineEdits,
  computeLineEdits,
  lineEditsToTextEdits,
  type TextEdit,
} from '../../renderer/diff/line-edits.ts'

const text = (count: number, change: (index: number) => string[] | null = () => null): string[] =>
  Array.from({ length: count }, (_, index) => change(index) ?? [`line ${index}`]).flat()

/** What an editor does with replacements: positions are those before any of them. */
function applyTextEdits(lines: readonly string[], edits: readonly TextEdit[], eol: string): string {
  const whole = lines.join(eol)
  const starts: number[] = []
  let at = 0
  for (const line of lines) {
    starts.push(at)
    at += line.length + eol.length
  }
  const offset = (line: number, column: number): number => (starts[line - 1] ?? whole.length) + column - 1
  let result = whole
  for (const edit of [...edits].reverse()) {
    const from = offset(edit.startLineNumber, edit.startColumn)
    const to = offset(edit.endLineNumber, edit.endColumn)
    result = result.slice(0, from) + edit.text + result.slice(to)
  }
  return result
}

test('equal texts need no edit, so that nothing in the editor moves', () => {
  expect(computeLineEdits(text(50), text(50))).toEqual([])
})

test('lines written far apart become one small edit each, and the lines between are not touched', () => {
  const before = text(1000)
  const after = text(1000, (index) => (index === 10 ? ['new', 'line 10'] : index === 900 ? [] : null))
  const edits = computeLineEdits(before, after)
  expect(edits).toEqual([
    { start: 10, end: 10, lines: ['new'] },
    { start: 900, end: 901, lines: [] },
  ])
  expect(applyLineEdits(before, edits)).toEqual(after)
})

test('a replaced line is one edit, not a removal and an insertion', () => {
  expect(
    computeLineEdits(
      text(9),
      text(9, (index) => (index === 4 ? ['other'] : null)),
    ),
  ).toEqual([{ start: 4, end: 5, lines: ['other'] }])
})

test('a file written anew from end to end is one edit, found quickly', () => {
  const before = text(60_000)
  const after = text(60_000, (index) => [`other ${index}`])
  const started = performance.now()
  const edits = computeLineEdits(before, after)
  expect(performance.now() - started).toBeLessThan(2000)
  expect(applyLineEdits(before, edits)).toEqual(after)
})

test('the edits make the new text of the old one, whatever the two are', () => {
  const line = fc.constantFrom('', 'a', 'b', 'c', '中文')
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 40 }),
      fc.array(line, { minLength: 1, maxLength: 40 }),
      (a, b) => {
        const edits = computeLineEdits(a, b)
        expect(applyLineEdits(a, edits)).toEqual(b)
        for (let index = 1; index < edits.length; index++)
          expect(edits[index]?.start).toBeGreaterThan(edits[index - 1]?.end ?? 0)
        for (const eol of ['\n', '\r\n'])
          expect(applyTextEdits(a, lineEditsToTextEdits(a, edits, eol), eol)).toBe(b.join(eol))
      },
    ),
    { numRuns: 500 },
  )
})
