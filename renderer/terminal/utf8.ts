/** Bytes at the end of `bytes` that begin a character and do not end it: 0 to 3. */
export function openCharacterBytes(bytes: Uint8Array): number {
  const end = bytes.length
  for (let back = 1; back <= Math.min(3, end); back++) {
    const byte = bytes[end - back] as number
    if (byte < 0x80) return 0
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return length > back ? back : 0
    }
  }
  return 0
}

export interface CharacterJoiner {
  /** What was held back and `bytes`, up to the last whole character. */
  join(bytes: Uint8Array): Uint8Array
  /** Forgets what is held back. */
  reset(): void
}

/**
 * Keeps characters whole over pieces cut anywhere. xterm 6.0.0 loses a character that is cut behind a second byte of
 * 0x80, as in "。".
 */
export function createCharacterJoiner(): CharacterJoiner {
  let held: Uint8Array | null = null
  return {
    join: (bytes) => {
      let whole = bytes
      if (held) {
        whole = new Uint8Array(held.length + bytes.length)
        whole.set(held)
        whole.set(bytes, held.length)
        held = null
      }
      const open = openCharacterBytes(whole)
      if (open === 0) return whole
      held = whole.slice(whole.length - open)
      return whole.subarray(0, whole.length - open)
    },
    reset: () => {
      held = null
    },
  }
}
