import type { FileDiff } from '@contract/diff.ts'

/**
 * How a text may be shown without the page standing still. `full`: everything. `plain`: no syntax colours, no wrapping,
 * no word-level marks inside very long lines. `held`: only after the person asked for it.
 */
export type SizeTier = 'full' | 'plain' | 'held'

export interface TextMeasure {
  characters: number
  lines: number
  longestLine: number
}

/** Monaco colours lines up to 20,000 characters and slows down in files of some megabytes; measured on two cores. */
export const plainAbove: TextMeasure = { characters: 2_000_000, lines: 60_000, longestLine: 5_000 }
export const heldAbove: TextMeasure = { characters: 12_000_000, lines: 400_000, longestLine: 400_000 }
/** More removed lines than this are not drawn inline: the editor would lay them all out at once. */
export const inlineRemovedLimit = 3_000

export function measureText(text: string | null): TextMeasure {
  if (text === null) return { characters: 0, lines: 0, longestLine: 0 }
  let lines = 1
  let longestLine = 0
  let from = 0
  for (;;) {
    const next = text.indexOf('\n', from)
    longestLine = Math.max(longestLine, (next === -1 ? text.length : next) - from)
    if (next === -1) break
    lines++
    from = next + 1
  }
  return { characters: text.length, lines, longestLine }
}

export function joinMeasures(one: TextMeasure, other: TextMeasure): TextMeasure {
  return {
    characters: Math.max(one.characters, other.characters),
    lines: Math.max(one.lines, other.lines),
    longestLine: Math.max(one.longestLine, other.longestLine),
  }
}

export function chooseTier(measure: TextMeasure): SizeTier {
  const exceeds = (limit: TextMeasure): boolean =>
    measure.characters > limit.characters || measure.lines > limit.lines || measure.longestLine > limit.longestLine
  if (exceeds(heldAbove)) return 'held'
  return exceeds(plainAbove) ? 'plain' : 'full'
}

/** What a text diff shows one side of: a new or deleted file needs no comparison. */
export function onlySide(diff: Extract<FileDiff, { kind: 'text' }>): 'old' | 'new' | null {
  if (diff.old === null) return 'new'
  return diff.new === null ? 'old' : null
}
