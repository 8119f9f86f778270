/**
 * How far a viewer may run ahead of its acknowledgements. Pure: a terminal's bytes never wait for a viewer; one that falls
 * behind what is still held loses its place and is given a snapshot when it has caught its breath.
 */

export interface FlowLimits {
  /** Unacknowledged bytes at which sending stops. */
  highBytes: number
  /** Unacknowledged bytes at which it goes on again. */
  lowBytes: number
  /** The largest piece sent at once. */
  frameBytes: number
}

/** 1 MiB is about 30 ms of drawing for the page: enough to keep it busy, little enough that a Ctrl-C shows at once. */
export const flowLimits: FlowLimits = { highBytes: 1024 * 1024, lowBytes: 256 * 1024, frameBytes: 64 * 1024 }

/** Where a viewer stands. All numbers are running totals of the terminal's output. */
export interface ViewerFlow {
  /** Everything up to here was sent, as bytes or drawn into a snapshot. -1: nothing yet. */
  sent: number
  /** Everything up to here is drawn. May lie below `sent` by the weight of a snapshot. */
  acked: number
  /** Past the high-water mark and not yet down to the low one. */
  held: boolean
}

export type FlowStep =
  | { kind: 'idle' }
  | { kind: 'held' }
  | { kind: 'send'; from: number; to: number }
  | { kind: 'snapshot' }

/** A viewer that has seen nothing: its first step is a snapshot. */
export const newViewerFlow: ViewerFlow = { sent: -1, acked: -1, held: false }

/** What to do next for a viewer, given the bytes that are held: `start` to `end`. */
export function nextStep(
  flow: ViewerFlow,
  held: { start: number; end: number },
  limits: FlowLimits = flowLimits,
): FlowStep {
  if (flow.held) return { kind: 'held' }
  if (flow.sent < held.start) return { kind: 'snapshot' }
  if (flow.sent >= held.end) return { kind: 'idle' }
  return { kind: 'send', from: flow.sent, to: Math.min(held.end, flow.sent + limits.frameBytes) }
}

/** After bytes up to `to` were sent. */
export function afterSend(flow: ViewerFlow, to: number, limits: FlowLimits = flowLimits): ViewerFlow {
  const sent = Math.max(flow.sent, to)
  return { sent, acked: flow.acked, held: sent - flow.acked >= limits.highBytes }
}

/** After a snapshot at `total` of `sizeBytes`: it weighs as so many bytes until `total` is acknowledged. */
export function afterSnapshot(total: number, sizeBytes: number, limits: FlowLimits = flowLimits): ViewerFlow {
  const acked = total - sizeBytes
  return { sent: total, acked, held: sizeBytes >= limits.highBytes }
}

/** After an acknowledgement. A total beyond what was sent counts as what was sent; a lower one than before changes nothing. */
export function afterAck(flow: ViewerFlow, total: number, limits: FlowLimits = flowLimits): ViewerFlow {
  if (!Number.isFinite(total)) return flow
  const acked = Math.max(flow.acked, Math.min(total, flow.sent))
  const behind = flow.sent - acked
  return { sent: flow.sent, acked, held: flow.held ? behind > limits.lowBytes : behind >= limits.highBytes }
}

/** How much of the stream must be held for its viewers: from the rearmost of them, but no more than `maxBytes`. */
export function holdFrom(flows: Iterable<ViewerFlow>, end: number, maxBytes: number): number {
  let from = end
  for (const flow of flows) if (flow.sent >= 0 && flow.sent < from) from = flow.sent
  return Math.max(from, end - maxBytes)
}
