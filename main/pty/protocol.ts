/**
 * What the pty host and its clients say to each other, over a local socket, in frames of `@contract/wire.ts`.
 * The hello of both sides and `shutdown` never change their shape: they are how builds of different versions part in peace.
 */
import { terminalId } from '@contract/ids.ts'
import { terminalColours, type TerminalEvent } from '@contract/terminal.ts'
import { z } from 'zod'
import type { PtyEvent } from './pty-client.ts'

/** Raised with every change that an older host or client would misunderstand. */
export const ptyProtocol = 1

export const sizeLimits = { minCols: 2, maxCols: 1000, minRows: 1, maxRows: 500 }

const size = { cols: z.number(), rows: z.number() }
const callId = z.int().nonnegative()

export const ptySpawn = z.object({
  id: terminalId,
  file: z.string().min(1).max(4096),
  args: z.array(z.string().max(1_000_000)).max(10_000),
  cwd: z.string().min(1).max(4096),
  env: z.record(z.string(), z.string()),
  ...size,
  scrollbackLines: z.int().min(0).max(1_000_000),
  continueJournal: z.boolean().optional(),
})

const about = z.object({ id: terminalId })

export const hostRequest = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), protocol: z.int() }),
  z.object({ t: z.literal('shutdown'), id: callId }),
  z.object({ t: z.literal('list'), id: callId }),
  z.object({ t: z.literal('info'), id: callId, params: about }),
  z.object({ t: z.literal('spawn'), id: callId, params: ptySpawn }),
  z.object({ t: z.literal('kill'), id: callId, params: about }),
  z.object({ t: z.literal('forget'), id: callId, params: about }),
  z.object({ t: z.literal('text'), id: callId, params: about.extend({ what: z.enum(['screen', 'all']) }) }),
  z.object({ t: z.literal('attach'), id: callId, params: about.extend({ viewer: z.int().nonnegative() }) }),
  z.object({ t: z.literal('detach'), viewer: z.int().nonnegative() }),
  z.object({ t: z.literal('ack'), viewer: z.int().nonnegative(), total: z.number() }),
  z.object({ t: z.literal('write'), terminal: terminalId }),
  z.object({ t: z.literal('paste'), terminal: terminalId, text: z.string(), enter: z.boolean() }),
  z.object({ t: z.literal('resize'), terminal: terminalId, ...size }),
  z.object({ t: z.literal('colours'), colours: terminalColours }),
])
export type HostRequest = z.infer<typeof hostRequest>
export type HostCall = Extract<HostRequest, { id: number }>

export interface HostHello {
  t: 'hello'
  protocol: number
  pid: number
  /** Terminals whose program runs. */
  live: number
}

export type HostMessage =
  | HostHello
  | { t: 'reply'; id: number; value: unknown }
  /** The host could not do it: a bug, told in its log. */
  | { t: 'failed'; id: number; message: string }
  | { t: 'event'; event: PtyEvent }
  | { t: 'view'; viewer: number; event: TerminalEvent }

/** A size as programs can take it. */
export function clampSize(cols: number, rows: number): { cols: number; rows: number } {
  const whole = (value: number, low: number, high: number): number =>
    Math.max(low, Math.min(high, Number.isFinite(value) ? Math.round(value) : low))
  return {
    cols: whole(cols, sizeLimits.minCols, sizeLimits.maxCols),
    rows: whole(rows, sizeLimits.minRows, sizeLimits.maxRows),
  }
}
