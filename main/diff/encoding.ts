/** What a file's bytes say in words. Pure. */
import type { LineEnding } from '@contract/diff.ts'

/** `text` without its byte order mark. Encodings are `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be`, `gb18030`, `windows-1252`. */
export interface DecodedText {
  text: string
  encoding: string
}

/** git looks for a NUL in this many bytes to call a file binary. */
const sniffBytes = 8000

/** The text of a file, or null for a binary one. */
export function decodeText(bytes: Uint8Array): DecodedText | null {
  if (startsWith(bytes, [0xef, 0xbb, 0xbf])) {
    const text = decodeStrict('utf-8', bytes)
    if (text !== null) return { text, encoding: 'utf-8-bom' }
  }
  if (startsWith(bytes, [0xff, 0xfe]) && !startsWith(bytes, [0xff, 0xfe, 0, 0])) return decodeUtf16(bytes, 'utf-16le')
  if (startsWith(bytes, [0xfe, 0xff])) return decodeUtf16(bytes, 'utf-16be')
  if (bytes.subarray(0, sniffBytes).includes(0)) {
    const guess = guessUtf16(bytes.subarray(0, sniffBytes))
    return guess ? decodeUtf16(bytes, guess) : null
  }
  const utf8 = decodeStrict('utf-8', bytes)
  if (utf8 !== null) return { text: utf8, encoding: 'utf-8' }
  if (looksLikeGb(bytes)) {
    const text = decodeStrict('gb18030', bytes)
    if (text !== null) return { text, encoding: 'gb18030' }
  }
  return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' }
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, at) => bytes[at] === byte)
}

function decodeStrict(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    // not this encoding: that is the question
    return null
  }
}

function decodeUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): DecodedText | null {
  const text = decodeStrict(encoding, bytes)
  return text === null || text.includes('\0') ? null : { text, encoding }
}

/** UTF-16 without a mark: text of which most characters are below U+0100 has a NUL in every other byte, on one side only. */
function guessUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  let even = 0
  let odd = 0
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0) continue
    if (at % 2 === 0) even++
    else odd++
  }
  const half = bytes.length / 2
  if (even === 0 && odd > half * 0.4) return 'utf-16le'
  if (odd === 0 && even > half * 0.4) return 'utf-16be'
  return null
}

/**
 * Almost any Latin-1 text is formally valid GB18030 here and there, so validity proves nothing. In Chinese text high
 * bytes come in pairs from the GB2312 block (lead A1-F7, trail A1-FE) or as four-byte codes; in Latin-1 text they stand alone.
 */
function looksLikeGb(bytes: Uint8Array): boolean {
  let pairs = 0
  let others = 0
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) continue
    const trail = bytes[at + 1] ?? 0
    if (lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1) {
      pairs++
      at++
    } else if (trail >= 0x30 && trail <= 0x39 && (bytes[at + 2] ?? 0) >= 0x81) {
      pairs++
      at += 3
    } else {
      others++
      // A GBK character outside GB2312 has a trail below A1.
      if (lead >= 0x81 && lead <= 0xfe && trail >= 0x40 && trail !== 0x7f) at++
    }
  }
  return pairs > others * 4
}

/** How the lines of a text end; `none` for a text of one unended line, or empty. */
export function lineEnding(text: string): LineEnding {
  let crlf = 0
  let lf = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    if (at > 0 && text.charCodeAt(at - 1) === 13) crlf++
    else lf++
    if (crlf > 0 && lf > 0) return 'mixed'
  }
  return crlf > 0 ? 'crlf' : lf > 0 ? 'lf' : 'none'
}
