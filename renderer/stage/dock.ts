/** What the stage does with dockview, apart from React. */
import type { SessionId } from '@contract/ids.ts'
import type { DockviewApi, DockviewGroupPanel, SerializedDockview } from 'dockview-react'
import { buildGrid, columnsFor, smallestPane } from './layout.ts'

/** New sessions open a pane by themselves while there are fewer. */
export const mostByThemselves = 4

export const paneIds = (api: DockviewApi): SessionId[] => api.panels.map((panel) => panel.id as SessionId)

/** The group with the most room, which is split for the next pane. */
function largestGroup(api: DockviewApi): DockviewGroupPanel | undefined {
  return api.groups.reduce<DockviewGroupPanel | undefined>(
    (best, group) => (best === undefined || group.width * group.height > best.width * best.height ? group : best),
    undefined,
  )
}

/** Adds a pane beside the others, or as a tab of the active group where there is no room for one more. */
export function addPane(api: DockviewApi, id: SessionId, title: string, where: 'split' | 'tab'): void {
  const group = where === 'split' ? largestGroup(api) : (api.activeGroup ?? largestGroup(api))
  const wide = group !== undefined && group.width >= group.height * 1.1
  const room =
    group !== undefined && (wide ? group.width >= 2 * smallestPane.width : group.height >= 2 * smallestPane.height)
  const direction = where === 'split' && room ? (wide ? 'right' : 'below') : 'within'
  api.addPanel({
    id,
    title,
    component: 'pane',
    tabComponent: 'tab',
    inactive: true,
    minimumWidth: smallestPane.width,
    minimumHeight: smallestPane.height,
    ...(group ? { position: { referenceGroup: group, direction } } : {}),
  })
}

/** Lays `ids` out as a regular grid; panes that stay keep their content. */
export function applyPreset(api: DockviewApi, ids: readonly SessionId[], count: number): void {
  if (ids.length === 0) return
  const columns = columnsFor(Math.min(count, ids.length), api.width, api.height)
  restore(api, buildGrid(ids, columns, api.width, api.height))
}

/** False where dockview does not take the layout after all; then there are no panes. */
export function restore(api: DockviewApi, layout: SerializedDockview): boolean {
  try {
    api.fromJSON(layout, { reuseExistingPanels: true })
    return true
  } catch {
    api.clear()
    return false
  }
}

/** Runs what takes elements out of the page and puts them back, and leaves the keyboard where it was. */
export function keepFocus(change: () => void): void {
  const before = document.activeElement
  change()
  if (before instanceof HTMLElement && before !== document.activeElement && before.isConnected) {
    before.focus({ preventScroll: true })
  }
}
