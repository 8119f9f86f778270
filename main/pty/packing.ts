/**
 * A screen nobody looks at and nothing is printed on, kept as a packed picture: 20,000 lines weigh some hundred kilobytes then
 * instead of some thirty megabytes. Unpacked it goes on exactly where it was.
 */
import { promisify } from 'node:util'
import { constants, deflate, inflate } from 'node:zlib'
import type { Screen } from './screen.ts'

const pack = promisify(deflate)
const unpack = promisify(inflate)

export interface PackedScreen {
  picture: Buffer
  cols: number
  rows: number
  total: number
  bracketedPaste: boolean
  alternateScreen: boolean
  /** The program is told when the colours turn from dark to light. */
  followsColours: boolean
}

/** Screens with fewer lines are not worth it: about 3 MB at 120 columns. */
export const minPackedLines = 2000

/** The screen packed, or `null` when it changed meanwhile; the screen itself stays as it is. */
export async function packScreen(screen: Screen, followsColours: boolean): Promise<PackedScreen | null> {
  const { cols, rows, fed, bracketedPaste, alternateScreen } = screen
  const picture = await pack(screen.draw(Number.POSITIVE_INFINITY), { level: constants.Z_BEST_SPEED })
  if (screen.fed !== fed || screen.cols !== cols || screen.rows !== rows) return null
  return { picture, cols, rows, total: fed, bracketedPaste, alternateScreen, followsColours }
}

/** Draws what was packed on a fresh screen of its size. */
export async function unpackOn(fresh: Screen, packed: PackedScreen): Promise<void> {
  fresh.feed(await unpack(packed.picture))
  fresh.countFrom(packed.total)
}
