/**
 * Shares the page's one thread between terminals: output waits in lanes and is parsed in slices under a budget per
 * frame, the terminal in use first. So a flood in one does not hold up keystrokes in another, and frames keep coming.
 */

/** What is done with a lane's turn, in the order it was pushed. */
export type LaneItem =
  /** Bytes to parse; `after` once the last of them is. */
  | { kind: 'bytes'; bytes: Uint8Array; after?(): void }
  /** Something that must happen between bytes: a resize, an end. */
  | { kind: 'step'; run(): void }

/** Where a lane's bytes go. `done` may be called at once or later, never twice. */
export interface LaneSink {
  write(bytes: Uint8Array, done: () => void): void
}

export interface Lane {
  push(item: LaneItem): void
  /** Forgets what still waits; what was handed to the sink is finished. */
  clear(): void
  readonly waitingBytes: number
  /** The one in use is written at once while it is quiet, and first in each frame. */
  setFocused(focused: boolean): void
  remove(): void
}

export interface WriteScheduler {
  addLane(sink: LaneSink): Lane
}

export interface SchedulerOptions {
  now(): number
  /** Runs `frame` before the next picture is drawn; never while the page is hidden. */
  requestFrame(frame: () => void): void
}

/** About a millisecond of parsing at 38 MB/s. */
const sliceBytes = 32 * 1024
/** Most and least milliseconds of a frame that go into parsing; the rest is left to drawing and to keys. */
const mostMs = 9
const leastMs = 4
/** A busy page whose frames come later than this is given less to parse. */
const lateMs = 20
/** A gap this long is no frame but a pause. */
const pauseMs = 120
/** Slices that the focused terminal gets for each one of another. */
const focusedShare = 3

interface LaneState {
  sink: LaneSink
  items: LaneItem[]
  /** Bytes of the first item that were handed over already. */
  taken: number
  waiting: number
  focused: boolean
  removed: boolean
}

export function createWriteScheduler(options: SchedulerOptions): WriteScheduler {
  const { now, requestFrame } = options
  const lanes: LaneState[] = []
  let budgetMs = 8
  let frameWanted = false
  let frameStart = now()
  let lastFrame = 0
  let busyBefore = false
  let inFlight = false
  let running = false
  let focusedRun = 0
  /** Other lanes written in this frame: each of them is drawn, and drawing costs more than parsing. */
  const drawn = new Set<LaneState>()
  let rotation = 0

  const wantFrame = (): void => {
    if (frameWanted) return
    frameWanted = true
    requestFrame(onFrame)
  }

  const onFrame = (): void => {
    frameWanted = false
    const time = now()
    const gap = time - lastFrame
    if (busyBefore && gap < pauseMs) {
      budgetMs = gap > lateMs ? Math.max(leastMs, budgetMs * 0.8) : Math.min(mostMs, budgetMs + 0.25)
    }
    lastFrame = time
    frameStart = time
    drawn.clear()
    focusedRun = 0
    busyBefore = lanes.some((lane) => lane.items.length > 0)
    run()
  }

  /** The focused lane most of the time, then the others in turn: one a frame beside it, two without it. */
  const choose = (): LaneState | null => {
    const focused = lanes.find((lane) => lane.focused && lane.items.length > 0)
    if (focused && focusedRun < focusedShare) {
      focusedRun++
      return focused
    }
    const others = focused ? 1 : 2
    for (let step = 0; step < lanes.length; step++) {
      const lane = lanes[(rotation + step) % lanes.length]
      if (!lane || lane.items.length === 0 || lane === focused) continue
      if (!drawn.has(lane) && drawn.size >= others) continue
      if (!drawn.has(lane)) drawn.add(lane)
      focusedRun = 0
      rotation = (lanes.indexOf(lane) + 1) % lanes.length
      return lane
    }
    return focused ?? null
  }

  /** One slice of one lane. False when the sink takes its time, and goes on from its callback. */
  const step = (lane: LaneState): boolean => {
    const item = lane.items[0]
    if (!item) return true
    if (item.kind === 'step') {
      lane.items.shift()
      item.run()
      return true
    }
    const end = Math.min(item.bytes.length, lane.taken + sliceBytes)
    const slice = item.bytes.subarray(lane.taken, end)
    lane.taken = end
    lane.waiting -= slice.length
    const last = end === item.bytes.length
    if (last) {
      lane.items.shift()
      lane.taken = 0
    }
    inFlight = true
    let returned = false
    lane.sink.write(slice, () => {
      inFlight = false
      if (last && !lane.removed) item.after?.()
      if (returned) run()
    })
    returned = true
    return !inFlight
  }

  const run = (): void => {
    if (running || inFlight) return
    running = true
    try {
      for (;;) {
        if (now() - frameStart >= budgetMs) {
          if (lanes.some((lane) => lane.items.length > 0)) wantFrame()
          return
        }
        const lane = choose()
        if (!lane) {
          if (lanes.some((each) => each.items.length > 0)) wantFrame()
          return
        }
        if (!step(lane)) return
      }
    } finally {
      running = false
    }
  }

  return {
    addLane: (sink) => {
      const lane: LaneState = { sink, items: [], taken: 0, waiting: 0, focused: false, removed: false }
      lanes.push(lane)
      return {
        push: (item) => {
          if (lane.removed) return
          const quiet = lane.items.length === 0
          lane.items.push(item)
          if (item.kind === 'bytes') lane.waiting += item.bytes.length
          // An echo is not kept waiting for the next frame: the first small piece after quiet is written at once.
          if (lane.focused && quiet && !inFlight && !running && (item.kind === 'step' || item.bytes.length <= 4096)) {
            while (lane.items.length > 0 && step(lane)) continue
            if (lane.items.length > 0) wantFrame()
          } else wantFrame()
        },
        clear: () => {
          lane.items = []
          lane.taken = 0
          lane.waiting = 0
        },
        get waitingBytes() {
          return lane.waiting
        },
        setFocused: (focused) => {
          lane.focused = focused
        },
        remove: () => {
          lane.removed = true
          lane.items = []
          lane.waiting = 0
          const at = lanes.indexOf(lane)
          if (at >= 0) lanes.splice(at, 1)
        },
      }
    },
  }
}
