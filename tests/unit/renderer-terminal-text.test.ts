import { expect, test } from 'vitest'
import { findAnchor } from '../../renderer/terminal/anchor.ts'
import { colourToHex } from '../../renderer/terminal/appearance-colour.ts'
import { atEdge, createHistory, parseDraft, rememberSent, stepHistory } from '../../renderer/terminal/history.ts'
import { cleanPaste, parseClipboardOffer, pasteNeedsAsking } from '../../renderer/terminal/paste.ts'
import { asksColour } from '../../renderer/terminal/queries.ts'
import { createCharacterJoiner } from '../../renderer/terminal/utf8.ts'

test('a character cut anywhere comes out whole', () => {
  const text = 'né 中文。“quoted” 👩‍💻 e\u0301 end。'
  const bytes = new TextEncoder().encode(text)
  for (let size = 1; size < 9; size++) {
    const joiner = createCharacterJoiner()
    const decoder = new TextDecoder('utf-8', { fatal: true })
    let out = ''
    for (let at = 0; at < bytes.length; at += size) {
      // Each piece by itself is whole text: a fatal decoder would throw.
      out += decoder.decode(joiner.join(bytes.subarray(at, at + size)))
    }
    expect(out).toBe(text)
  }
})

test('bytes that are no text pass through', () => {
  const joiner = createCharacterJoiner()
  const wild = Uint8Array.from([0xff, 0xfe, 0x80, 0x80, 0x80, 0x80, 0x41])
  expect([...joiner.join(wild)]).toEqual([...wild])
})

test('a paste cannot end its own bracket nor press keys', () => {
  expect(cleanPaste('a\x1b[201~rm -rf /\x03\r\nb\tc\x9b31m')).toBe('a[201~rm -rf /\nb\tc31m')
  expect(cleanPaste('一行\r二行')).toBe('一行\n二行')
})

test('several lines are asked about only where the program would run each', () => {
  expect(pasteNeedsAsking('one\ntwo', false)).toBe(true)
  expect(pasteNeedsAsking('one\ntwo', true)).toBe(false)
  expect(pasteNeedsAsking('one', false)).toBe(false)
})

test('a program may offer text for the clipboard and never read it', () => {
  const encoded = btoa(String.fromCharCode(...new TextEncoder().encode('你好')))
  expect(parseClipboardOffer(`c;${encoded}`)).toBe('你好')
  expect(parseClipboardOffer('c;?')).toBeNull()
  expect(parseClipboardOffer('c;')).toBeNull()
  expect(parseClipboardOffer('c;not base64!')).toBeNull()
  expect(parseClipboardOffer(`c;${'A'.repeat(2_000_000)}`)).toBeNull()
})

test('questions about colours are told from settings', () => {
  expect(asksColour('?')).toBe(true)
  expect(asksColour('1;?')).toBe(true)
  expect(asksColour('1;rgb:ff/00/00')).toBe(false)
  expect(asksColour('#ffffff')).toBe(false)
})

test('colours are read in every form a browser gives', () => {
  expect(colourToHex('rgb(20, 19, 17)')).toBe('#141311')
  expect(colourToHex('rgba(255 255 255 / 0.5)')).toBe('#ffffff')
  expect(colourToHex('color(srgb 1 0.5 0)')).toBe('#ff8000')
  expect(colourToHex('transparent')).toBeNull()
})

test('a reader stands at the same lines after the terminal is drawn again', () => {
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`)
  const anchor = { line: 200, texts: ['line 200', 'line 201', 'line 202', 'line 203'] }
  expect(findAnchor(anchor, lines.length, (line) => lines[line] ?? '')).toBe(200)
  const trimmed = lines.slice(50)
  expect(findAnchor(anchor, trimmed.length, (line) => trimmed[line] ?? '')).toBe(150)
  expect(findAnchor(anchor, 10, (line) => `other ${line}`)).toBe(9)
  expect(findAnchor({ line: 3, texts: ['', ''] }, 100, () => '')).toBe(3)
})

test('the arrow keys go through what was sent, and the draft is kept', () => {
  let history = createHistory(['one', 'two'], 'draft')
  const back = stepHistory(history, 'older', 'draft being written')
  expect(back?.text).toBe('two')
  history = back?.history ?? history
  const further = stepHistory(history, 'older', 'two')
  expect(further?.text).toBe('one')
  expect(stepHistory(further?.history ?? history, 'older', 'one')).toBeNull()
  const forth = stepHistory(history, 'newer', 'two')
  expect(forth?.text).toBe('draft being written')
  expect(stepHistory(forth?.history ?? history, 'newer', 'x')).toBeNull()
})

test('the same message twice stands in the history once', () => {
  const once = rememberSent(createHistory([], ''), 'go on')
  expect(rememberSent(once, 'go on').sent).toEqual(['go on'])
})

test('arrow keys move inside a message of several lines first', () => {
  expect(atEdge('one\ntwo', 5, 'older')).toBe(false)
  expect(atEdge('one\ntwo', 2, 'older')).toBe(true)
  expect(atEdge('one\ntwo', 2, 'newer')).toBe(false)
  expect(atEdge('one\ntwo', 7, 'newer')).toBe(true)
})

test('a broken draft reads as empty', () => {
  expect(parseDraft(null)).toEqual({ text: '', sent: [] })
  expect(parseDraft('{"text":3,"sent":[1,"a"]}')).toEqual({ text: '', sent: ['a'] })
  expect(parseDraft('not json')).toEqual({ text: '', sent: [] })
  expect(parseDraft('{"text":"你好","sent":["a"]}')).toEqual({ text: '你好', sent: ['a'] })
})
