/**
 * The page's terminals, kept outside React: a component lends an element while it is on screen. Hidden ones are
 * parked: after a moment their output is neither sent nor parsed. The longest parked are let go.
 */
import type { TerminalId } from '@contract/ids.ts'
import i18next from 'i18next'
import type { Deck } from '../deck.ts'
import { readAppearance, watchAppearance, type Appearance } from './appearance.ts'
import { resolveFileLink, type FileLink } from './file-links.ts'
import { usableSize, type Size } from './resize.ts'
import { createWriteScheduler } from './scheduler.ts'
import { createScreen, type Screen, type ScreenActions, type ScreenOwner } from './screen.ts'
import '@xterm/xterm/css/xterm.css'

export interface TerminalPool {
  /** The terminal's screen, made at need. `owner` is what links and names go by. */
  screen(id: TerminalId, owner: ScreenOwner): Screen
  /** The screen if there is one. */
  find(id: TerminalId): Screen | undefined
  /** The terminal that has the keyboard, or had it last and is still shown. */
  readonly focused: Screen | null
  /** Terminals that are no more: their screens go at once. */
  keep(alive: (id: TerminalId) => boolean): void
  /** Columns and rows that `width` × `height` pixels hold, null before the fonts are there. */
  sizeFor(width: number, height: number): Size | null
  /** Puts text into the clipboard, telling where that fails. */
  copy(text: string): void
  /** Text of the clipboard; null where the browser does not give it. */
  read(): Promise<string | null>
}

/** Parked screens kept in memory: megabytes each. */
const mostParked = 12

const pools = new WeakMap<Deck, TerminalPool>()

/** The deck's one pool. */
export function terminalPool(deck: Deck): TerminalPool {
  const known = pools.get(deck)
  if (known) return known
  const made = createPool(deck)
  pools.set(deck, made)
  return made
}

function createPool(deck: Deck): TerminalPool {
  const { client, stores } = deck
  const screens = new Map<TerminalId, Screen>()
  let focused: Screen | null = null
  const scheduler = createWriteScheduler({
    now: () => performance.now(),
    requestFrame: (frame) => requestAnimationFrame(() => frame()),
  })

  let appearance: Appearance = readAppearance(stores.settings.getState().value)
  const tellColours = (): void => client.note('terminal.colours', appearance.colours)
  const refresh = (): void => {
    const before = JSON.stringify(appearance)
    appearance = readAppearance(stores.settings.getState().value)
    if (JSON.stringify(appearance) === before) return
    for (const screen of screens.values()) screen.setAppearance(appearance)
    tellColours()
  }
  watchAppearance(refresh)
  stores.settings.subscribe(refresh)
  client.onState((state) => {
    if (state === 'open') tellColours()
  })
  tellColours()

  const loadFonts = async (text: string): Promise<void> => {
    const { fontSize, fontFamily } = appearance
    const fonts = ['', 'bold '].map((style) => document.fonts.load(`${style}${fontSize}px ${fontFamily}`, text))
    // A font that does not come leaves the next of the list; that is measured then.
    await Promise.race([Promise.allSettled(fonts), new Promise((resolve) => setTimeout(resolve, 1500))])
  }
  const fontsReady = loadFonts('W')
  let fontsLoaded = false
  void fontsReady.then(() => {
    fontsLoaded = true
    // The signs follow; a first picture does not wait for them.
    void loadFonts('─●⠋⏺')
  })
  document.fonts.addEventListener('loadingdone', () => {
    for (const screen of screens.values()) screen.measureAgain()
  })

  const copy = (text: string): void => {
    navigator.clipboard
      .writeText(text)
      .catch(() => deck.notify({ kind: 'failed', text: i18next.t('terminal.copy-failed') }))
  }

  const openAddress = (url: string): void => {
    const blank = (): void => void window.open(url, '_blank', 'noopener,noreferrer')
    if (!stores.host.getState().value?.capabilities.openExternal) {
      blank()
      return
    }
    void client.call('host.openExternal', { url }).then((result) => {
      if (!result.ok) blank()
    })
  }

  const openFile = async (terminal: TerminalId, link: FileLink): Promise<void> => {
    const owner = screens.get(terminal)?.owner
    const home = stores.host.getState().value?.home ?? ''
    const places = owner ? resolveFileLink(link.path, owner.worktree, home) : []
    const at = { ...(link.line ? { line: link.line } : {}), ...(link.column ? { column: link.column } : {}) }
    let detail = ''
    for (const path of places) {
      const result = await client.call('host.openInEditor', { path, ...at })
      if (result.ok) return
      detail = result.error.message
      if (result.error.code !== 'not-found') break
    }
    deck.notify({ kind: 'failed', text: i18next.t('terminal.open-failed'), detail: detail === '' ? link.path : detail })
  }

  const actions: ScreenActions = {
    openAddress,
    openFile: (terminal, link) => void openFile(terminal, link),
    copy,
    copyOnSelection: () => stores.settings.getState().value?.copyOnSelection ?? true,
  }

  const evict = (): void => {
    const parked = [...screens.values()].filter((screen) => !screen.shown)
    // Maps keep the order of insertion, and a screen that is used is inserted anew.
    for (const screen of parked.slice(0, Math.max(0, parked.length - mostParked))) drop(screen)
  }
  const drop = (screen: Screen): void => {
    screens.delete(screen.id)
    if (focused === screen) focused = null
    screen.dispose()
  }

  return {
    screen: (id, owner) => {
      let screen = screens.get(id)
      screens.delete(id)
      screen ??= createScreen({
        id,
        client,
        scheduler,
        appearance,
        actions,
        fontsReady,
        focused: (given) => {
          focused = given
        },
      })
      screen.owner = owner
      screens.set(id, screen)
      evict()
      return screen
    },
    find: (id) => screens.get(id),
    get focused() {
      return focused?.shown ? focused : null
    },
    keep: (alive) => {
      for (const screen of [...screens.values()]) if (!alive(screen.id)) drop(screen)
    },
    sizeFor: (width, height) => {
      if (!fontsLoaded) return null
      const cell = measureCell(appearance)
      return usableSize(Math.floor((width - 10) / cell.width), Math.floor(height / cell.height))
    },
    copy,
    read: () => navigator.clipboard.readText().catch(() => null),
  }
}

/** Width and height of a cell in CSS pixels, as xterm measures it. */
function measureCell({ fontFamily, fontSize }: Appearance): { width: number; height: number } {
  const probe = document.createElement('span')
  probe.style.cssText = 'position:absolute;visibility:hidden;white-space:pre;line-height:normal;font-kerning:none'
  probe.style.fontFamily = fontFamily
  probe.style.fontSize = `${fontSize}px`
  probe.textContent = 'W'.repeat(32)
  document.body.append(probe)
  const { width, height } = probe.getBoundingClientRect()
  probe.remove()
  return { width: Math.max(1, width / 32), height: Math.max(1, Math.ceil(height)) }
}
