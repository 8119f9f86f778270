import { expect, test } from 'vitest'
import { createWriteScheduler, type Lane, type WriteScheduler } from '../../renderer/terminal/scheduler.ts'

interface World {
  scheduler: WriteScheduler
  /** Milliseconds that have passed; parsing makes them pass. */
  clock: { now: number }
  frame(): void
  /** Names of the lanes whose bytes were parsed, in order. */
  parsed: { lane: string; bytes: number; atMs: number }[]
  lane(name: string): Lane
}

/** One millisecond of parsing per 32 KiB, as measured. */
function world(): World {
  const clock = { now: 0 }
  let wanted: (() => void) | null = null
  const parsed: World['parsed'] = []
  const scheduler = createWriteScheduler({
    now: () => clock.now,
    requestFrame: (frame) => {
      wanted = frame
    },
  })
  return {
    scheduler,
    clock,
    parsed,
    frame: () => {
      clock.now = Math.ceil((clock.now + 0.001) / 16) * 16
      const run = wanted
      wanted = null
      run?.()
    },
    lane: (name) =>
      scheduler.addLane({
        write: (bytes, done) => {
          clock.now += bytes.length / 32_768
          parsed.push({ lane: name, bytes: bytes.length, atMs: clock.now })
          done()
        },
      }),
  }
}

const bytes = (count: number): Uint8Array => new Uint8Array(count)
const megabyte = 1024 * 1024

test('parsing stops when the frame’s share is used up, and goes on in the next', () => {
  const at = world()
  at.lane('flood').push({ kind: 'bytes', bytes: bytes(megabyte) })
  at.frame()
  const first = at.parsed.length
  expect(first).toBeGreaterThan(3)
  expect(first).toBeLessThanOrEqual(10)
  at.frame()
  expect(at.parsed.length).toBeGreaterThan(first)
})

test('an echo in the terminal in use is drawn at once while three others flood', () => {
  const at = world()
  const floods = ['a', 'b', 'c'].map((name) => at.lane(name))
  const own = at.lane('own')
  own.setFocused(true)
  for (const lane of floods) lane.push({ kind: 'bytes', bytes: bytes(8 * megabyte) })
  for (let frame = 0; frame < 5; frame++) at.frame()
  const before = at.parsed.length
  own.push({ kind: 'bytes', bytes: bytes(12) })
  expect(at.parsed.slice(before).map((each) => each.lane)).toEqual(['own'])
})

test('every flooding terminal gets its turn', () => {
  const at = world()
  const own = at.lane('own')
  own.setFocused(true)
  const others = ['a', 'b', 'c'].map((name) => at.lane(name))
  for (const lane of [own, ...others]) lane.push({ kind: 'bytes', bytes: bytes(8 * megabyte) })
  for (let frame = 0; frame < 12; frame++) at.frame()
  const share = (name: string): number => at.parsed.filter((each) => each.lane === name).length
  expect(share('own')).toBeGreaterThan(share('a'))
  for (const name of ['a', 'b', 'c']) expect(share(name)).toBeGreaterThan(2)
})

test('at most two terminals are drawn anew in one frame', () => {
  const at = world()
  for (const name of ['a', 'b', 'c', 'd']) at.lane(name).push({ kind: 'bytes', bytes: bytes(4 * megabyte) })
  for (let frame = 0; frame < 8; frame++) {
    const before = at.parsed.length
    at.frame()
    expect(new Set(at.parsed.slice(before).map((each) => each.lane)).size).toBeLessThanOrEqual(2)
  }
})

test('a page whose frames come late is given less to parse', () => {
  const at = world()
  at.lane('flood').push({ kind: 'bytes', bytes: bytes(64 * megabyte) })
  at.frame()
  at.frame()
  const early = at.parsed.length
  at.frame()
  const usual = at.parsed.length - early
  for (let frame = 0; frame < 10; frame++) {
    at.clock.now += 40
    at.frame()
  }
  const before = at.parsed.length
  at.clock.now += 40
  at.frame()
  expect(at.parsed.length - before).toBeLessThan(usual)
})

test('what stands between bytes happens between them, and the end is told once', () => {
  const at = world()
  const lane = at.lane('one')
  const seen: string[] = []
  lane.push({ kind: 'bytes', bytes: bytes(100_000), after: () => seen.push(`bytes ${at.parsed.length}`) })
  lane.push({ kind: 'step', run: () => seen.push('resize') })
  lane.push({ kind: 'bytes', bytes: bytes(10), after: () => seen.push('more') })
  at.frame()
  expect(seen).toEqual(['bytes 4', 'resize', 'more'])
  expect(lane.waitingBytes).toBe(0)
})

test('what was cleared is not parsed, and a removed terminal gets nothing', () => {
  const at = world()
  const lane = at.lane('one')
  lane.push({ kind: 'bytes', bytes: bytes(10) })
  lane.clear()
  at.frame()
  expect(at.parsed).toEqual([])
  lane.remove()
  lane.push({ kind: 'bytes', bytes: bytes(10) })
  at.frame()
  expect(at.parsed).toEqual([])
})

test('a terminal that parses later is not given more meanwhile', () => {
  let finish: (() => void) | null = null
  let wanted: (() => void) | null = null
  const sizes: number[] = []
  const scheduler = createWriteScheduler({ now: () => 0, requestFrame: (frame) => (wanted = frame) })
  const lane = scheduler.addLane({
    write: (part, done) => {
      sizes.push(part.length)
      finish = done
    },
  })
  lane.push({ kind: 'bytes', bytes: bytes(40_000) })
  ;(wanted as (() => void) | null)?.()
  expect(sizes).toEqual([32_768])
  ;(finish as (() => void) | null)?.()
  expect(sizes).toEqual([32_768, 7232])
})
