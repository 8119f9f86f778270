/** What programs announce through escape sequences besides drawing: titles, bells, notifications, progress. All of it is hostile text. */
import type { Terminal } from '@xterm/headless'
import { Burst } from './activity.ts'

const maxTitleCharacters = 256
const maxBodyCharacters = 2000

/** Text for one line of a list or a notification: no control characters, no marks that reverse what stands beside them, cut to length. */
export function cleanText(text: string, maxCharacters: number): string {
  const clean = text
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return clean.length <= maxCharacters ? clean : Array.from(clean).slice(0, maxCharacters).join('')
}

export type Announcement =
  | { kind: 'notification'; title: string | null; body: string }
  | { kind: 'progress'; state: number; percent: number }

/** OSC 9: `4;state;percent` is progress (ConEmu), `1;` to `12;` other commands of ConEmu, anything else a notification (iTerm). */
export function parseOsc9(data: string): Announcement | null {
  const command = /^(\d{1,2});(.*)$/s.exec(data)
  if (command?.[1] === '4') {
    const [state, percent] = (command[2] ?? '').split(';').map((part) => Number.parseInt(part, 10))
    if (state === undefined || !(state >= 0 && state <= 4)) return null
    return { kind: 'progress', state, percent: Math.min(100, Math.max(0, percent || 0)) }
  }
  if (data === '4') return null
  if (command && Number(command[1]) >= 1 && Number(command[1]) <= 12) return null
  const body = cleanText(data, maxBodyCharacters)
  return body === '' ? null : { kind: 'notification', title: null, body }
}

/** OSC 777: `notify;title;body` (rxvt); other commands mean nothing here. */
export function parseOsc777(data: string): Announcement | null {
  const parts = data.split(';')
  if (parts[0] !== 'notify') return null
  const title = cleanText(parts[1] ?? '', maxTitleCharacters)
  const body = cleanText(parts.slice(2).join(';'), maxBodyCharacters)
  if (body === '') return title === '' ? null : { kind: 'notification', title: null, body: title }
  return { kind: 'notification', title: title === '' ? null : title, body }
}

export type Heard = { kind: 'title'; title: string } | { kind: 'bell' } | Announcement

/** Of each kind at most one in so long: the first at once, the latest when it is over. */
const gapMs = 100

/** Listens to a terminal and says what it announces, however fast it does. */
export class Announcer {
  readonly #bursts: Record<'title' | 'bell' | 'progress' | 'notification', Burst<Heard>>
  #title = ''

  constructor(say: (heard: Heard) => void) {
    const burst = (): Burst<Heard> => new Burst<Heard>(say, gapMs)
    this.#bursts = { title: burst(), bell: burst(), progress: burst(), notification: burst() }
  }

  listen(terminal: Terminal): void {
    const hear = (heard: Heard | null): true => {
      if (heard) this.#bursts[heard.kind].push(heard)
      return true
    }
    terminal.onTitleChange((raw) => {
      const title = cleanText(raw, maxTitleCharacters)
      if (title === this.#title) return
      this.#title = title
      hear({ kind: 'title', title })
    })
    terminal.onBell(() => hear({ kind: 'bell' }))
    terminal.parser.registerOscHandler(9, (data) => hear(parseOsc9(data)))
    terminal.parser.registerOscHandler(777, (data) => hear(parseOsc777(data)))
  }

  /** Says at once what waits. */
  flush(): void {
    for (const burst of Object.values(this.#bursts)) burst.flush()
  }

  stop(): void {
    for (const burst of Object.values(this.#bursts)) burst.stop()
  }
}
