import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import type { Appearance } from './appearance.ts'
import { safeAddress, type FileLink } from './file-links.ts'
import { createFileLinkProvider } from './link-provider.ts'
import { parseClipboardOffer } from './paste.ts'
import { swallowQueries } from './queries.ts'
import { boundCounts, guardErase } from './xterm-core.ts'

export interface XtermHandlers {
  openAddress(url: string): void
  openFile(link: FileLink): void
  /** Where the link under the pointer leads; null when it leaves. */
  overLink(target: string | null, event: MouseEvent): void
  /** The program offers text for the clipboard. */
  offer(text: string): void
}

export interface MadeXterm {
  xterm: Terminal
  fit: FitAddon
  search: SearchAddon
}

export const onMac = /mac|iphone|ipad/i.test(navigator.platform)
export const onWindows = /win/i.test(navigator.platform)

/** An xterm as the deck wants it: quiet, with links, search and grapheme widths, and silent where the host answers. */
export function makeXterm(appearance: Appearance, handlers: XtermHandlers): MadeXterm {
  // A plain click gives focus or selects; only with the modifier it follows a link.
  const wantsLink = (event: MouseEvent): boolean => (onMac ? event.metaKey : event.ctrlKey)
  const openAddress = (event: MouseEvent, text: string): void => {
    const address = safeAddress(text)
    if (address && wantsLink(event)) handlers.openAddress(address)
  }
  const hover = (event: MouseEvent, text: string): void => handlers.overLink(safeAddress(text), event)
  const leave = (event: MouseEvent): void => handlers.overLink(null, event)

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
    linkHandler: { activate: openAddress, hover, leave },
  })
  const fit = new FitAddon()
  const search = new SearchAddon({ highlightLimit: 1000 })
  xterm.loadAddon(fit)
  xterm.loadAddon(search)
  xterm.loadAddon(new UnicodeGraphemesAddon())
  xterm.loadAddon(new WebLinksAddon(openAddress, { hover, leave }))
  xterm.registerLinkProvider(
    createFileLinkProvider(xterm, {
      wants: wantsLink,
      open: handlers.openFile,
      hover: (link, event) => handlers.overLink(link && describe(link), event),
    }),
  )
  swallowQueries(xterm)
  guardErase(xterm)
  boundCounts(xterm)
  xterm.parser.registerOscHandler(52, (sequence) => {
    const text = parseClipboardOffer(sequence)
    if (text !== null && text !== '') handlers.offer(text)
    return true
  })
  return { xterm, fit, search }
}

/** What is shown of a place in a file. */
function describe(link: FileLink): string {
  const line = link.line === undefined ? '' : `:${link.line}`
  return `${link.path}${line}${link.column === undefined ? '' : `:${link.column}`}`
}
