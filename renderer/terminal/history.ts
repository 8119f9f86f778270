/** What was sent to a session before, and where the person stands while going through it. */
export interface SentHistory {
  /** Oldest first. */
  sent: readonly string[]
  /** Index into `sent` of what is shown; `sent.length` is the draft that is being written. */
  at: number
  /** The draft, kept while older texts are looked at. */
  draft: string
}

/** Texts kept per session. */
const mostSent = 100

export function createHistory(sent: readonly string[], draft: string): SentHistory {
  return { sent, at: sent.length, draft }
}

/** After `text` was sent: it is the newest, and the same text does not stand there twice in a row. */
export function rememberSent(history: SentHistory, text: string): SentHistory {
  const sent = history.sent.at(-1) === text ? history.sent : [...history.sent, text].slice(-mostSent)
  return { sent, at: sent.length, draft: '' }
}

/** One step to older or newer. `text` is what stands in the field now; null where there is nothing further. */
export function stepHistory(
  history: SentHistory,
  direction: 'older' | 'newer',
  text: string,
): { history: SentHistory; text: string } | null {
  const at = history.at + (direction === 'older' ? -1 : 1)
  if (at < 0 || at > history.sent.length) return null
  const draft = history.at === history.sent.length ? text : history.draft
  return { history: { ...history, at, draft }, text: at === history.sent.length ? draft : (history.sent[at] ?? '') }
}

/** True when the arrow key has no line of its own to go to in the field. */
export function atEdge(text: string, caret: number, direction: 'older' | 'newer'): boolean {
  return direction === 'older' ? !text.slice(0, caret).includes('\n') : !text.slice(caret).includes('\n')
}

/** Draft and history as `view.save` keeps them; anything else reads as empty. */
export function parseDraft(json: string | null): { text: string; sent: string[] } {
  const empty = { text: '', sent: [] }
  if (json === null) return empty
  try {
    const parsed: unknown = JSON.parse(json)
    if (typeof parsed !== 'object' || parsed === null) return empty
    const { text, sent } = parsed as { text?: unknown; sent?: unknown }
    return {
      text: typeof text === 'string' ? text : '',
      sent: Array.isArray(sent) ? sent.filter((each) => typeof each === 'string').slice(-mostSent) : [],
    }
  } catch {
    return empty // written by another version
  }
}
