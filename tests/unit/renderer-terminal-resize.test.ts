import { expect, test } from 'vitest'
import { createResizer, usableSize, type Size } from '../../renderer/terminal/resize.ts'

function world() {
  const sent: Size[] = []
  const timers = new Set<() => void>()
  const resizer = createResizer({
    send: (size) => sent.push(size),
    later: (_delayMs, run) => {
      const timer = (): void => {
        timers.delete(timer)
        run()
      }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  })
  const quiet = (): void => {
    for (const timer of timers) timer()
  }
  return { sent, resizer, quiet }
}

const size = (cols: number, rows = 30): Size => ({ cols, rows })

test('of a drag the first size is sent at once and the last when it ends', () => {
  const { sent, resizer, quiet } = world()
  for (let cols = 100; cols < 140; cols++) resizer.propose(size(cols))
  expect(sent).toEqual([size(100)])
  quiet()
  expect(sent).toEqual([size(100), size(139)])
  quiet()
  expect(sent).toHaveLength(2)
})

test('a pane that has the size of its pty sends nothing', () => {
  const { sent, resizer, quiet } = world()
  resizer.settle(size(100))
  resizer.propose(size(100))
  quiet()
  expect(sent).toEqual([])
})

test('a hidden pane sends nothing, not even what was under way', () => {
  const { sent, resizer, quiet } = world()
  resizer.propose(size(100))
  resizer.propose(size(120))
  resizer.pause()
  quiet()
  resizer.propose(null)
  quiet()
  expect(sent).toEqual([size(100)])
})

test('the viewer that is used takes the size back from another', () => {
  const { sent, resizer, quiet } = world()
  resizer.propose(size(100))
  quiet()
  resizer.settle(size(60))
  expect(sent).toHaveLength(1)
  resizer.claim()
  expect(sent).toEqual([size(100), size(100)])
})

test('no pane is too small to have no size at all', () => {
  expect(usableSize(0, 0)).toBeNull()
  expect(usableSize(Number.NaN, 24)).toBeNull()
  expect(usableSize(2, 1)).toBeNull()
  expect(usableSize(Number.POSITIVE_INFINITY, 24)).toBeNull()
  expect(usableSize(5000, 900)).toEqual({ cols: 1000, rows: 500 })
  expect(usableSize(80, 24)).toEqual({ cols: 80, rows: 24 })
})
