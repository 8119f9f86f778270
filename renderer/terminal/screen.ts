/**
 * One terminal in the page: an xterm, the stream that feeds it, and what the person does in it. Lives outside React;
 * a component lends it an element. Its picture is the host's: every byte, size and end comes in the host's order.
 */
import type { Client, StreamHandle } from '@contract/client.ts'
import type { SessionId, TerminalId } from '@contract/ids.ts'
import type { TerminalEvent } from '@contract/terminal.ts'
import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { anchorLines, findAnchor, type Anchor } from './anchor.ts'
import type { Appearance } from './appearance.ts'
import { safeAddress, type FileLink } from './file-links.ts'
import { takeGraphics } from './graphics.ts'
import { handleTerminalKey } from './keys.ts'
import { createFileLinkProvider } from './link-provider.ts'
import { cleanPaste, parseClipboardOffer, pasteNeedsAsking } from './paste.ts'
import { swallowQueries } from './queries.ts'
import { createResizer, usableSize, type Size } from './resize.ts'
import type { Lane, WriteScheduler } from './scheduler.ts'
import { createCharacterJoiner } from './utf8.ts'
import { guardErase, parseAtOnce } from './xterm-core.ts'

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

/** Empties the terminal; its old picture stands until the new one is whole, where the snapshot ends that by itself. */
const reset = new TextEncoder().encode('\x1bc\x1b[?2026h')
const plainReset = reset.subarray(0, 2)

