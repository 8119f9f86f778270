import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  afterAck,
  afterSend,
  afterSnapshot,
  holdFrom,
  newViewerFlow,
  nextStep,
  type FlowLimits,
  type ViewerFlow,
} from '../../main/pty/flow.ts'

const limits: FlowLimits = { highBytes: 100, lowBytes: 30, frameBytes: 40 }

test('a new viewer begins with a snapshot, then gets bytes in frames', () => {
  expect(nextStep(newViewerFlow, { start: 0, end: 500 }, limits)).toEqual({ kind: 'snapshot' })
  const flow = afterSnapshot(500, 20, limits)
  expect(nextStep(flow, { start: 500, end: 500 }, limits)).toEqual({ kind: 'idle' })
  expect(nextStep(flow, { start: 500, end: 560 }, limits)).toEqual({ kind: 'send', from: 500, to: 540 })
})

test('a viewer that does not acknowledge is held, and loses its place when the bytes are gone', () => {
  let flow = afterAck(afterSnapshot(0, 10, limits), 0, limits)
  flow = afterSend(flow, 99, limits)
  expect(flow.held).toBe(false)
  flow = afterSend(flow, 100, limits)
  expect(nextStep(flow, { start: 0, end: 400 }, limits)).toEqual({ kind: 'held' })
  flow = afterAck(flow, 69, limits)
  expect(flow.held).toBe(true)
  flow = afterAck(flow, 70, limits)
  expect(nextStep(flow, { start: 90, end: 400 }, limits)).toEqual({ kind: 'send', from: 100, to: 140 })
  expect(nextStep(flow, { start: 101, end: 400 }, limits)).toEqual({ kind: 'snapshot' })
})

test('a snapshot weighs as its size until its total is acknowledged', () => {
  const flow = afterSnapshot(50, 5000, limits)
  expect(nextStep(flow, { start: 0, end: 60 }, limits)).toEqual({ kind: 'held' })
  expect(nextStep(afterAck(flow, 50, limits), { start: 0, end: 60 }, limits)).toEqual({
    kind: 'send',
    from: 50,
    to: 60,
  })
})

test('lost, doubled, late and impossible acknowledgements do no harm', () => {
  const flow = afterSend(afterSnapshot(0, 0, limits), 80, limits)
  expect(afterAck(flow, 1e9, limits)).toEqual({ sent: 80, acked: 80, held: false })
  expect(afterAck(afterAck(flow, 60, limits), 20, limits).acked).toBe(60)
  expect(afterAck(flow, Number.NaN, limits)).toEqual(flow)
  expect(afterAck(flow, -5, limits).acked).toBe(0)
})

test('so much is held as the rearmost viewer needs, but not without end', () => {
  const at = (sent: number): ViewerFlow => ({ sent, acked: sent, held: false })
  expect(holdFrom([], 500, 200)).toBe(500)
  expect(holdFrom([at(450), at(480)], 500, 200)).toBe(450)
  expect(holdFrom([at(100), at(480)], 500, 200)).toBe(300)
  expect(holdFrom([newViewerFlow], 500, 200)).toBe(500)
})

type Move = { kind: 'output'; bytes: number } | { kind: 'draw'; count: number } | { kind: 'lose' }
const moves = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('output' as const), bytes: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ kind: fc.constant('draw' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('lose' as const) }),
  ),
  { maxLength: 60 },
)

test('whatever a viewer does it sees every byte once or in a picture, never too many in flight, and never hangs', () => {
  fc.assert(
    fc.property(moves, fc.integer({ min: 0, max: 300 }), (played, pictureBytes) => {
      let flow = newViewerFlow
      let end = 0
      let start = 0
      let seen = -1
      const inFlight: number[] = []
      let sentSinceAck = 0
      const pump = (): void => {
        for (;;) {
          const step = nextStep(flow, { start, end }, limits)
          if (step.kind === 'idle' || step.kind === 'held') break
          if (step.kind === 'snapshot') {
            flow = afterSnapshot(end, pictureBytes, limits)
            seen = end
          } else {
            expect(step.from).toBe(seen)
            expect(step.to - step.from).toBeLessThanOrEqual(limits.frameBytes)
            flow = afterSend(flow, step.to, limits)
            seen = step.to
            sentSinceAck += step.to - step.from
          }
          inFlight.push(seen)
        }
        start = holdFrom([flow], end, 150)
      }
      const draw = (count: number, heard: boolean): void => {
        const done = inFlight.splice(0, count).at(-1)
        if (done === undefined || !heard) return
        flow = afterAck(flow, done, limits)
        sentSinceAck = 0
        pump()
      }
      for (const move of played as Move[]) {
        if (move.kind === 'output') {
          end += move.bytes
          pump()
        } else draw(move.kind === 'draw' ? move.count : 1, move.kind === 'draw')
        expect(sentSinceAck).toBeLessThanOrEqual(limits.highBytes + limits.frameBytes)
      }
      // Totals heal: one acknowledgement of what was drawn last, whatever was lost before, and it goes on to the end.
      for (let round = 0; round < 1000 && seen < end; round++) {
        if (inFlight.length > 0) draw(inFlight.length, true)
        else {
          flow = afterAck(flow, seen, limits)
          pump()
        }
      }
      expect(seen).toBe(Math.max(end, seen))
      expect(end === 0 || seen === end).toBe(true)
    }),
  )
})
