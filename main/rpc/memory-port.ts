import type { Message, Port } from '@contract/wire.ts'

/** Two ports that are each other's other side, in one process. Messages arrive in a later microtask, in order, as over any carrier. */
export function createPortPair(): [Port, Port] {
  const left = createEnd()
  const right = createEnd()
  left.other = right
  right.other = left
  return [left.port, right.port]
}

interface End {
  port: Port
  other: End | null
  receive(message: Message): void
  closed(): void
}

function createEnd(): End {
  const listeners = new Set<(message: Message) => void>()
  const closeListeners = new Set<() => void>()
  let open = true
  const end: End = {
    other: null,
    receive: (message) => {
      if (!open) return
      for (const listener of [...listeners]) listener(message)
    },
    closed: () => {
      if (!open) return
      open = false
      for (const listener of [...closeListeners]) listener()
      closeListeners.clear()
      listeners.clear()
    },
    port: {
      send: (message) => {
        if (open) queueMicrotask(() => end.other?.receive(message))
      },
      onMessage: (listener) => listeners.add(listener),
      onClose: (listener) => {
        if (open) closeListeners.add(listener)
        else listener()
      },
      close: () => {
        queueMicrotask(() => end.other?.closed())
        end.closed()
      },
      bufferedBytes: () => 0,
    },
  }
  return end
}
