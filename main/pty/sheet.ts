/**
 * Bytes that grow: what a picture is drawn on. xterm decodes large writes in pieces of 128 KiB, and loses a character that is cut
 * there after a byte of 0x80 (as "。" is); so no row may cross such a place. NUL, which terminals ignore, fills the room before it.
 */
const decodeBytes = 131072

export class Sheet {
  #bytes: Buffer
  #length = 0
  #rowStart = 0

  constructor(sizeBytes = 256 * 1024) {
    this.#bytes = Buffer.allocUnsafe(sizeBytes)
  }

  get length(): number {
    return this.#length
  }

  /** One character below 0x80. */
  ascii(code: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = code
  }

  text(text: string): void {
    if (text === '') return
    const most = text.length * 3
    if (this.#length + most > this.#bytes.length) this.#grow(most)
    this.#length += this.#bytes.write(text, this.#length, 'utf8')
  }

  /** Ends a row, or whatever else must stay in one piece. */
  endRow(): void {
    const start = this.#rowStart
    const size = this.#length - start
    const room = decodeBytes - (start % decodeBytes)
    if (size > room && size <= decodeBytes) {
      if (this.#length + room > this.#bytes.length) this.#grow(room)
      this.#bytes.copyWithin(start + room, start, this.#length)
      this.#bytes.fill(0, start, start + room)
      this.#length += room
    }
    this.#rowStart = this.#length
  }

  /** What was drawn; the sheet must not be used after. */
  finish(): Uint8Array {
    this.endRow()
    return this.#bytes.subarray(0, this.#length)
  }

  #grow(more: number): void {
    const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more))
    this.#bytes.copy(bytes, 0, 0, this.#length)
    this.#bytes = bytes
  }
}
