/** One page that looks at a terminal: what it was sent, what it has drawn, what comes next for it. */
import type { TerminalEvent } from '@contract/terminal.ts'
import { afterAck, afterSend, afterSnapshot, newViewerFlow, nextStep, type ViewerFlow } from './flow.ts'
import type { Link } from './link.ts'
import type { RecentBytes } from './recent-bytes.ts'
import { characterEnd } from './scan.ts'
import type { Screen } from './screen.ts'

/** What a viewer needs of its terminal. */
export interface Viewed {
  readonly recent: RecentBytes
  readonly screen: Screen
  readonly alive: boolean
  readonly exitCode: number | null
  readonly signal: number | null
  readonly title: string
  /** Size changes, in order, with the running totals at which they came. */
  readonly resizes: readonly { number: number; at: number; cols: number; rows: number }[]
  readonly lastResize: number
  /** Output is pouring: whoever falls behind now gets short pictures until it ebbs. */
  readonly pouring: boolean
}

/** Scrollback of a picture in the middle of a flood, of which most has scrolled away before it is seen. */
const briefLines = 500

export class Viewer {
  flow: ViewerFlow = newViewerFlow
  /** The last picture had only the end of the scrollback; the whole one follows. */
  brief = false
  briefSince = 0
  readonly link: Link
  readonly number: number
  #resize = 0
  #saidExit = false

  constructor(link: Link, number: number) {
    this.link = link
    this.number = number
  }

  ack(total: number): void {
    this.flow = afterAck(this.flow, total)
  }

  /** The next step is a picture of everything. */
  startAgain(): void {
    this.flow = newViewerFlow
    this.#saidExit = false
  }

  /** Sends one piece; false when there is none to send now. */
  step(viewed: Viewed): boolean {
    if (this.link.closed || this.link.congested) return false
    const { recent, screen } = viewed
    const step = nextStep(this.flow, { start: recent.start, end: screen.fed })
    switch (step.kind) {
      case 'held':
        return false
      case 'snapshot':
        this.#sendSnapshot(viewed)
        return true
      case 'idle': {
        if (this.#sendResize(viewed)) return true
        if (viewed.alive || this.#saidExit) return false
        this.#saidExit = true
        this.#send({ kind: 'exited', exitCode: viewed.exitCode, signal: viewed.signal })
        return true
      }
      case 'send': {
        if (this.#sendResize(viewed)) return true
        const resize = viewed.resizes.find((each) => each.number > this.#resize)
        const limit = resize ? Math.min(step.to, resize.at) : step.to
        const bytes = recent.read(step.from, Math.min(limit + 4, screen.fed))
        // xterm loses characters that are cut after a byte of 0x80; frames end with whole ones.
        const end = step.from + characterEnd(bytes, limit - step.from)
        this.#send({ kind: 'output', total: end }, bytes.subarray(0, end - step.from))
        this.flow = afterSend(this.flow, end)
        return true
      }
    }
  }

  #sendResize(viewed: Viewed): boolean {
    const resize = viewed.resizes.find((each) => each.number > this.#resize)
    if (!resize || this.flow.sent < resize.at) return false
    this.#resize = resize.number
    this.#send({ kind: 'resized', cols: resize.cols, rows: resize.rows })
    return true
  }

  #sendSnapshot(viewed: Viewed): void {
    const { screen } = viewed
    const brief = this.flow.sent >= 0 && viewed.pouring
    const picture = screen.draw(brief ? briefLines : Number.POSITIVE_INFINITY)
    const total = screen.fed
    this.#resize = viewed.lastResize
    this.#send(
      {
        kind: 'snapshot',
        cols: screen.cols,
        rows: screen.rows,
        total,
        alive: viewed.alive,
        exitCode: viewed.exitCode,
        title: viewed.title,
        ...(brief ? { partial: true } : {}),
      },
      picture,
    )
    this.flow = afterSnapshot(total, picture.length)
    if (brief && !this.brief) this.briefSince = Date.now()
    this.brief = brief
  }

  #send(event: TerminalEvent, tail?: Uint8Array): void {
    this.link.send({ t: 'view', viewer: this.number, event }, tail)
  }
}
