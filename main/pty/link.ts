/** Frames over a local socket. What is sent through `send` goes out at once; whoever sends much asks `congested` before. */
import type { Socket } from 'node:net'
import { createFrameSplitter, decodeFrame, encodeSocketFrame, type Message } from '@contract/wire.ts'

/** So much may wait in the socket before output holds back, that control is never far behind. */
const congestedBytes = 256 * 1024
/** A peer that reads nothing while so much piles up is let go. */
const hopelessBytes = 96 * 1024 * 1024

export class Link {
  onMessage: (message: Message) => void = () => {}
  /** Room again after `congested`. */
  onDrain: () => void = () => {}
  readonly #socket: Socket
  #closed = false
  #closeListeners: (() => void)[] = []

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    const split = createFrameSplitter()
    socket.on('data', (chunk: Buffer) => {
      const frames = split(chunk)
      if (!frames) {
        socket.destroy()
        return
      }
      for (const frame of frames) {
        if (this.#closed) return
        const message = decodeFrame(frame)
        if (message) this.onMessage(message)
        else socket.destroy()
      }
    })
    socket.on('drain', () => {
      if (!this.congested) this.onDrain()
    })
    // The close that follows says all there is to say.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#closed = true
      for (const listener of this.#closeListeners) listener()
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  get congested(): boolean {
    return this.#socket.writableLength > congestedBytes
  }

  send(head: unknown, tail?: Uint8Array): void {
    if (this.#closed || this.#socket.destroyed) return
    this.#socket.write(encodeSocketFrame(tail ? { head, tail } : { head }))
    if (this.#socket.writableLength > hopelessBytes) this.#socket.destroy()
  }

  onClose(listener: () => void): void {
    if (this.#closed) listener()
    else this.#closeListeners.push(listener)
  }

  /** Sends what waits, then closes. */
  end(): void {
    this.#socket.end()
  }

  close(): void {
    this.#socket.destroy()
  }
}
