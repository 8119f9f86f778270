/** The editor's colours, made from the tokens of theme.css as they are at this moment, and made again when they change. */
import type { editor } from 'monaco-editor/editor/editor.api.js'
import type { Monaco } from './monaco.ts'

/** Reads a colour token as `#rrggbb` or `#rrggbbaa`, whatever notation it is written in. */
export type ReadToken = (name: string) => string

/** `rgb(1 2 3 / 50%)`, `rgb(1, 2, 3)`, `rgba(…)` and `color(srgb 0 0 0 / 1)` as a hex colour; black for anything else. */
export function colourToHex(text: string): string {
  const numbers = (text.match(/-?\d*\.?\d+(?:e-?\d+)?%?/g) ?? []).map((part) => ({
    value: Number.parseFloat(part),
    percent: part.endsWith('%'),
  }))
  const scale = text.startsWith('color(') ? 255 : 1
  const hex = (value: number): string =>
    Math.round(Math.min(255, Math.max(0, value)))
      .toString(16)
      .padStart(2, '0')
  if (numbers.length < 3) return '#000000'
  const channels = numbers.slice(0, 3).map((part) => hex(part.percent ? part.value * 2.55 : part.value * scale))
  const alpha = numbers[3]
  const opacity = alpha ? (alpha.percent ? alpha.value / 100 : alpha.value) : 1
  return `#${channels.join('')}${opacity < 1 ? hex(opacity * 255) : ''}`
}

/** Opacity of a changed line, of changed words on it, and of the line's number: light enough for 4.5 : 1 of all code. */
export const lineMark = 0.08
export const wordMark = 0.15
const gutterMark = 0.16

/** `share` of `other` mixed into `colour`; both `#rrggbb`. */
export function mixColours(colour: string, other: string, share: number): string {
  const part = (text: string, at: number): number => Number.parseInt(text.slice(at, at + 2), 16)
  return `#${[1, 3, 5]
    .map((at) => Math.round(part(colour, at) * (1 - share) + part(other, at) * share))
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('')}`
}

/** A theme for `defineTheme`. Pure but for `read`. */
export function buildTheme(dark: boolean, read: ReadToken): editor.IStandaloneThemeData {
  const see = (colour: string, alpha: number): string => {
    const opaque = colour.slice(0, 7)
    return `${opaque}${Math.round(alpha * 255)
      .toString(16)
      .padStart(2, '0')}`
  }
  const text = read('--text-1')
  const quiet = read('--text-3')
  const surface = read('--surface-2')
  const added = read('--added')
  const removed = read('--removed')
  const accent = read('--accent')
  const hairline = read('--hairline')
  // A little of the text's own colour in each, so that code stays legible on marked words.
  const rule = (token: string, colour: string, fontStyle?: string): editor.ITokenThemeRule => ({
    token,
    foreground: mixColours(colour, text, 0.2).slice(1),
    ...(fontStyle === undefined ? {} : { fontStyle }),
  })
  return {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      rule('', text),
      rule('comment', read('--text-2'), 'italic'),
      rule('keyword', read('--state-question')),
      rule('string', read('--added')),
      rule('string.invalid', read('--removed')),
      rule('number', read('--state-approval')),
      rule('regexp', read('--state-approval')),
      rule('type', read('--state-working')),
      rule('tag', read('--state-working')),
      rule('metatag', read('--state-working')),
      rule('attribute.name', read('--accent')),
      rule('attribute.value', read('--added')),
      rule('annotation', read('--accent')),
      rule('delimiter', read('--text-2')),
      rule('variable', text),
    ],
    colors: {
      'editor.background': surface,
      'editor.foreground': text,
      'editorGutter.background': surface,
      'editorLineNumber.foreground': mixColours(quiet, text, 0.25),
      'editorLineNumber.activeForeground': text,
      'editor.lineHighlightBackground': see(read('--surface-3'), 0.5),
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': see(accent, dark ? 0.35 : 0.25),
      'editor.inactiveSelectionBackground': see(accent, 0.15),
      'editor.findMatchBackground': see(accent, 0.45),
      'editor.findMatchHighlightBackground': see(accent, 0.22),
      'editorWidget.background': read('--surface-1'),
      'editorWidget.foreground': text,
      'editorWidget.border': hairline,
      'editorHoverWidget.background': read('--surface-1'),
      'editorHoverWidget.border': hairline,
      'input.background': surface,
      'input.foreground': text,
      'input.border': read('--hairline-strong'),
      'quickInput.background': read('--surface-1'),
      'quickInput.foreground': text,
      focusBorder: accent,
      'editorWhitespace.foreground': see(quiet, 0.6),
      'editorIndentGuide.background1': hairline,
      'editorIndentGuide.activeBackground1': read('--hairline-strong'),
      'editorBracketMatch.background': see(accent, 0.15),
      'editorBracketMatch.border': see(accent, 0.6),
      'editorUnicodeHighlight.border': read('--state-approval'),
      'editorUnicodeHighlight.background': see(read('--state-approval'), 0.18),
      'scrollbarSlider.background': see(quiet, 0.28),
      'scrollbarSlider.hoverBackground': see(quiet, 0.42),
      'scrollbarSlider.activeBackground': see(quiet, 0.55),
      'scrollbar.shadow': '#00000000',
      'diffEditor.insertedLineBackground': see(added, lineMark),
      'diffEditor.insertedTextBackground': see(added, wordMark),
      'diffEditor.removedLineBackground': see(removed, lineMark),
      'diffEditor.removedTextBackground': see(removed, wordMark),
      'diffEditorGutter.insertedLineBackground': see(added, gutterMark),
      'diffEditorGutter.removedLineBackground': see(removed, gutterMark),
      'diffEditorOverview.insertedForeground': see(added, 0.7),
      'diffEditorOverview.removedForeground': see(removed, 0.7),
      'diffEditor.diagonalFill': see(quiet, 0.16),
      'diffEditor.border': hairline,
      'diffEditor.unchangedRegionBackground': read('--surface-1'),
      'diffEditor.unchangedRegionForeground': read('--text-2'),
      'diffEditor.unchangedCodeBackground': '#00000000',
      'diffEditor.unchangedRegionShadow': '#00000000',
      'editorOverviewRuler.border': hairline,
      'widget.shadow': '#00000030',
    },
  }
}

const themeName = 'quarterdeck'

/** Applies the tokens now and at each change of theme; returns what ends that. */
export function followTheme(monaco: Monaco): () => void {
  const root = document.documentElement
  const probe = document.createElement('span')
  probe.hidden = true
  root.append(probe)
  const read: ReadToken = (name) => {
    probe.style.color = `var(${name})`
    return colourToHex(getComputedStyle(probe).color)
  }
  const apply = (): void => {
    const background = read('--surface-2')
    const dark = Number.parseInt(background.slice(1, 3), 16) < 128
    monaco.editor.defineTheme(themeName, buildTheme(dark, read))
    monaco.editor.setTheme(themeName)
  }
  apply()
  const observer = new MutationObserver(apply)
  observer.observe(root, { attributes: true, attributeFilter: ['data-theme'] })
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', apply)
  return () => {
    observer.disconnect()
    system.removeEventListener('change', apply)
    probe.remove()
  }
}

/** The code font of theme.css, resolved. */
export function readCodeFont(): string {
  const probe = document.createElement('span')
  probe.hidden = true
  probe.style.fontFamily = 'var(--font-code)'
  document.body.append(probe)
  const family = getComputedStyle(probe).fontFamily
  probe.remove()
  return family
}
