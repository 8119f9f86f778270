import { readFile } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

const place = z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int(), maximized: z.boolean() })
/** Where the window was, and whether it filled its display. */
export type WindowPlace = z.infer<typeof place>

export const smallestWindow = { width: 480, height: 360 }
const firstSize = { width: 1440, height: 900 }
/** So much of the window's top has to be on a display for the person to get hold of it. */
const gripWidth = 120
const gripHeight = 40

function overlap(a: Rectangle, b: Rectangle): { width: number; height: number } {
  return {
    width: Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
    height: Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
  }
}

/** Where the window opens: where it was while that can still be reached, else in the middle of the first display. */
export function placeWindow(last: WindowPlace | null, displays: readonly Rectangle[]): Rectangle {
  for (const display of displays) {
    if (!last) break
    const size = {
      width: Math.max(smallestWindow.width, Math.min(last.width, display.width)),
      height: Math.max(smallestWindow.height, Math.min(last.height, display.height)),
    }
    const seen = overlap({ x: last.x, y: last.y, width: size.width, height: gripHeight }, display)
    if (seen.width >= gripWidth && seen.height >= gripHeight / 2) return { x: last.x, y: last.y, ...size }
  }
  const display = displays[0] ?? { x: 0, y: 0, ...firstSize }
  const width = Math.max(smallestWindow.width, Math.min(last?.width ?? firstSize.width, display.width))
  const height = Math.max(smallestWindow.height, Math.min(last?.height ?? firstSize.height, display.height))
  return {
    x: display.x + Math.round((display.width - width) / 2),
    y: display.y + Math.round((display.height - height) / 2),
    width,
    height,
  }
}

export async function loadWindowPlace(path: string): Promise<WindowPlace | null> {
  try {
    const parsed = place.safeParse(JSON.parse(await readFile(path, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null // the first start, or a file that is none: the window opens in the middle
  }
}

export function saveWindowPlace(path: string, value: WindowPlace): Promise<void> {
  return writeFileAtomic(path, `${JSON.stringify(value)}\n`)
}
