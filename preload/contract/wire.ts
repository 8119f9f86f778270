/**
 * What crosses between page and backend, whatever carries it.
 * A message is one JSON object with, for terminal bytes, a binary tail.
 */

/** Everything a host must supply. Electron gives a MessagePort, the web host a WebSocket, the command line a socket, tests two arrays. */
export interface Port {
  /** Never throws; a message sent on a closed port is dropped. */
  send(message: Message): void
  onMessage(listener: (message: Message) => void): void
  /** Called once, also when the port is closed already. */
  onClose(listener: () => void): void
  close(): void
  /** Bytes handed over and not yet taken by the other side, where the carrier can tell; else 0. */
  bufferedBytes(): number
}

export interface Message {
  head: unknown
  tail?: Uint8Array
}

/** From the page to the backend. */
export type Request =
  | { t: 'hello'; build: string }
  | { t: 'call'; id: number; name: string; params: unknown }
  | { t: 'open'; id: number; name: string; params: unknown }
  | { t: 'close'; id: number }
  | { t: 'note'; name: string; params: unknown }

/** From the backend to the page. */
export type Response =
  | { t: 'hello'; build: string }
  | { t: 'reply'; id: number; result: unknown }
  | { t: 'event'; id: number; value: unknown }
  | { t: 'end'; id: number; error?: unknown }
  /** An item of the native menu was chosen; taken out by the page's port, before its client. */
  | { t: 'command'; id: string }

/** The largest frame that is read: 64 MiB. A larger one is an attack or a bug, and closes the port. */
export const maxFrameBytes = 64 * 1024 * 1024

// The contract compiles with neither DOM nor Node types; both runtimes have these.
declare const TextEncoder: { new (): { encode(text: string): Uint8Array } }
declare const TextDecoder: { new (label?: string): { decode(bytes: Uint8Array): string } }

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8')

/** Layout of a frame: length of the JSON (4 bytes, big-endian), the JSON in UTF-8, then the tail to the end. */
export function encodeFrame(message: Message): Uint8Array {
  const head = encoder.encode(JSON.stringify(message.head))
  const tail = message.tail
  const frame = new Uint8Array(4 + head.length + (tail?.length ?? 0))
  new DataView(frame.buffer).setUint32(0, head.length)
  frame.set(head, 4)
  if (tail) frame.set(tail, 4 + head.length)
  return frame
}

/** The reverse of `encodeFrame`; `null` for anything that is no frame. The tail is a view, not a copy. */
export function decodeFrame(frame: Uint8Array): Message | null {
  if (frame.length < 4) return null
  const headLength = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(0)
  if (headLength > frame.length - 4) return null
  let head: unknown
  try {
    head = JSON.parse(decoder.decode(frame.subarray(4, 4 + headLength)))
  } catch {
    return null // bytes from outside: not JSON is an expected case
  }
  const tail = frame.subarray(4 + headLength)
  return tail.length > 0 ? { head, tail } : { head }
}

/**
 * Cuts a byte stream (a local socket) into frames: each is preceded by its length in 4 bytes, big-endian.
 * Feed it chunks cut anywhere; it returns the complete frames, or `null` once a length is out of bounds.
 */
export function createFrameSplitter(maxBytes: number = maxFrameBytes): (chunk: Uint8Array) => Uint8Array[] | null {
  let parts: Uint8Array[] = []
  let have = 0
  let broken = false
  const join = (): Uint8Array => {
    if (parts.length === 1) return parts[0] as Uint8Array
    const whole = new Uint8Array(have)
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
  let need = 4
  return (chunk) => {
    if (broken) return null
    parts.push(chunk)
    have += chunk.length
    if (have < need) return []
    const whole = join()
    const frames: Uint8Array[] = []
    let at = 0
    for (;;) {
      if (whole.length - at < 4) {
        need = 4
        break
      }
      const length = new DataView(whole.buffer, whole.byteOffset + at, 4).getUint32(0)
      if (length > maxBytes) {
        broken = true
        return null
      }
      if (whole.length - at - 4 < length) {
        need = 4 + length
        break
      }
      frames.push(whole.subarray(at + 4, at + 4 + length))
      at += 4 + length
    }
    const rest = whole.subarray(at)
    parts = rest.length > 0 ? [rest] : []
    have = rest.length
    return frames
  }
}

/** A frame with its length in front, for `createFrameSplitter` on the other side. */
export function encodeSocketFrame(message: Message): Uint8Array {
  const frame = encodeFrame(message)
  const out = new Uint8Array(4 + frame.length)
  new DataView(out.buffer).setUint32(0, frame.length)
  out.set(frame, 4)
  return out
}
