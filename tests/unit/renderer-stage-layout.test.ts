import { expect, test } from 'vitest'
import { buildGrid, columnsFor, formatLayout, parseLayout } from '../../renderer/stage/layout.ts'

const all = (): boolean => true
const leaves = (layout: unknown): string[] =>
  [...JSON.stringify(layout).matchAll(/"views":\["([^"]+)"/g)].map((match) => match[1] ?? '')

test('a kept layout is read back as it was', () => {
  const grid = buildGrid(['a', 'b', 'c', 'd'], 2, 1000, 800)
  expect(parseLayout(formatLayout(grid), all)).toEqual(grid)
})

test('panes of sessions that are gone are left out, and their groups with them', () => {
  const grid = buildGrid(['a', 'b', 'c', 'd'], 2, 1000, 800)
  const read = parseLayout(formatLayout(grid), (id) => id === 'b' || id === 'c')
  expect(leaves(read)).toEqual(['c', 'b'])
  expect(Object.keys(read?.panels ?? {})).toEqual(['c', 'b'])
  expect(read?.activeGroup).toBeUndefined()
})

test('a layout whose panes were all closed stays empty', () => {
  const read = parseLayout(formatLayout(buildGrid([], 1, 1000, 800)), all)
  expect(read?.grid.root).toMatchObject({ type: 'branch', data: [] })
})

test.each([
  ['nothing', null],
  ['half a file', '{"version":1,"dock":{"grid"'],
  ['another version', '{"version":2,"dock":{}}'],
  ['no grid', '{"version":1,"dock":{"panels":{}}}'],
  ['a size of zero', formatLayout(buildGrid(['a'], 1, 0, 800))],
  ['a session twice', formatLayout(buildGrid(['a', 'a'], 2, 800, 800))],
  [
    'a cycle of branches too deep',
    JSON.stringify({
      version: 1,
      dock: {
        grid: {
          width: 1,
          height: 1,
          orientation: 'HORIZONTAL',
          root: Array.from({ length: 40 }).reduce<unknown>((child) => ({ type: 'branch', data: [child] }), {
            type: 'branch',
            data: [],
          }),
        },
      },
    }),
  ],
])('%s gives no layout', (_name, json) => {
  expect(parseLayout(json, all)).toBeNull()
})

test('presets stand in reading order', () => {
  expect(columnsFor(1, 1400, 800)).toBe(1)
  expect(columnsFor(2, 1400, 800)).toBe(2)
  expect(columnsFor(2, 600, 900)).toBe(1)
  expect(columnsFor(4, 1400, 800)).toBe(2)
  expect(columnsFor(6, 1400, 800)).toBe(3)
  expect(columnsFor(9, 1400, 800)).toBe(3)
  const grid = buildGrid(['1', '2', '3', '4', '5', '6'], 3, 1200, 800)
  expect(leaves(grid)).toEqual(['1', '4', '2', '5', '3', '6'])
})
