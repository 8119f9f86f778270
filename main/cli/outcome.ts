import type { ErrorCode, Failure, Result } from '@contract/result.ts'

/** What a command ends with: one object for `--json`, one text for people; bytes where a text would not be the same (a patch). */
export interface Outcome {
  json: Record<string, unknown>
  text: string | Uint8Array
}

/** A failure may say more beside itself (`session new` tells the sessions that stand there). */
export interface CliFailure extends Failure {
  more?: Record<string, unknown>
}

export type CommandResult = { ok: true; value: Outcome } | { ok: false; error: CliFailure }

export const exitCodes = { done: 0, unexpected: 1, usage: 2, refused: 3, notFound: 4, timedOut: 5 } as const

const unexpected: ReadonlySet<ErrorCode> = new Set([
  'internal',
  'connection-lost',
  'cancelled',
  'disk-full',
  'git-failed',
  'git-missing',
])

/** Exit status of a failure: what is no refusal, no missing thing, no timeout and no wrong usage was unexpected. */
export function exitCodeOf(code: ErrorCode): number {
  if (code === 'not-found') return exitCodes.notFound
  if (code === 'timed-out') return exitCodes.timedOut
  if (code === 'bad-request') return exitCodes.usage
  return unexpected.has(code) ? exitCodes.unexpected : exitCodes.refused
}

/** Ends a command from anywhere inside it; caught once, in `main.ts`. */
export class CommandFailed extends Error {
  override name = 'CommandFailed'
  readonly failure: CliFailure
  constructor(failure: CliFailure) {
    super(failure.message)
    this.failure = failure
  }
}

/** The value, or the end of the command with the failure's code. */
export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new CommandFailed(result.error)
}

export function stop(code: ErrorCode, message: string, more: Partial<CliFailure> = {}): never {
  throw new CommandFailed({ code, message, ...more })
}

/** Titles, names and messages are other people's text: no escape sequence of theirs reaches the terminal. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim()
}

/** Columns a text takes in a terminal: wide characters count two. */
function widthOf(text: string): number {
  let width = 0
  for (const { segment } of segmenter.segment(text))
    width +=
      /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hira}\p{sc=Kana}\u3000-\u303f\uff00-\uff60]|\p{Extended_Pictographic}/u.test(
        segment,
      )
        ? 2
        : 1
  return width
}
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A table for people: one row a line, columns lined up. Empty without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const all = [head, ...rows].map((row) => row.map(printable))
  const widths = head.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))))
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `3 min`, `2 h`, `5 d`: how long ago, roughly. */
export function ago(iso: string, now: number = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** What people read of a ref. */
export function shortRef(ref: string | null): string | null {
  return ref === null ? null : ref.replace(/^refs\/(heads|remotes|tags)\//, '')
}
