/**
 * One terminal in the page: an xterm, what feeds it, and what the person does in it. Lives outside React; a component
 * lends it an element. Its picture is the host's: every byte, size and end comes in the host's order.
 */
import type { Client } from '@contract/client.ts'
import type { SessionId, TerminalId } from '@contract/ids.ts'
import type { Terminal } from '@xterm/xterm'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Appearance } from './appearance.ts'
import { createFeed } from './feed.ts'
import type { FileLink } from './file-links.ts'
import { takeGraphics } from './graphics.ts'
import { handleTerminalKey } from './keys.ts'
import { makeXterm, onMac, onWindows } from './make-xterm.ts'
import { cleanPaste, pasteNeedsAsking } from './paste.ts'
import { createResizer, usableSize, type Size } from './resize.ts'
import type { WriteScheduler } from './scheduler.ts'
import { forgetLinks } from './xterm-core.ts'

/** What components show of a terminal; its text is not among it. */
export interface ScreenState {
  /** False until the first picture is drawn. */
  drawn: boolean
  alive: boolean
  exitCode: number | null
  signal: number | null
  /** The host does not know it, or said why not. */
  problem: string | null
  /** Where a link under the pointer leads, with the pointer's place in the terminal's element. */
  link: { target: string; x: number; y: number } | null
  /** Text that the program would put into the clipboard, if the person agrees. */
  offer: string | null
  /** Text of several lines that waits for the person's yes. */
  paste: string | null
  found: { index: number; count: number } | null
}

export interface ScreenActions {
  openAddress(url: string): void
  openFile(terminal: TerminalId, link: FileLink): void
  /** Puts text into the clipboard; tells where that fails. */
  copy(text: string): void
  copyOnSelection(): boolean
}

export interface FindOptions {
  caseSensitive: boolean
  regex: boolean
}

/** What is known of the session the terminal belongs to, for links and names. */
export interface ScreenOwner {
  session: SessionId
  worktree: string
  /** Accessible name. */
  name: string
}

export interface Screen {
  readonly id: TerminalId
  readonly xterm: Terminal
  readonly state: StoreApi<ScreenState>
  owner: ScreenOwner | null
  /** Shows it in `host` and follows its size; output flows. Returns what takes it out again. */
  show(host: HTMLElement): () => void
  readonly shown: boolean
  /** Something lies over it: nobody sees what it shows. */
  setCovered(covered: boolean): void
  focus(): void
  hasFocus(): boolean
  /** As if pasted by the person: cleaned, bracketed where the program asked, asked about where it did not. */
  paste(text: string): void
  answerPaste(yes: boolean): void
  answerOffer(yes: boolean): void
  copySelection(): boolean
  find(text: string, direction: 'next' | 'previous', options: FindOptions): void
  endFind(): void
  clear(): void
  setAppearance(appearance: Appearance): void
  /** A font has come: widths that were measured without it are measured anew. */
  measureAgain(): void
  dispose(): void
}

export interface ScreenOptions {
  id: TerminalId
  client: Client
  scheduler: WriteScheduler
  appearance: Appearance
  actions: ScreenActions
  /** Called when the person gives it the keyboard. */
  focused(screen: Screen): void
  /** Fulfilled once the fonts that decide the cell's size are loaded. */
  fontsReady: Promise<unknown>
}

/** A pane hidden for a moment (a tab passed by, a drag) keeps its stream. */
const graceMs = 2000
/** Longest text of one input note; longer pastes go in parts. */
const inputPart = 500_000
/** What a terminal reports when it gets or loses the keyboard. */
const focusReports = new Set(['\x1b[I', '\x1b[O'])

const blank: ScreenState = {
  drawn: false,
  alive: true,
  exitCode: null,
  signal: null,
  problem: null,
  link: null,
  offer: null,
  paste: null,
  found: null,
}

