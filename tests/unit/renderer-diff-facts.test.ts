import type { ChangedFile, FileDiff } from '@contract/diff.ts'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { listFacts, statusLetter } from '../../renderer/diff/file-facts.ts'
import { chooseLanguage } from '../../renderer/diff/language.ts'
import { createPool } from '../../renderer/diff/model-pool.ts'
import { buildTheme, colourToHex, lineMark, mixColours, wordMark } from '../../renderer/diff/monaco-theme.ts'
import { chooseTier, heldAbove, measureText, plainAbove } from '../../renderer/diff/size-tier.ts'

function file(part: Partial<ChangedFile> = {}): ChangedFile {
  return {
    path: 'src/a.ts',
    oldPath: null,
    status: 'modified',
    added: 1,
    removed: 1,
    binary: false,
    oldMode: '100644',
    newMode: '100644',
    oldId: 'a'.repeat(40),
    newId: 'b'.repeat(40),
    submodule: false,
    untracked: false,
    generated: false,
    ...part,
  }
}

function diff(part: Partial<Extract<FileDiff, { kind: 'text' }>> = {}): FileDiff {
  return {
    kind: 'text',
    old: 'a\n',
    new: 'b\n',
    oldEncoding: 'utf-8',
    newEncoding: 'utf-8',
    oldEndsWithNewline: true,
    newEndsWithNewline: true,
    lineEndings: { old: 'lf', new: 'lf' },
    ...part,
  }
}

test('an ordinary change has nothing special to say', () => {
  expect(listFacts(file(), diff())).toEqual([])
})

test('a rename names where the file came from', () => {
  expect(listFacts(file({ status: 'renamed', oldPath: '旧.ts' }), diff())).toEqual([{ kind: 'renamed', from: '旧.ts' }])
})

test('a script made executable says so, in words and not in octal', () => {
  expect(listFacts(file({ newMode: '100755' }), diff())).toEqual([{ kind: 'made-executable' }])
  expect(listFacts(file({ oldMode: '100755' }), diff())).toEqual([{ kind: 'made-plain' }])
  expect(listFacts(file({ oldMode: '100644', newMode: '120000' }), diff())).toEqual([
    { kind: 'mode', from: '100644', to: '120000' },
  ])
})

test('changed line endings are told, and a file of one line has none to change', () => {
  expect(listFacts(file(), diff({ lineEndings: { old: 'crlf', new: 'lf' } }))).toEqual([
    { kind: 'line-endings', from: 'crlf', to: 'lf' },
  ])
  expect(listFacts(file(), diff({ lineEndings: { old: 'none', new: 'lf' } }))).toEqual([])
  expect(listFacts(file(), diff({ lineEndings: { old: 'mixed', new: 'mixed' } }))).toEqual([
    { kind: 'mixed-line-endings' },
  ])
})

test('an encoding is named when it is not UTF-8, and ASCII is not', () => {
  expect(listFacts(file(), diff({ oldEncoding: 'gb18030', newEncoding: 'gb18030' }))).toEqual([
    { kind: 'encoding', name: 'GB18030' },
  ])
  expect(listFacts(file(), diff({ oldEncoding: 'gb18030' }))).toEqual([
    { kind: 'encoding-changed', from: 'GB18030', to: 'UTF-8' },
  ])
  expect(listFacts(file(), diff({ oldEncoding: 'ascii' }))).toEqual([])
})

test('a missing newline at the end says on which side', () => {
  expect(listFacts(file(), diff({ newEndsWithNewline: false }))).toEqual([{ kind: 'no-newline', sides: 'new' }])
  expect(listFacts(file(), diff({ oldEndsWithNewline: false, newEndsWithNewline: false }))).toEqual([
    { kind: 'no-newline', sides: 'both' },
  ])
  expect(
    listFacts(file({ status: 'added', oldId: null }), diff({ old: null, new: '', newEndsWithNewline: false })),
  ).toEqual([])
})

test('each state has the letter git prints for it', () => {
  const states = ['added', 'modified', 'deleted', 'renamed', 'copied', 'type-changed', 'unmerged'] as const
  expect(states.map((status) => statusLetter({ status })).join('')).toBe('AMDRCTU')
})

