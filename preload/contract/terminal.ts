import { z } from 'zod'
import { terminalId } from './ids.ts'

/**
 * Events of `terminal.output`. Byte counts are running totals over the terminal's whole life, so that a lost or
 * doubled acknowledgement heals with the next one.
 */
export type TerminalEvent =
  /** Tail: an escape-sequence text that draws scrollback and screen on a reset terminal. Also sent again after a viewer fell behind. */
  | {
      kind: 'snapshot'
      cols: number
      rows: number
      total: number
      alive: boolean
      exitCode: number | null
      title: string
      /** Only the end of the scrollback, in the middle of a flood; one with all of it follows when the flood ebbs. */
      partial?: boolean
    }
  /** Tail: the next bytes; `total` counts those up to their end. */
  | { kind: 'output'; total: number }
  | { kind: 'resized'; cols: number; rows: number }
  | { kind: 'exited'; exitCode: number | null; signal: number | null }

export const terminalSize = z.object({
  cols: z.int().min(2).max(1000),
  rows: z.int().min(1).max(500),
})

/** Keystrokes and pastes as text; the tail of the note is used instead for mouse reports that are not UTF-8. */
export const terminalInput = z.object({ terminal: terminalId, text: z.string().max(4_000_000) })

/** The page has drawn everything up to the running total. */
export const terminalAck = z.object({ terminal: terminalId, stream: z.int(), total: z.number().nonnegative() })

/** Colours a program gets when it asks (OSC 10, 11, 12), `#rrggbb`. */
export const terminalColours = z.object({
  foreground: z.string().regex(/^#[0-9a-f]{6}$/i),
  background: z.string().regex(/^#[0-9a-f]{6}$/i),
  cursor: z.string().regex(/^#[0-9a-f]{6}$/i),
})
export type TerminalColours = z.infer<typeof terminalColours>
