/**
 * Ports over MessagePorts: Electron's in the main process, Node's between threads and in tests.
 * Values travel by structured clone, terminal bytes as bytes; nothing is turned into JSON.
 */
import type { Message, Port } from '@contract/wire.ts'

/** What Electron's `MessagePortMain` and Node's `MessagePort` have in common. */
export interface EventedPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (payload: unknown) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

/** A view into a larger buffer would be cloned with all of that buffer. */
function compact(tail: Uint8Array): Uint8Array {
  return tail.byteLength === tail.buffer.byteLength && !(tail instanceof Buffer) ? tail : new Uint8Array(tail)
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null || !('head' in value)) return false
  return !('tail' in value) || value.tail === undefined || value.tail instanceof Uint8Array
}

/** `unwrap` takes the value out of what the port's message event carries (Electron: `event.data`; Node: the value itself). */
export function createMessagePort(
  carrier: EventedPort,
  unwrap: (payload: unknown) => unknown = (value) => value,
): Port {
  const closeListeners = new Set<() => void>()
  let open = true
  carrier.on('close', () => {
    if (!open) return
    open = false
    for (const listener of [...closeListeners]) listener()
    closeListeners.clear()
  })
  return {
    send: (message) => {
      if (!open) return
      carrier.postMessage(message.tail ? { head: message.head, tail: compact(message.tail) } : { head: message.head })
    },
    onMessage: (listener) => {
      carrier.on('message', (payload) => {
        const message = unwrap(payload)
        if (isMessage(message)) listener(message)
        else carrier.close()
      })
      carrier.start()
    },
    onClose: (listener) => {
      if (open) closeListeners.add(listener)
      else listener()
    },
    close: () => carrier.close(),
    // A MessagePort does not tell.
    bufferedBytes: () => 0,
  }
}
