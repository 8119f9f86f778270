import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText, lineEnding } from '../../main/diff/encoding.ts'
import { describe as describeFile } from '../../main/diff/file.ts'
import { isGeneratedName, parseAttributes } from '../../main/diff/generated.ts'
import { imageMediaType } from '../../main/diff/images.ts'
import { parseRaw } from '../../main/diff/raw.ts'

const a = 'a'.repeat(40)
const b = 'b'.repeat(40)
const zero = '0'.repeat(40)
const bytes = (...parts: string[]): Buffer => Buffer.from(parts.map((part) => `${part}\0`).join(''))

describe('the list of changes', () => {
  const output = bytes(
    `:100644 100755 ${a} ${b} M`,
    'a\tb\n"c"',
    `:000000 100644 ${zero} ${b} A`,
    ':looks like a header',
    `:100644 100644 ${a} ${b} R086`,
    'old 中',
    '-new',
    `:160000 160000 ${a} ${b} M`,
    'sub',
    `:100644 000000 ${a} ${zero} D`,
    '3\t4\t5',
    '1\t2\ta\tb\n"c"',
    '-\t-\t:looks like a header',
    '5\t6\t',
    'old 中',
    '-new',
    '1\t1\tsub',
    '0\t9\t3\t4\t5',
  )

  it('is read with names that look like records', () => {
    const changes = parseRaw(output)
    expect(changes.map((change) => [change.status, change.added, change.removed])).toEqual([
      ['modified', 1, 2],
      ['added', null, null],
      ['renamed', 5, 6],
      ['modified', 1, 1],
      ['deleted', 0, 9],
    ])
    expect(changes[0]).toMatchObject({ name: 'a\tb\n"c"', oldMode: '100644', newMode: '100755' })
    expect(changes[1]).toMatchObject({ name: ':looks like a header', oldId: null, newId: b })
    expect(changes[2]).toMatchObject({ name: '-new' })
    expect(changes[4]).toMatchObject({ name: '3\t4\t5', oldId: a, newId: null })
  })

  it('is read as far as it goes when cut off anywhere', () => {
    const whole = parseRaw(output).map((change) => change.name)
    for (let length = 0; length <= output.length; length++) {
      const names = parseRaw(output.subarray(0, length)).map((change) => change.name)
      expect(names).toEqual(whole.slice(0, names.length))
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => void parseRaw(noise)))
  })

  it('knows what a program wrote: by attribute first, by name else', () => {
    expect(['x/package-lock.json', 'Cargo.lock', 'go.sum', 'dist/a.min.js'].every(isGeneratedName)).toBe(true)
    expect(['package.json', 'lock', 'min.js.ts', 'my-Cargo.lock.md'].some(isGeneratedName)).toBe(false)
    const output = bytes(
      'a',
      'linguist-generated',
      'set',
      'b',
      'linguist-generated',
      'false',
      'c',
      'linguist-vendored',
      'true',
      'd',
      'linguist-generated',
      'unspecified',
    )
    expect([...parseAttributes(output)]).toEqual([
      ['a', true],
      ['b', false],
      ['c', true],
    ])
    for (let length = 0; length <= output.length; length++) parseAttributes(output.subarray(0, length))
  })
})

describe('the text of a file', () => {
  const gbk = Buffer.from('d6d0b9fac8cbc3f1a3accab9d3c3474244cb73747ab1e0c2eba1a30a', 'hex')

  it('is read in the encodings that people use', () => {
    expect(decodeText(Buffer.from('plain\n'))).toEqual({ text: 'plain\n', encoding: 'utf-8' })
    expect(decodeText(Buffer.from('中文 ü\n'))).toEqual({ text: '中文 ü\n', encoding: 'utf-8' })
    expect(decodeText(Buffer.from('\ufeffBOM\n'))).toEqual({ text: 'BOM\n', encoding: 'utf-8-bom' })
    expect(decodeText(Buffer.from('\ufeff中\n', 'utf16le'))).toEqual({ text: '中\n', encoding: 'utf-16le' })
    expect(decodeText(Buffer.from('\ufeff中\n', 'utf16le').swap16())).toEqual({ text: '中\n', encoding: 'utf-16be' })
    expect(decodeText(Buffer.from('no mark\r\n', 'utf16le'))).toEqual({ text: 'no mark\r\n', encoding: 'utf-16le' })
    expect(decodeText(gbk)?.encoding).toBe('gb18030')
    expect(decodeText(gbk)?.text).toContain('中国人民，使用')
    expect(decodeText(Buffer.from('Un été à la plage, où l’on mange des crêpes.\n', 'latin1'))?.encoding).toBe(
      'windows-1252',
    )
    expect(decodeText(Buffer.from('Größe: 5 Äpfel für Jürgen\n', 'latin1'))?.text).toBe('Größe: 5 Äpfel für Jürgen\n')
    expect(decodeText(new Uint8Array())).toEqual({ text: '', encoding: 'utf-8' })
  })

  it('is none in a binary file', () => {
    expect(decodeText(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]))).toBeNull()
    expect(decodeText(Buffer.from('a\0b'))).toBeNull()
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => void decodeText(noise)))
  })

  it('tells how lines end', () => {
    expect([
      lineEnding(''),
      lineEnding('a'),
      lineEnding('a\n'),
      lineEnding('a\r\nb'),
      lineEnding('a\r\nb\n'),
      lineEnding('\n'),
    ]).toEqual(['none', 'none', 'lf', 'crlf', 'mixed', 'lf'])
  })
})

describe('a changed file', () => {
  const png = Buffer.from('89504e470d0a1a0a0000', 'hex')

  it('is a picture only where its bytes are one', () => {
    expect(imageMediaType('a/B.PNG')).toBe('image/png')
    expect(imageMediaType('png')).toBeNull()
    expect(describeFile('a.png', 'a.png', null, png)).toMatchObject({
      kind: 'image',
      mediaType: 'image/png',
      old: null,
      new: { sizeBytes: 10 },
    })
    const pointer = Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n')
    expect(describeFile('a.png', 'a.png', pointer, pointer)).toMatchObject({ kind: 'text' })
    expect(describeFile('a.png', 'a.png', pointer, png)).toMatchObject({ kind: 'binary', newSizeBytes: 10 })
  })

  it('is picture and text for an SVG', () => {
    const svg = Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>\n')
    const diff = describeFile('a.svg', 'a.svg', null, svg)
    expect(diff).toMatchObject({ kind: 'image', text: { old: null, new: svg.toString() } })
  })

  it('tells a missing newline at the end, and claims nothing of a side that does not exist', () => {
    const diff = describeFile('a', 'a', null, Buffer.from('\ufeffx\r\ny'))
    expect(diff).toEqual({
      kind: 'text',
      old: null,
      new: 'x\r\ny',
      oldEncoding: 'utf-8-bom',
      newEncoding: 'utf-8-bom',
      oldEndsWithNewline: true,
      newEndsWithNewline: false,
      lineEndings: { old: 'none', new: 'crlf' },
    })
  })
})
