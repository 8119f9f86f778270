export interface Size {
  cols: number
  rows: number
}

export interface Resizer {
  /** The pane has room for `size`. The first of a burst is sent at once, the last when the burst is over. */
  propose(size: Size | null): void
  /** The pty has this size now, whoever asked for it. */
  settle(size: Size): void
  /** Sends the last proposal again if the pty has another size: the viewer in use decides. */
  claim(): void
  /** Nothing is sent for a pane that nobody sees. */
  pause(): void
}

export interface ResizerOptions {
  send(size: Size): void
  later(delayMs: number, run: () => void): () => void
}

/** A drag of a splitter gives a size per frame; a full-screen program redraws for each it is told. */
const burstMs = 120
const smallest: Size = { cols: 20, rows: 4 }
const largest: Size = { cols: 1000, rows: 500 }

/** A size that a terminal can have, or null: never zero, never what a collapsing pane measures on its way. */
export function usableSize(cols: number, rows: number): Size | null {
  if (!Number.isFinite(cols) || !Number.isFinite(rows)) return null
  if (cols < smallest.cols || rows < smallest.rows) return null
  return { cols: Math.min(largest.cols, Math.floor(cols)), rows: Math.min(largest.rows, Math.floor(rows)) }
}

const same = (a: Size | null, b: Size | null): boolean => a?.cols === b?.cols && a?.rows === b?.rows

/** Decides when a pty is told its size. */
export function createResizer(options: ResizerOptions): Resizer {
  /** What the pty has or was told last. */
  let told: Size | null = null
  let wanted: Size | null = null
  let cancel: (() => void) | null = null

  const send = (size: Size): void => {
    told = size
    options.send(size)
  }
  const quietDown = (): void => {
    cancel?.()
    cancel = options.later(burstMs, () => {
      cancel = null
      if (wanted && !same(wanted, told)) send(wanted)
    })
  }

  return {
    propose: (size) => {
      if (!size) return
      if (same(size, wanted) && (cancel !== null || same(size, told))) return
      wanted = size
      if (cancel === null && !same(size, told)) send(size)
      quietDown()
    },
    settle: (size) => {
      if (cancel === null) told = size
    },
    claim: () => {
      if (wanted && !same(wanted, told)) send(wanted)
    },
    pause: () => {
      cancel?.()
      cancel = null
      wanted = null
    },
  }
}
