/** What flows from the host into one xterm, in the host's order: pictures, bytes, sizes, the end. */
import type { Client, StreamHandle } from '@contract/client.ts'
import type { TerminalId } from '@contract/ids.ts'
import type { TerminalEvent } from '@contract/terminal.ts'
import type { Terminal } from '@xterm/xterm'
import { anchorLines, findAnchor, type Anchor } from './anchor.ts'
import type { Size } from './resize.ts'
import type { WriteScheduler } from './scheduler.ts'
import { createCharacterJoiner } from './utf8.ts'
import { forgetLinks, parseAtOnce } from './xterm-core.ts'

export interface FeedListener {
  /** The pty has this size from here on. */
  size(size: Size): void
  /** A picture came; it is not drawn yet. */
  state(alive: boolean, exitCode: number | null): void
  /** A picture stands. */
  drawn(): void
  exited(exitCode: number | null, signal: number | null): void
  /** The host does not know the terminal, or said why not. */
  refused(message: string): void
}

export interface Feed {
  open(): void
  /** Output is neither sent nor parsed any more; the picture stays. */
  close(): void
  /** An old picture is being drawn: what the terminal answers to it was answered long ago. */
  readonly replaying: boolean
  setFocused(focused: boolean): void
  dispose(): void
}

/** Empties the terminal; its old picture stands until the new one is whole, where the snapshot ends that by itself. */
const reset = new TextEncoder().encode('\x1bc\x1b[?2026h')
const plainReset = reset.subarray(0, 2)

export function createFeed(
  options: { id: TerminalId; client: Client; scheduler: WriteScheduler; xterm: Terminal },
  listener: FeedListener,
): Feed {
  const { id, client, xterm } = options
  const joiner = createCharacterJoiner()
  const lane = options.scheduler.addLane({
    write: (bytes, done) => {
      parseAtOnce(xterm, joiner.join(bytes))
      forgetLinks(xterm)
      done()
    },
  })
  let stream: StreamHandle | null = null
  /** Running total of what is parsed; -1 where the picture is not the host's whole one. */
  let parsed = -1
  let partial = false
  let drawn = false
  let replaying = false
  let anchor: Anchor | null = null

  const textAt = (line: number): string => xterm.buffer.active.getLine(line)?.translateToString(true) ?? ''
  const rememberPlace = (): void => {
    const { viewportY, baseY, type } = xterm.buffer.active
    if (type !== 'normal' || viewportY >= baseY) return
    const texts = Array.from({ length: Math.min(anchorLines, baseY - viewportY) }, (_, row) => textAt(viewportY + row))
    anchor = { line: viewportY, texts }
  }
  const restorePlace = (): void => {
    const { baseY, length } = xterm.buffer.active
    if (anchor) xterm.scrollToLine(Math.min(baseY, findAnchor(anchor, length, textAt)))
    // In the middle of a flood most of the scrollback is left out; the reader's place comes back with it.
    if (!partial) anchor = null
  }
  const ack = (total: number): void => {
    parsed = total
    const number = stream?.id
    if (typeof number === 'number') client.note('terminal.ack', { terminal: id, stream: number, total })
  }

  const drawSnapshot = (event: Extract<TerminalEvent, { kind: 'snapshot' }>, tail: Uint8Array | undefined): void => {
    const size = { cols: event.cols, rows: event.rows }
    const same = parsed === event.total && !partial && xterm.cols === size.cols && xterm.rows === size.rows
    listener.state(event.alive, event.exitCode)
    if (same && drawn && lane.waitingBytes === 0) {
      listener.size(size)
      ack(event.total)
      listener.drawn()
      return
    }
    // What still waits is in the snapshot already.
    lane.clear()
    const synchronised = tail !== undefined && reset.every((byte, index) => tail[index] === byte)
    lane.push({
      kind: 'step',
      run: () => {
        if (drawn && !anchor) rememberPlace()
        replaying = true
        partial = event.partial === true
        joiner.reset()
        parseAtOnce(xterm, synchronised ? reset : plainReset)
        // Before the picture, so that no line of it is wrapped anew; after the reset, so that no old line is either.
        listener.size(size)
      },
    })
    if (tail && tail.length > 0) lane.push({ kind: 'bytes', bytes: tail })
    lane.push({
      kind: 'step',
      run: () => {
        replaying = false
        drawn = true
        restorePlace()
        ack(event.total)
        listener.drawn()
      },
    })
  }

  const receive = (event: TerminalEvent, tail: Uint8Array | undefined): void => {
    switch (event.kind) {
      case 'snapshot':
        drawSnapshot(event, tail)
        return
      case 'output':
        lane.push({ kind: 'bytes', bytes: tail ?? new Uint8Array(), after: () => ack(event.total) })
        return
      case 'resized':
        lane.push({ kind: 'step', run: () => listener.size(event) })
        return
      case 'exited':
        lane.push({ kind: 'step', run: () => listener.exited(event.exitCode, event.signal) })
    }
  }

  const close = (): void => {
    stream?.close()
    stream = null
    // Bytes that were not parsed come again with the next snapshot.
    if (lane.waitingBytes > 0 || replaying) parsed = -1
    lane.clear()
    replaying = false
  }

  return {
    open: () => {
      stream ??= client.open(
        'terminal.output',
        { terminal: id },
        {
          event: receive,
          end: (problem) => {
            stream = null
            if (problem) listener.refused(problem.message)
          },
        },
      )
    },
    close,
    get replaying() {
      return replaying
    },
    setFocused: (focused) => lane.setFocused(focused),
    dispose: () => {
      close()
      lane.remove()
    },
  }
}
