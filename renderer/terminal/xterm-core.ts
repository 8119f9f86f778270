/**
 * The inner parts of @xterm/xterm 6.0.0 that the page needs and its public interface does not give: parsing at once, so
 * that a frame's budget can be kept, surviving a throw of the parser, links that follow the text. The version is pinned.
 */
import type { Terminal } from '@xterm/xterm'

interface RawCore {
  _writeBuffer: { _isSyncWriting: boolean; _syncCalls: number; _onWriteParsed: { fire(): void } }
  _bufferService: { buffers: { active: { x: number; y: number; ybase: number; lines: { length: number } } } }
  _inputHandler: {
    _parser: {
      reset(): void
      registerCsiHandler(id: { final: string }, handler: (parameters: { params: Int32Array }) => boolean): void
    }
    eraseInDisplay(parameters: { params: number[]; length: number }): boolean
  }
  _linkifier: { value?: { _activeLine: number; _lastBufferCell: unknown } }
  writeSync(bytes: Uint8Array): void
}

const coreOf = (terminal: Terminal): RawCore => (terminal as unknown as { _core: RawCore })._core

/** Parses `bytes` before it returns. A bug in the parser costs a few cells, not the terminal. Never mixed with the public `write`. */
export function parseAtOnce(terminal: Terminal, bytes: Uint8Array): void {
  const core = coreOf(terminal)
  try {
    core.writeSync(bytes)
    // The synchronous way forgets to tell the search.
    core._writeBuffer._onWriteParsed.fire()
  } catch {
    // xterm refuses every later write after a throw inside one; what it was in the middle of is given up.
    core._writeBuffer._isSyncWriting = false
    core._writeBuffer._syncCalls = 0
    core._inputHandler._parser.reset()
  }
}

/** xterm 6.0.0 remembers which links a row has while the pointer stays on it, even when the row's text has changed since. */
export function forgetLinks(terminal: Terminal): void {
  const linkifier = coreOf(terminal)._linkifier.value
  if (!linkifier) return
  linkifier._activeLine = -1
  linkifier._lastBufferCell = undefined
}

/** xterm 6.0.0 throws on "erase above" in the last column of the last row, where it means the whole screen. */
export function guardErase(terminal: Terminal): void {
  const core = coreOf(terminal)
  terminal.parser.registerCsiHandler({ final: 'J' }, (parameters) => {
    const buffer = core._bufferService.buffers.active
    const atEnd = buffer.x + 1 >= terminal.cols && buffer.ybase + buffer.y + 1 >= buffer.lines.length
    if (parameters[0] !== 1 || !atEnd) return false
    return core._inputHandler.eraseInDisplay({ params: [2], length: 1 })
  })
}

/**
 * xterm 6.0.0 takes a count as it comes, up to two thousand million, and the page stands still until it has counted them.
 * Counts end at what the screen can show, as they do in the pty host. Unlike the public way of listening to a sequence,
 * this one hands over the parameters themselves: what is changed there, xterm's own handler sees.
 */
export function boundCounts(terminal: Terminal): void {
  const parser = coreOf(terminal)._inputHandler._parser
  const bound = (finals: string, most: () => number): void => {
    for (const final of finals)
      parser.registerCsiHandler({ final }, ({ params }) => {
        params[0] = Math.min(params[0] ?? 0, most())
        return false
      })
  }
  bound('LMST', () => terminal.rows)
  bound('IZ', () => terminal.cols)
  bound('b', () => terminal.cols * terminal.rows)
}
