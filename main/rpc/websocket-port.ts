import { decodeFrame, encodeFrame, type Message, type Port } from '@contract/wire.ts'
import type { WebSocket } from 'ws'

/** A port over an open WebSocket of `ws`; one binary message is one frame. Anything else that arrives closes it. */
export function createWebSocketPort(socket: WebSocket): Port {
  socket.binaryType = 'nodebuffer'
  // 'close' follows each error and is what counts.
  socket.on('error', () => {})
  return {
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(encodeFrame(message))
    },
    onMessage: (listener) => {
      socket.on('message', (data, isBinary) => {
        const message: Message | null = isBinary && Buffer.isBuffer(data) ? decodeFrame(data) : null
        if (message) listener(message)
        else socket.close(1003, 'not a frame')
      })
    },
    onClose: (listener) => {
      if (socket.readyState === socket.CLOSED) listener()
      else socket.once('close', () => listener())
    },
    close: () => socket.close(1000),
    bufferedBytes: () => socket.bufferedAmount,
  }
}