test('grammars are chosen by whole name, then by the longest ending', () => {
  const known = [
    { id: 'php', extensions: ['.php'] },
    { id: 'blade', extensions: ['.blade.php'] },
    { id: 'typescript', extensions: ['.ts', '.tsx'] },
    { id: 'make', filenames: ['Makefile'] },
  ]
  expect(chooseLanguage('a/view.blade.php', known)).toBe('blade')
  expect(chooseLanguage('a/view.php', known)).toBe('php')
  expect(chooseLanguage('Makefile', known)).toBe('make')
  expect(chooseLanguage('package.json', known)).toBe('json')
  expect(chooseLanguage('目录/模块.TS', known)).toBe('typescript')
  expect(chooseLanguage('LICENSE', known)).toBe('plaintext')
})

test('lines are measured without cutting the text apart', () => {
  expect(measureText('ab\n\nabcd')).toEqual({ characters: 8, lines: 3, longestLine: 4 })
  expect(measureText(null)).toEqual({ characters: 0, lines: 0, longestLine: 0 })
})

test('a minified file is shown plainly, and a monstrous one only when asked for', () => {
  expect(chooseTier({ characters: 1000, lines: 100, longestLine: 80 })).toBe('full')
  expect(chooseTier({ characters: 60_000, lines: 2, longestLine: plainAbove.longestLine + 1 })).toBe('plain')
  expect(chooseTier({ characters: 5_000_000, lines: 100_000, longestLine: 80 })).toBe('plain')
  expect(chooseTier({ characters: heldAbove.characters + 1, lines: 100, longestLine: 80 })).toBe('held')
  expect(chooseTier({ characters: 900_000, lines: 1, longestLine: 900_000 })).toBe('held')
})

test('models are shared while shown, kept for a while, and disposed in the end', () => {
  const disposed: string[] = []
  const make = (name: string) => () => ({ name, dispose: () => disposed.push(name) })
  const pool = createPool<{ name: string; dispose(): void }>(1)
  const first = pool.acquire('a', make('a'))
  expect(pool.acquire('a', make('again'))).toBe(first)
  pool.release('a')
  pool.release('a')
  pool.acquire('b', make('b'))
  expect(pool.acquire('a', make('again'))).toBe(first)
  pool.release('a')
  pool.release('b')
  expect(disposed).toEqual(['a'])
  expect(pool.size).toBe(1)
  pool.dispose()
  expect(disposed).toEqual(['a', 'b'])
})

test('colours of the page become colours of the editor, whatever notation the browser gives', () => {
  expect(colourToHex('rgb(255, 0, 16)')).toBe('#ff0010')
  expect(colourToHex('rgba(0, 0, 0, 0.5)')).toBe('#00000080')
  expect(colourToHex('rgb(0 0 0 / 50%)')).toBe('#00000080')
  expect(colourToHex('color(srgb 1 0.5 0)')).toBe('#ff8000')
  expect(colourToHex('currentcolor')).toBe('#000000')
})

test('the editor gets no colour but those of the page', () => {
  const theme = buildTheme(true, () => '#123456')
  for (const colour of Object.values(theme.colors)) expect(colour).toMatch(/^#(123456|0{6})/)
})

test('code is legible on added and removed words in both themes', async () => {
  const sheet = await readFile(new URL('../../renderer/theme.css', import.meta.url), 'utf8')
  for (const dark of [false, true]) {
    const read = (name: string): string => {
      const found = new RegExp(`${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(sheet)
      return (dark ? found?.[2] : found?.[1]) ?? '#000000'
    }
    const theme = buildTheme(dark, read)
    for (const side of ['--added', '--removed']) {
      const line = mixColours(read('--surface-2'), read(side), lineMark)
      const word = mixColours(line, read(side), wordMark)
      for (const rule of theme.rules) expect(contrast(`#${rule.foreground}`, word), rule.token).toBeGreaterThan(4.5)
      expect(contrast(theme.colors['editorLineNumber.foreground'] ?? '', line)).toBeGreaterThan(4.5)
    }
  }
})

/** As WCAG 2 reckons it. */
function contrast(one: string, other: string): number {
  const light = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [dim = 0, bright = 0] = [light(one), light(other)].sort((a, b) => a - b)
  return (bright + 0.05) / (dim + 0.05)
}