export function createScreen(options: ScreenOptions): Screen {
  const { id, client, scheduler, actions } = options
  let { appearance } = options
  const state = createStore<ScreenState>(() => ({
    drawn: false,
    alive: true,
    exitCode: null,
    signal: null,
    problem: null,
    link: null,
    offer: null,
    paste: null,
    found: null,
  }))

  const element = document.createElement('div')
  element.style.cssText = 'position:absolute;inset:0'
  const mac = /mac|iphone|ipad/i.test(navigator.platform)

  const showLink = (target: string | null, event: MouseEvent): void => {
    const box = element.getBoundingClientRect()
    state.setState({
      link: target === null ? null : { target, x: event.clientX - box.left, y: event.clientY - box.top },
    })
  }
  const wantsLink = (event: MouseEvent): boolean => (mac ? event.metaKey : event.ctrlKey)
  const openAddress = (event: MouseEvent, text: string): void => {
    const address = safeAddress(text)
    if (address && wantsLink(event)) actions.openAddress(address)
  }

  const xterm = new Terminal({
    allowProposedApi: true,
    logLevel: 'off',
    cols: 80,
    rows: 24,
    scrollback: appearance.scrollback,
    fontFamily: appearance.fontFamily,
    fontSize: appearance.fontSize,
    theme: appearance.theme,
    lineHeight: 1,
    cursorBlink: false,
    cursorInactiveStyle: 'outline',
    drawBoldTextInBrightColors: false,
    minimumContrastRatio: 4.5,
    rescaleOverlappingGlyphs: true,
    macOptionClickForcesSelection: true,
    overviewRuler: { width: 10 },
    linkHandler: {
      activate: openAddress,
      hover: (event, text) => showLink(safeAddress(text), event),
      leave: (event) => showLink(null, event),
    },
  })
  const fit = new FitAddon()
  const search = new SearchAddon({ highlightLimit: 1000 })
  xterm.loadAddon(fit)
  xterm.loadAddon(search)
  xterm.loadAddon(new UnicodeGraphemesAddon())
  xterm.loadAddon(
    new WebLinksAddon(openAddress, {
      hover: (event, text) => showLink(safeAddress(text), event),
      leave: (event) => showLink(null, event),
    }),
  )
  xterm.registerLinkProvider(
    createFileLinkProvider(xterm, {
      wants: wantsLink,
      open: (link) => actions.openFile(id, link),
      hover: (link, event) => showLink(link && describe(link), event),
    }),
  )
  swallowQueries(xterm)
  guardErase(xterm)
  xterm.parser.registerOscHandler(52, (sequence) => {
    const offer = parseClipboardOffer(sequence)
    if (offer !== null && offer !== '' && !replaying) state.setState({ offer })
    return true
  })
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
    if (!shownIn || !opened || element.clientWidth === 0 || element.clientHeight === 0) return
    const size = fit.proposeDimensions()
    const usable = size ? usableSize(size.cols, size.rows) : null
    // A program that has ended redraws nothing: its text alone follows the pane.
    if (usable && !state.getState().alive) setSize(usable)
    else resizer.propose(usable)
  }

  // ── output ────────────────────────────────────────────────────────────
  const joiner = createCharacterJoiner()
  const lane: Lane = scheduler.addLane({
    write: (bytes, done) => {
      parseAtOnce(xterm, joiner.join(bytes))
      done()
    },
  })
  let stream: StreamHandle | null = null
  /** Running total of what is parsed, and the size it was parsed at: the same picture is not drawn twice. */
  let parsed = -1
  let replaying = false
  let anchor: Anchor | null = null

  const textAt = (line: number): string => xterm.buffer.active.getLine(line)?.translateToString(true) ?? ''
  const rememberPlace = (): void => {
    const { viewportY, baseY, type } = xterm.buffer.active
    anchor = null
    if (type !== 'normal' || viewportY >= baseY) return
    const texts = Array.from({ length: Math.min(anchorLines, baseY - viewportY) }, (_, row) => textAt(viewportY + row))
    anchor = { line: viewportY, texts }
  }
  const restorePlace = (): void => {
    const { baseY, length } = xterm.buffer.active
    if (anchor) xterm.scrollToLine(Math.min(baseY, findAnchor(anchor, length, textAt)))
    anchor = null
  }
  const ack = (total: number): void => {
    parsed = total
    const number = stream?.id
    if (typeof number === 'number') client.note('terminal.ack', { terminal: id, stream: number, total })
  }

  const drawSnapshot = (event: Extract<TerminalEvent, { kind: 'snapshot' }>, tail: Uint8Array | undefined): void => {
    const size = { cols: event.cols, rows: event.rows }
    const current =
      lane.waitingBytes === 0 && parsed === event.total && xterm.cols === size.cols && xterm.rows === size.rows
    state.setState({ alive: event.alive, exitCode: event.exitCode, problem: null })
    if (current) {
      resizer.settle(size)
      ack(event.total)
      state.setState({ drawn: true })
      measure()
      return
    }
    // What still waits is in the snapshot already.
    lane.clear()
    if (state.getState().drawn) rememberPlace()
    const synchronised = tail !== undefined && reset.every((byte, index) => tail[index] === byte)
    lane.push({
      kind: 'step',
      run: () => {
        replaying = true
        joiner.reset()
        parseAtOnce(xterm, synchronised ? reset : plainReset)
        // Before the picture, so that no line of it is wrapped anew; after the reset, so that no old line is either.
        setSize(size)
      },
    })
    if (tail && tail.length > 0) lane.push({ kind: 'bytes', bytes: tail })
    lane.push({
      kind: 'step',
      run: () => {
        replaying = false
        restorePlace()
        ack(event.total)
        state.setState({ drawn: true })
        measure()
      },
    })
  }

  const openStream = (): void => {
    if (stream) return
    stream = client.open(
      'terminal.output',
      { terminal: id },
      {
        event: (event, tail) => {
          switch (event.kind) {
            case 'snapshot':
              drawSnapshot(event, tail)
              return
            case 'output':
              lane.push({ kind: 'bytes', bytes: tail ?? new Uint8Array(), after: () => ack(event.total) })
              return
            case 'resized':
              lane.push({ kind: 'step', run: () => setSize(event) })
              return
            case 'exited':
              lane.push({
                kind: 'step',
                run: () => state.setState({ alive: false, exitCode: event.exitCode, signal: event.signal }),
              })
          }
        },
        end: (problem) => {
          stream = null
          if (problem) state.setState({ problem: problem.message })
        },
      },
    )
  }
  const closeStream = (): void => {
    stream?.close()
    stream = null
    // Bytes that were not parsed come again with the next snapshot.
    if (lane.waitingBytes > 0) parsed = -1
    lane.clear()
    if (replaying) parsed = -1
    replaying = false
  }

  // ── input ─────────────────────────────────────────────────────────────
  const send = (text: string): void => {
    for (let at = 0; at < text.length; at += inputPart) {
      client.note('terminal.input', { terminal: id, text: text.slice(at, at + inputPart) })
    }
  }
  xterm.onData((text) => {
    // Drawing an old screen again turns focus reports on; the program got that report long ago.
    if (replaying && /^\x1b\[[IO]$/.test(text)) return // eslint-disable-line no-control-regex
    send(text)
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
      mac,
      windows: /win/i.test(navigator.platform),
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
  const observer = new ResizeObserver(() => measure())

  const open = (): void => {
    if (opened || disposed || !shownIn) return
    opened = true
    xterm.open(element)
    const { textarea } = xterm
    textarea?.setAttribute('aria-label', screen.owner?.name ?? '')
    textarea?.addEventListener('focus', () => {
      lane.setFocused(true)
      resizer.claim()
      options.focused(screen)
    })
    textarea?.addEventListener('blur', () => lane.setFocused(false))
    textarea?.addEventListener('compositionend', (event) => (compositionEndedAt = event.timeStamp))
    element.addEventListener('paste', onPaste, { capture: true })
    element.addEventListener('mouseup', onMouseUp)
  }
  const onPaste = (event: ClipboardEvent): void => {
    event.preventDefault()
    event.stopPropagation()
    screen.paste(event.clipboardData?.getData('text/plain') ?? '')
  }
  const onMouseUp = (): void => {
    if (actions.copyOnSelection() && xterm.hasSelection()) screen.copySelection()
  }

  const hide = (): void => {
    if (!shownIn) return
    shownIn = null
    observer.disconnect()
    resizer.pause()
    lane.setFocused(false)
    giveBackGraphics()
    giveBackGraphics = () => {}
    state.setState({ link: null })
    element.remove()
    graceTimer = setTimeout(closeStream, graceMs)
  }

  const screen: Screen = {
    id,
    xterm,
    state,
    owner: null,
    get shown() {
      return shownIn !== null
    },
    show: (host) => {
      if (graceTimer) clearTimeout(graceTimer)
      graceTimer = null
      shownIn = host
      host.append(element)
      const start = (): void => {
        if (shownIn !== host || disposed) return
        open()
        observer.observe(element)
        giveBackGraphics()
        giveBackGraphics = takeGraphics(xterm)
        xterm.textarea?.setAttribute('aria-label', screen.owner?.name ?? '')
        // The size goes first, so that the first picture has it already.
        measure()
        openStream()
        if (opened) xterm.refresh(0, xterm.rows - 1)
      }
      if (opened) start()
      else void options.fontsReady.then(start)
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
    },
    copySelection: () => {
      const text = xterm.getSelection()
      if (text === '') return false
      actions.copy(text)
      return true
    },
    find: (text, direction, { caseSensitive, regex }) => {
      const findOptions = {
        caseSensitive,
        regex: regex && isRegex(text),
        incremental: false,
        decorations: {
          matchBackground: appearance.match,
          matchOverviewRuler: appearance.matchActive,
          activeMatchBackground: appearance.matchActive,
          activeMatchBorder: appearance.matchBorder,
          activeMatchColorOverviewRuler: appearance.matchBorder,
        },
      }
      if (text === '' || (regex && !isRegex(text))) {
        search.clearDecorations()
        xterm.clearSelection()
        state.setState({ found: text === '' ? null : { index: -1, count: 0 } })
      } else if (direction === 'next') search.findNext(text, findOptions)
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
    dispose: () => {
      disposed = true
      hide()
      if (graceTimer) clearTimeout(graceTimer)
      closeStream()
      lane.remove()
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

/** What is shown of a place in a file. */
function describe(link: FileLink): string {
  const line = link.line === undefined ? '' : `:${link.line}`
  return `${link.path}${line}${link.column === undefined ? '' : `:${link.column}`}`
}
