/**
 * How panes are laid out, as values: presets are built, and what was kept is read back with care. Panel ids are
 * session ids; a session has one pane at most.
 */
import type { SerializedDockview } from 'dockview-react'

type Grid = SerializedDockview['grid']
type Node = Grid['root']

const layoutVersion = 1
/** Deeper than any layout made by hand; a broken file may be deeper. */
const mostDepth = 12
export const smallestPane = { width: 220, height: 110 }

function panel(id: string): SerializedDockview['panels'][string] {
  return {
    id,
    contentComponent: 'pane',
    tabComponent: 'tab',
    title: id,
    minimumWidth: smallestPane.width,
    minimumHeight: smallestPane.height,
  }
}

/** Columns of a preset. A stage that is higher than wide puts two panes one above the other. */
export function columnsFor(count: number, width: number, height: number): number {
  if (count <= 1) return 1
  if (count <= 4) return width < height * 0.9 && count === 2 ? 1 : 2
  return width < 3 * smallestPane.width ? 2 : 3
}

/** A regular grid of panes in reading order; the last row's panes share its width by standing under the first ones. */
export function buildGrid(ids: readonly string[], columns: number, width: number, height: number): SerializedDockview {
  const perColumn = Array.from({ length: Math.min(columns, ids.length) }, (_, column) =>
    ids.filter((_id, index) => index % columns === column),
  )
  const leaf = (id: string, size: number): Node => ({
    type: 'leaf',
    size,
    data: { id: `group-${id}`, views: [id], activeView: id } as never,
  })
  const columnWidth = width / Math.max(1, perColumn.length)
  return {
    grid: {
      width,
      height,
      orientation: 'HORIZONTAL' as Grid['orientation'],
      root: {
        type: 'branch',
        size: height,
        data: perColumn.map((members) =>
          members.length === 1
            ? leaf(members[0] ?? '', columnWidth)
            : {
                type: 'branch' as const,
                size: columnWidth,
                data: members.map((id) => leaf(id, height / members.length)),
              },
        ),
      },
    },
    panels: Object.fromEntries(ids.map((id) => [id, panel(id)])),
    ...(ids[0] === undefined ? {} : { activeGroup: `group-${ids[0]}` }),
  }
}

/** The text that is kept. */
export function formatLayout(dock: SerializedDockview): string {
  return JSON.stringify({ version: layoutVersion, dock })
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isSize = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0

/**
 * Reads a kept layout. Panes of sessions that are gone are left out and their room goes to the others; anything that
 * is not a layout of this version gives null. A layout without panes is one too: the person closed them.
 */
export function parseLayout(json: string | null, exists: (id: string) => boolean): SerializedDockview | null {
  let kept: unknown
  try {
    kept = json === null ? null : JSON.parse(json)
  } catch {
    return null // cut short or written by hand
  }
  if (!isRecord(kept) || kept['version'] !== layoutVersion || !isRecord(kept['dock'])) return null
  const { grid, activeGroup } = kept['dock']
  if (!isRecord(grid) || !isSize(grid['width']) || !isSize(grid['height'])) return null
  if (grid['orientation'] !== 'HORIZONTAL' && grid['orientation'] !== 'VERTICAL') return null
  const seen = new Set<string>()
  const groups = new Set<string>()
  const root = readNode(grid['root'], exists, seen, groups, 0)
  if (root === undefined) return null
  if (root !== null && root.type !== 'branch') return null
  return {
    grid: {
      width: grid['width'],
      height: grid['height'],
      orientation: grid['orientation'] as Grid['orientation'],
      root: root ?? { type: 'branch', data: [], size: grid['height'] },
    },
    panels: Object.fromEntries([...seen].map((id) => [id, panel(id)])),
    ...(typeof activeGroup === 'string' && groups.has(activeGroup) ? { activeGroup } : {}),
  }
}

/** Null: nothing of it is left. Undefined: it is no layout. */
function readNode(
  value: unknown,
  exists: (id: string) => boolean,
  seen: Set<string>,
  groups: Set<string>,
  depth: number,
): Node | null | undefined {
  if (!isRecord(value) || depth > mostDepth) return undefined
  const size = isSize(value['size']) ? { size: value['size'] } : {}
  if (value['type'] === 'leaf') {
    const group = value['data']
    if (!isRecord(group) || typeof group['id'] !== 'string' || !Array.isArray(group['views'])) return undefined
    if (groups.has(group['id'])) return undefined
    const views: string[] = []
    for (const id of group['views']) {
      if (typeof id !== 'string' || seen.has(id)) return undefined
      if (!exists(id)) continue
      seen.add(id)
      views.push(id)
    }
    if (views.length === 0) return null
    groups.add(group['id'])
    const active = group['activeView']
    const activeView = typeof active === 'string' && views.includes(active) ? active : views[0]
    return { type: 'leaf', ...size, data: { id: group['id'], views, activeView } as never }
  }
  if (value['type'] !== 'branch' || !Array.isArray(value['data'])) return undefined
  const children: Node[] = []
  for (const each of value['data']) {
    const child = readNode(each, exists, seen, groups, depth + 1)
    if (child === undefined) return undefined
    if (child !== null) children.push(child)
  }
  if (children.length === 0) return null
  const [only] = children
  // A column of one is that one.
  if (depth > 0 && children.length === 1 && only?.type === 'leaf') return { ...only, ...size }
  return { type: 'branch', ...size, data: children }
}
