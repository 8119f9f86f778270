import type { Socket } from 'node:net'
import { createFrameSplitter, decodeFrame, encodeSocketFrame, type Message, type Port } from '@contract/wire.ts'

/** A port over a connected local socket; each frame has its length in front. A frame that cannot be read closes it. */
export function createSocketPort(socket: Socket): Port {
  const listeners: ((message: Message) => void)[] = []
  const split = createFrameSplitter()
  // 'close' follows each error and is what counts.
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    const frames = split(chunk)
    if (!frames) {
      socket.destroy()
      return
    }
    for (const frame of frames) {
      const message = decodeFrame(frame)
      if (!message) {
        socket.destroy()
        return
      }
      for (const listener of listeners) listener(message)
    }
  })
  // The other side ends its half: nobody is left to answer.
  socket.on('end', () => socket.end())
  return {
    send: (message) => {
      if (socket.writable) socket.write(encodeSocketFrame(message))
    },
    onMessage: (listener) => listeners.push(listener),
    onClose: (listener) => {
      if (socket.closed) listener()
      else socket.once('close', () => listener())
    },
    close: () => socket.end(() => socket.destroy()),
    bufferedBytes: () => socket.writableLength,
  }
}
