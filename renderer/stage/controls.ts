import type { RepositoryId, SessionId } from '@contract/ids.ts'
import type { DockviewApi } from 'dockview-react'
import type { Deck, StageActions } from '../deck.ts'
import type { SessionsState } from '../stores/sessions.ts'
import { terminalPool } from '../terminal/pool.ts'
import { addPane, applyPreset, keepFocus, mostByThemselves, paneIds, restore } from './dock.ts'
import { formatLayout, parseLayout } from './layout.ts'
import { chooseForPanes } from './need.ts'
import { paneState, provideStep, terminalOf } from './pane-state.ts'
import { sessionsOf } from './sessions-of.ts'

export interface StageControls {
  /** Offers the stage's actions to the deck while `element` is on the page. Returns what takes them back. */
  mount(element: HTMLElement): () => void
  /** Loads the repository's layout into `api` and keeps both in step until the returned function is called. */
  drive(api: DockviewApi, repository: RepositoryId | null, onEmpty: (empty: boolean) => void): () => void
}

const saveAfterMs = 400
/** Height of a pane's header and width of its frame, in pixels. */
const paneHead = 34
const paneFrame = 10

export function createStageControls(deck: Deck): StageControls {
  const { client, stores } = deck
  const state = paneState(deck)
  let dock: DockviewApi | null = null
  let box: HTMLElement | null = null

  const focusTerminal = (id: SessionId): void => {
    // The pane may be drawn only now, and its terminal after it.
    let tries = 0
    const look = (): void => {
      const session = stores.sessions.getState().value?.byId[id]
      const shown = session ? terminalOf(session, state.getState().terminal[id]) : null
      const screen = shown ? terminalPool(deck).find(shown.id) : undefined
      const stages = box?.querySelector<HTMLElement>(`[data-pane="${CSS.escape(id)}"] [data-stages]`)
      if (screen?.shown) screen.focus()
      // Not yet started: the keyboard waits in its pane, not in the terminal that had it before.
      else if (stages) stages.focus({ preventScroll: true })
      else if (tries++ < 30) requestAnimationFrame(look)
    }
    look()
  }

  const zoom = (id: SessionId | null): void => {
    const panel = id === null ? undefined : dock?.getPanel(id)
    if (!dock) return
    keepFocus(() => {
      if (panel) dock?.maximizeGroup(panel)
      else dock?.exitMaximizedGroup()
    })
  }

  const show = (id: SessionId): void => {
    const session = stores.sessions.getState().value?.byId[id]
    if (!session) return
    stores.view.setState({ focused: id })
    if (dock) {
      if (!dock.getPanel(id)) {
        if (dock.hasMaximizedGroup()) zoom(null)
        addPane(dock, id, session.title, dock.groups.length < mostByThemselves ? 'split' : 'tab')
      }
      const panel = dock.getPanel(id)
      if (dock.hasMaximizedGroup() && panel && !panel.api.isMaximized()) zoom(null)
      panel?.api.setActive()
    }
    focusTerminal(id)
  }

  const actions: StageActions = {
    show,
    closePane: (id) => {
      const panel = dock?.getPanel(id)
      if (panel) keepFocus(() => dock?.removePanel(panel))
    },
    toggleZoom: (id) => {
      const panel = dock?.getPanel(id)
      if (!dock || !panel) return
      if (panel.api.isMaximized()) zoom(null)
      else zoom(id)
      focusTerminal(id)
    },
    preset: (count) => {
      if (!dock) return
      const { repository, focused } = stores.view.getState()
      if (dock.hasMaximizedGroup()) dock.exitMaximizedGroup()
      const ids = chooseForPanes(sessionsOf(deck, repository), count, focused)
      const api = dock
      keepFocus(() => applyPreset(api, ids, count))
      if (focused !== null) api.getPanel(focused)?.api.setActive()
    },
    focusTerminal,
    measure: () => {
      const groups = dock?.groups.length ?? 0
      const width = box?.clientWidth ?? 0
      const height = box?.clientHeight ?? 0
      // A new pane takes half of the largest one.
      const largest = dock?.groups.reduce<{ width: number; height: number } | null>(
        (best, group) => (best && best.width * best.height >= group.width * group.height ? best : group),
        null,
      )
      const room =
        groups === 0 || groups >= mostByThemselves || !largest
          ? (largest ?? { width, height })
          : largest.width >= largest.height * 1.1
            ? { width: largest.width / 2, height: largest.height }
            : { width: largest.width, height: largest.height / 2 }
      return terminalPool(deck).sizeFor(room.width - paneFrame, room.height - paneHead) ?? { cols: 120, rows: 40 }
    },
  }

  const step = (direction: 1 | -1): void => {
    const groups = dock?.groups.filter((group) => group.api.isVisible) ?? []
    if (!dock || groups.length === 0) return
    const at = groups.findIndex((group) => group === dock?.activeGroup)
    const next = groups[(at + direction + groups.length) % groups.length]
    const id = next?.activePanel?.id as SessionId | undefined
    if (id !== undefined) show(id)
  }

  const drive: StageControls['drive'] = (api, repository, onEmpty) => {
    dock = api
    const key = `stage:${repository ?? 'all'}`
    let ended = false
    let ready = false
    let timer: ReturnType<typeof setTimeout> | null = null
    let known: ReadonlySet<SessionId> = new Set(stores.sessions.getState().value?.ids)
    let activeElement: Element | null = null

    const belongs = (id: SessionId, sessions: SessionsState | null): boolean => {
      const session = sessions?.byId[id]
      return session !== undefined && (repository === null || session.repository === repository)
    }
    const save = (): void => {
      timer = null
      if (ready) void client.call('view.save', { key, json: formatLayout(api.toJSON()) })
    }
    const flush = (): void => {
      if (timer === null) return
      clearTimeout(timer)
      save()
    }
    const tellEmpty = (): void => onEmpty(ready && api.totalPanels === 0)

    /** To the pane, if nothing has it. */
    const giveKeyboard = (id: SessionId | null): void => {
      requestAnimationFrame(() => {
        if (document.activeElement === document.body && id !== null && api.activePanel?.id === id) focusTerminal(id)
      })
    }

    /** Panes of sessions that are gone close; new sessions get one while there are few. */
    const follow = (sessions: SessionsState | null): void => {
      if (!sessions || !ready) return
      for (const id of paneIds(api)) {
        const panel = belongs(id, sessions) ? undefined : api.getPanel(id)
        if (panel) api.removePanel(panel)
      }
      for (const id of sessions.ids) {
        if (known.has(id) || !belongs(id, sessions) || api.getPanel(id)) continue
        if (api.groups.length < mostByThemselves && !api.hasMaximizedGroup()) {
          addPane(api, id, sessions.byId[id]?.title ?? '', 'split')
        }
      }
      known = new Set(sessions.ids)
      terminalPool(deck).keep((terminal) =>
        Object.values(sessions.byId).some((session) => session.terminals.some((each) => each.id === terminal)),
      )
    }

    const load = async (): Promise<void> => {
      const answer = await client.call('view.load', { key })
      if (ended) return
      const sessions = stores.sessions.getState().value
      const kept = parseLayout(answer.ok ? answer.value.json : null, (id) => belongs(id as SessionId, sessions))
      if (!kept || !restore(api, kept)) {
        api.clear()
        const { focused } = stores.view.getState()
        applyPreset(api, chooseForPanes(sessionsOf(deck, repository), mostByThemselves, focused), mostByThemselves)
      }
      ready = true
      known = new Set(sessions?.ids)
      const { focused } = stores.view.getState()
      if (focused !== null && api.getPanel(focused)) api.getPanel(focused)?.api.setActive()
      else if (api.activePanel) stores.view.setState({ focused: api.activePanel.id as SessionId })
      follow(stores.sessions.getState().value)
      tellEmpty()
    }

    const listeners = [
      api.onDidLayoutChange(() => {
        tellEmpty()
        timer ??= setTimeout(save, saveAfterMs)
      }),
      api.onDidActivePanelChange(({ panel }) => {
        if (!ready || !panel) return
        const id = panel.id as SessionId
        stores.view.setState({ focused: id })
        // The pane that had the keyboard was closed: it goes to the next one, not into nowhere.
        giveKeyboard(id)
      }),
      api.onDidMaximizedGroupChange(({ group, isMaximized }) => {
        const id = group.activePanel?.id as SessionId | undefined
        state.setState({ zoomed: isMaximized && id !== undefined ? id : null })
      }),
      // Moving panes takes their elements out of the page for a moment, and with them the keyboard.
      api.onWillMutateLayout(() => {
        activeElement = document.activeElement
      }),
      api.onDidMutateLayout(() => {
        const before = activeElement
        activeElement = null
        if (before instanceof HTMLElement && document.activeElement === document.body && before.isConnected) {
          before.focus({ preventScroll: true })
        }
      }),
    ]
    const unfollow = [
      stores.sessions.subscribe(({ value }) => follow(value)),
      stores.view.subscribe(({ focused, page }, before) => {
        // Back from a page that lay over the panes, and took the keyboard with it.
        if (page === 'stage' && before.page !== 'stage') giveKeyboard(focused)
        if (focused === before.focused || focused === null || api.activePanel?.id === focused) return
        api.getPanel(focused)?.api.setActive()
      }),
    ]
    window.addEventListener('pagehide', flush)
    void load()

    return () => {
      flush()
      ended = true
      window.removeEventListener('pagehide', flush)
      for (const listener of listeners) listener.dispose()
      for (const end of unfollow) end()
      if (dock === api) dock = null
      state.setState({ zoomed: null })
    }
  }

  const mount: StageControls['mount'] = (element) => {
    box = element
    deck.stage.current = actions
    const takeBack = provideStep(deck, step)
    return () => {
      if (deck.stage.current === actions) deck.stage.current = null
      takeBack()
      box = null
    }
  }

  return { mount, drive }
}
