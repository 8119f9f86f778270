import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'

const css = await readFile(new URL('../../renderer/theme.css', import.meta.url), 'utf8')

/** Both values of each token of the table. */
function tokens(): Map<string, { light: string; dark: string }> {
  const found = css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)/g)
  return new Map([...found].map(([, name, light, dark]) => [name ?? '', { light: light ?? '', dark: dark ?? '' }]))
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const table = tokens()
const grounds = ['surface-0', 'surface-1', 'surface-2', 'surface-3', 'selection']
const texts = [
  'text-1',
  'text-2',
  'text-3',
  'state-approval',
  'state-question',
  'state-working',
  'state-finished',
  'state-failed',
  'state-quiet',
  'added',
  'removed',
  'danger',
]

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const value = (name: string): string => table.get(name)?.[theme] ?? ''

  test.each(texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)))(
    '%s can be read on %s (4.5 : 1)',
    (text, ground) => {
      expect(contrast(value(text), value(ground))).toBeGreaterThanOrEqual(4.5)
    },
  )

  test('the words on a primary button, and added and removed lines on their grounds, can be read', () => {
    expect(contrast(value('accent-text'), value('accent'))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(value('added'), value('added-soft'))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(value('removed'), value('removed-soft'))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(value('text-1'), value('accent-soft'))).toBeGreaterThanOrEqual(4.5)
  })

  test('the focus ring stands out from every ground (3 : 1)', () => {
    for (const ground of grounds) expect(contrast(value('accent'), value(ground))).toBeGreaterThanOrEqual(3)
  })
})
