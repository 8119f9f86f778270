/**
 * Follows a terminal's bytes just far enough to know where they may be cut without cutting a character or a sequence.
 * The states and transitions are those of xterm's parser (VT500 after Paul Williams), reduced to "at rest or not".
 */

const ground = 0
const escape = 1
const escapeIntermediate = 2
const csi = 3
const csiParameter = 4
const csiIntermediate = 5
const csiIgnore = 6
const skippedString = 7
const osc = 8
const dcsEntry = 9
const dcsParameter = 10
const dcsIntermediate = 11
const dcsIgnore = 12
const dcsData = 13

/** What kind of string the stream is inside of, if it is. */
export type OpenString = 'osc' | 'dcs' | 'string' | null

export class StreamScanner {
  #state = ground
  /** Bytes that the character begun still needs. */
  #need = 0
  /** The character begun, as far as it has come, and its length in bytes. */
  #codepoint = 0
  #length = 0

  get atRest(): boolean {
    return this.#state === ground && this.#need === 0
  }

  /** Bytes of a character that is not complete yet. */
  get openCharacterBytes(): number {
    return this.#need > 0 ? this.#length - this.#need : 0
  }

  get openString(): OpenString {
    if (this.#state === osc) return 'osc'
    if (this.#state === skippedString) return 'string'
    return this.#state >= dcsEntry ? 'dcs' : null
  }

  /** Takes the next bytes; returns how many of them end at rest (the last safe place to cut), or -1 when none does. */
  scan(bytes: Uint8Array): number {
    const length = bytes.length
    let safe = -1
    let at = 0
    while (at < length) {
      if (this.#state === ground && this.#need === 0) {
        // The common case, kept tight: plain bytes until an escape or a character of several bytes.
        let byte = 0
        while (at < length) {
          byte = bytes[at] as number
          if (byte === 0x1b || byte >= 0xc0) break
          at++
        }
        safe = at
        if (at >= length) break
      }
      this.#take(bytes[at++] as number)
      if (this.#state === ground && this.#need === 0) safe = at
    }
    return safe
  }

  #take(byte: number): void {
    if (byte < 0x80) {
      this.#need = 0
      this.#step(byte)
      return
    }
    if (byte < 0xc0) {
      if (this.#need === 0) return // a stray continuation byte: skipped by every decoder
      this.#codepoint = (this.#codepoint << 6) | (byte & 0x3f)
      if (--this.#need === 0 && isCharacter(this.#codepoint, this.#length)) this.#step(this.#codepoint)
      return
    }
    if (byte >= 0xf8) {
      this.#need = 0
      return
    }
    this.#length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    this.#need = this.#length - 1
    this.#codepoint = byte & (byte >= 0xf0 ? 0x07 : byte >= 0xe0 ? 0x0f : 0x1f)
  }

  #step(code: number): void {
    // "Anywhere" rules: ESC, CAN, SUB and the C1 controls, which arrive as characters of two bytes.
    if (code === 0x1b) {
      this.#state = escape
      return
    }
    if (code === 0x18 || code === 0x1a) {
      this.#state = ground
      return
    }
    if (code >= 0x80 && code <= 0x9f) {
      if (code === 0x9b) this.#state = csi
      else if (code === 0x9d) this.#state = osc
      else if (code === 0x90) this.#state = dcsEntry
      else if (code === 0x98 || code === 0x9e || code === 0x9f) this.#state = skippedString
      else this.#state = ground
      return
    }
    const control = code < 0x20
    const final = code >= 0x40 && code < 0x7f
    const wide = code >= 0xa0
    switch (this.#state) {
      case ground:
        return
      case escape:
        if (control || code === 0x7f) return
        if (code === 0x5b) this.#state = csi
        else if (code === 0x5d) this.#state = osc
        else if (code === 0x50) this.#state = dcsEntry
        else if (code === 0x58 || code === 0x5e || code === 0x5f) this.#state = skippedString
        else this.#state = code < 0x30 ? escapeIntermediate : ground
        return
      case escapeIntermediate:
        if (control || code === 0x7f || code < 0x30) return
        this.#state = ground
        return
      case csi:
        if (final || wide) this.#state = ground
        else if (code >= 0x20 && code < 0x30) this.#state = csiIntermediate
        // `?`, `>`, `=` and `<` are prefixes directly after the introducer, and errors later.
        else if (code >= 0x30 && code < 0x40) this.#state = csiParameter
        return
      case csiParameter:
        if (final || wide) this.#state = ground
        else if (code >= 0x20 && code < 0x30) this.#state = csiIntermediate
        else if (code >= 0x3c && code < 0x40) this.#state = csiIgnore
        return
      case csiIntermediate:
        if (final || wide) this.#state = ground
        else if (code >= 0x30 && code < 0x40) this.#state = csiIgnore
        return
      case csiIgnore:
        if (final) this.#state = ground
        return
      case skippedString:
        // xterm's table knows no character beyond ASCII here: such a one ends the string.
        if (wide) this.#state = ground
        return
      case osc:
        if (code === 0x07) this.#state = ground
        return
      case dcsEntry:
      case dcsParameter:
      case dcsIntermediate:
        this.#stepDcs(code, control, wide)
        return
      case dcsIgnore:
      case dcsData:
        return
    }
  }

  #stepDcs(code: number, control: boolean, wide: boolean): void {
    if (control || code === 0x7f) return
    if (wide) this.#state = ground
    else if (code >= 0x40) this.#state = dcsData
    else if (code < 0x30) this.#state = dcsIntermediate
    else if (this.#state === dcsIntermediate) this.#state = dcsIgnore
    else if (this.#state === dcsParameter && code >= 0x3c) this.#state = dcsIgnore
    else this.#state = dcsParameter
  }
}

/** xterm's decoder drops overlong forms, surrogates, the byte order mark and what lies beyond Unicode. */
function isCharacter(code: number, lengthBytes: number): boolean {
  if (lengthBytes === 2) return code >= 0x80
  if (lengthBytes === 3) return code >= 0x800 && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfeff
  return code >= 0x10000 && code <= 0x10ffff
}

/** The largest `end` of at most `limit` at which no UTF-8 character is cut; `bytes` begins with a whole character. */
export function characterEnd(bytes: Uint8Array, limit: number): number {
  if (limit >= bytes.length) return bytes.length
  let at = limit
  while (at > limit - 4 && at > 0 && ((bytes[at] as number) & 0xc0) === 0x80) at--
  return at > limit - 4 && at > 0 ? at : limit
}