export function createScreen(options: ScreenOptions): Screen {
  const { id, client, actions } = options
  let { appearance } = options
  const state = createStore<ScreenState>(() => blank)
  const element = document.createElement('div')
  element.style.cssText = 'position:absolute;inset:0'

  const { xterm, fit, search } = makeXterm(appearance, {
    openAddress: actions.openAddress,
    openFile: (link) => actions.openFile(id, link),
    overLink: (target, event) => {
      const box = element.getBoundingClientRect()
      const link = target === null ? null : { target, x: event.clientX - box.left, y: event.clientY - box.top }
      state.setState({ link })
    },
    offer: (offer) => {
      if (!feed.replaying) state.setState({ offer })
    },
  })
  let searched = ''
  search.onDidChangeResults(({ resultIndex, resultCount }) => {
    state.setState({ found: { index: resultIndex, count: resultCount } })
  })

  // ── size ──────────────────────────────────────────────────────────────
  const resizer = createResizer({
    send: (size) => client.note('terminal.resize', { terminal: id, ...size }),
    later: (delayMs, run) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
  })
  const setSize = (size: Size): void => {
    if (xterm.cols !== size.cols || xterm.rows !== size.rows) xterm.resize(size.cols, size.rows)
    resizer.settle(size)
  }
  const measure = (): void => {
    if (!seen) return
    const size = fit.proposeDimensions()
    const usable = size ? usableSize(size.cols, size.rows) : null
    // A program that has ended redraws nothing: its text alone follows the pane.
    if (usable && !state.getState().alive) setSize(usable)
    else resizer.propose(usable)
  }

  const feed = createFeed(
    { id, client, scheduler: options.scheduler, xterm },
    {
      size: setSize,
      state: (alive, exitCode) => state.setState({ alive, exitCode, problem: null }),
      drawn: () => {
        state.setState({ drawn: true })
        measure()
      },
      exited: (exitCode, signal) => state.setState({ alive: false, exitCode, signal }),
      refused: (problem) => state.setState({ problem }),
    },
  )

  // ── input ─────────────────────────────────────────────────────────────
  xterm.onData((text) => {
    if (feed.replaying && focusReports.has(text)) return
    // Whoever types looks here: the program draws for this size, not for another tab's.
    resizer.claim()
    for (let at = 0; at < text.length; at += inputPart) {
      client.note('terminal.input', { terminal: id, text: text.slice(at, at + inputPart) })
    }
  })
  xterm.onBinary((text) => {
    client.note(
      'terminal.input',
      { terminal: id, text: '' },
      Uint8Array.from(text, (unit) => unit.charCodeAt(0) & 255),
    )
  })
  let compositionEndedAt = -1
  xterm.attachCustomKeyEventHandler((event) =>
    handleTerminalKey(event, {
      mac: onMac,
      windows: onWindows,
      compositionEndedAt,
      hasSelection: () => xterm.hasSelection(),
      copy: () => screen.copySelection(),
      clearSelection: () => xterm.clearSelection(),
    }),
  )
  const typeIn = (text: string): void => {
    xterm.paste(text)
    xterm.scrollToBottom()
  }

  // ── the element ───────────────────────────────────────────────────────
  let shownIn: HTMLElement | null = null
  let opened = false
  let disposed = false
  let giveBackGraphics = (): void => {}
  let graceTimer: ReturnType<typeof setTimeout> | null = null
  /** It is on the page, has a size and nothing lies over it: only then output flows and a size is told. */
  let seen = false
  let covered = false
  const look = (): void => {
    const before = seen
    seen = shownIn !== null && opened && !covered && element.clientWidth > 0 && element.clientHeight > 0
    if (seen) {
      if (graceTimer) clearTimeout(graceTimer)
      graceTimer = null
      // The size goes first, so that the first picture has it already.
      measure()
      feed.open()
    } else if (before) {
      resizer.pause()
      graceTimer ??= setTimeout(feed.close, graceMs)
    }
  }
  const observer = new ResizeObserver(look)

  const onPaste = (event: ClipboardEvent): void => {
    event.preventDefault()
    event.stopPropagation()
    screen.paste(event.clipboardData?.getData('text/plain') ?? '')
  }
  const open = (): void => {
    opened = true
    xterm.open(element)
    const { textarea } = xterm
    textarea?.addEventListener('focus', () => {
      feed.setFocused(true)
      resizer.claim()
      options.focused(screen)
    })
    textarea?.addEventListener('blur', () => feed.setFocused(false))
    textarea?.addEventListener('compositionend', (event) => (compositionEndedAt = event.timeStamp))
    element.addEventListener('mouseleave', () => forgetLinks(xterm))
    element.addEventListener('paste', onPaste, { capture: true })
    element.addEventListener('mouseup', () => {
      if (actions.copyOnSelection() && xterm.hasSelection()) screen.copySelection()
    })
  }
  const start = (host: HTMLElement): void => {
    if (shownIn !== host || disposed) return
    if (!opened) open()
    xterm.textarea?.setAttribute('aria-label', screen.owner?.name ?? '')
    giveBackGraphics()
    giveBackGraphics = takeGraphics(xterm)
    observer.observe(element)
    look()
    xterm.refresh(0, xterm.rows - 1)
  }
  const hide = (): void => {
    if (!shownIn) return
    shownIn = null
    observer.disconnect()
    look()
    feed.setFocused(false)
    giveBackGraphics()
    giveBackGraphics = () => {}
    state.setState({ link: null })
    element.remove()
  }

  const screen: Screen = {
    id,
    xterm,
    state,
    owner: null,
    get shown() {
      return shownIn !== null
    },
    setCovered: (next) => {
      covered = next
      look()
    },
    show: (host) => {
      shownIn = host
      host.append(element)
      if (opened) start(host)
      else void options.fontsReady.then(() => start(host))
      return () => {
        if (shownIn === host) hide()
      }
    },
    focus: () => {
      if (opened) xterm.focus()
      else void options.fontsReady.then(() => xterm.focus())
    },
    hasFocus: () => xterm.textarea !== undefined && document.activeElement === xterm.textarea,
    paste: (text) => {
      const clean = cleanPaste(text)
      if (clean === '' || !state.getState().alive) return
      if (pasteNeedsAsking(clean, xterm.modes.bracketedPasteMode)) state.setState({ paste: clean })
      else typeIn(clean)
    },
    answerPaste: (yes) => {
      const { paste } = state.getState()
      state.setState({ paste: null })
      if (yes && paste !== null) typeIn(paste)
      xterm.focus()
    },
    answerOffer: (yes) => {
      const { offer } = state.getState()
      state.setState({ offer: null })
      if (yes && offer !== null) actions.copy(offer)
      xterm.focus()
    },
    copySelection: () => {
      const text = xterm.getSelection()
      if (text === '') return false
      actions.copy(text)
      return true
    },
    find: (text, direction, { caseSensitive, regex }) => {
      if (text === '' || (regex && !isRegex(text))) {
        screen.endFind()
        if (text !== '') state.setState({ found: { index: -1, count: 0 } })
        return
      }
      // The search compares new options with themselves (addon-search 0.16.0) and would keep the old matches.
      const now = `${caseSensitive} ${regex}`
      if (now !== searched) search.clearDecorations()
      searched = now
      const findOptions = {
        caseSensitive,
        regex,
        decorations: {
          matchBackground: appearance.match,
          matchOverviewRuler: appearance.matchActive,
          activeMatchBackground: appearance.matchActive,
          activeMatchBorder: appearance.matchBorder,
          activeMatchColorOverviewRuler: appearance.matchBorder,
        },
      }
      if (direction === 'next') search.findNext(text, findOptions)
      else search.findPrevious(text, findOptions)
    },
    endFind: () => {
      search.clearDecorations()
      xterm.clearSelection()
      state.setState({ found: null })
    },
    clear: () => xterm.clear(),
    setAppearance: (next) => {
      appearance = next
      xterm.options.theme = next.theme
      xterm.options.fontFamily = next.fontFamily
      xterm.options.fontSize = next.fontSize
      xterm.options.scrollback = next.scrollback
      measure()
    },
    measureAgain: () => {
      // xterm measures anew when the name changes; a blank at its end changes nothing else.
      xterm.options.fontFamily = xterm.options.fontFamily?.endsWith(' ')
        ? appearance.fontFamily
        : `${appearance.fontFamily} `
      measure()
    },
    dispose: () => {
      disposed = true
      hide()
      if (graceTimer) clearTimeout(graceTimer)
      feed.dispose()
      xterm.dispose()
    },
  }
  return screen
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false // half typed
  }
}
