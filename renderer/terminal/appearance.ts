import type { Settings } from '@contract/settings.ts'
import type { TerminalColours } from '@contract/terminal.ts'
import type { ITheme } from '@xterm/xterm'
import './ansi.css'
import './symbols.css'
import { colourToHex } from './appearance-colour.ts'

/** How terminals look: tokens and settings, resolved. */
export interface Appearance {
  theme: ITheme
  /** What programs are told when they ask. */
  colours: TerminalColours
  /** Search marks, `#rrggbb`. */
  match: string
  matchActive: string
  matchBorder: string
  fontFamily: string
  fontSize: number
  scrollback: number
}

const ansiNames = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** Reads the tokens as they stand now: `light-dark()` is resolved only where a property uses it. */
export function readAppearance(settings: Settings | null): Appearance {
  const probe = document.createElement('span')
  probe.style.display = 'none'
  document.body.append(probe)
  const colour = (token: string, otherwise: string): string => {
    probe.style.color = `var(${token})`
    return colourToHex(getComputedStyle(probe).color) ?? otherwise
  }
  const foreground = colour('--terminal-foreground', '#e6e1d8')
  const background = colour('--terminal-background', '#141311')
  const cursor = colour('--accent', foreground)
  const theme: ITheme = {
    foreground,
    background,
    cursor,
    cursorAccent: background,
    selectionBackground: `${cursor}55`,
    selectionInactiveBackground: `${cursor}33`,
    scrollbarSliderBackground: `${foreground}33`,
    scrollbarSliderHoverBackground: `${foreground}55`,
    scrollbarSliderActiveBackground: `${foreground}77`,
    overviewRulerBorder: background,
  }
  for (const name of ansiNames) {
    theme[name] = colour(`--ansi-${name}`, foreground)
    theme[`bright${capital(name)}` as 'brightBlack'] = colour(`--ansi-bright-${name}`, foreground)
  }
  const match = colour('--terminal-match', cursor)
  const matchActive = colour('--terminal-match-active', cursor)
  const own = getComputedStyle(document.documentElement).getPropertyValue('--font-code').trim() || 'monospace'
  probe.remove()
  const chosen = settings?.terminalFontFamily.trim() ?? ''
  return {
    theme,
    colours: { foreground, background, cursor },
    match,
    matchActive,
    matchBorder: cursor,
    // A name from the settings is quoted, so that it stays one name; the bundled fonts follow for what it lacks.
    fontFamily: chosen === '' ? own : `${JSON.stringify(chosen.replaceAll(/["\\]/g, ''))}, ${own}`,
    fontSize: settings?.terminalFontSize ?? 13,
    scrollback: settings?.scrollbackLines ?? 20_000,
  }
}

/** Tells when the tokens may have changed: the theme attribute, the system's scheme. */
export function watchAppearance(changed: () => void): () => void {
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  scheme.addEventListener('change', changed)
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'style', 'class'] })
  return () => {
    scheme.removeEventListener('change', changed)
    observer.disconnect()
  }
}
