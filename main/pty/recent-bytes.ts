/** The latest bytes of a stream, addressed by running totals: `start` bytes came before those that are held. */
export class RecentBytes {
  #chunks: Uint8Array[] = []
  #start: number
  #end: number

  constructor(total = 0) {
    this.#start = total
    this.#end = total
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#chunks.push(bytes)
    this.#end += bytes.length
  }

  /** Bytes from `from` up to `to`; both must lie within what is held. One chunk comes as a view, several as a copy. */
  read(from: number, to: number): Uint8Array {
    if (from < this.#start || to > this.#end || from > to) throw new RangeError(`${from}..${to} is not held`)
    const parts: Uint8Array[] = []
    let at = this.#start
    for (const chunk of this.#chunks) {
      const end = at + chunk.length
      if (end > from && at < to) parts.push(chunk.subarray(Math.max(0, from - at), Math.min(chunk.length, to - at)))
      if (end >= to) break
      at = end
    }
    if (parts.length === 1) return parts[0] as Uint8Array
    const whole = new Uint8Array(to - from)
    let offset = 0
    for (const part of parts) {
      whole.set(part, offset)
      offset += part.length
    }
    return whole
  }

  /** Lets go of everything before `total`. */
  dropBefore(total: number): void {
    const limit = Math.min(total, this.#end)
    let dropped = 0
    while (dropped < this.#chunks.length) {
      const chunk = this.#chunks[dropped] as Uint8Array
      if (this.#start + chunk.length > limit) break
      this.#start += chunk.length
      dropped++
    }
    if (dropped > 0) this.#chunks.splice(0, dropped)
    if (limit > this.#start) {
      const chunk = this.#chunks[0] as Uint8Array
      this.#chunks[0] = chunk.subarray(limit - this.#start)
      this.#start = limit
    }
  }
}
