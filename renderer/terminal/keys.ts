export interface TerminalKeyContext {
  mac: boolean
  windows: boolean
  /** `timeStamp` of the last compositionend event. */
  compositionEndedAt: number
  hasSelection(): boolean
  copy(): void
  clearSelection(): void
}

/** Safari tells of the Enter that confirmed a candidate after the composition's end, with a time stamp no later than it. */
const sameKeyMs = 3

/**
 * Keys that are the page's in a terminal: copy and paste, nothing else. Every other key goes to the program; the
 * deck's own chords never come here. Returns false for a key that the terminal must not see.
 */
export function handleTerminalKey(event: KeyboardEvent, context: TerminalKeyContext): boolean {
  // A composing input method has the keyboard; xterm knows what to do with its events.
  if (event.isComposing || event.keyCode === 229) return true
  if (event.type !== 'keydown') return true
  if (event.key === 'Enter' && event.timeStamp - context.compositionEndedAt <= sameKeyMs) {
    event.preventDefault()
    return false
  }
  const key = event.key.toLowerCase()
  const { ctrlKey, metaKey, shiftKey, altKey } = event
  if (altKey) return true
  const copies = context.mac ? metaKey && !ctrlKey && key === 'c' : ctrlKey && shiftKey && key === 'c'
  const pastes = context.mac ? metaKey && !ctrlKey && key === 'v' : ctrlKey && shiftKey && key === 'v'
  const copiesByInsert = ctrlKey && !shiftKey && key === 'insert'
  const pastesByInsert = shiftKey && !ctrlKey && key === 'insert'
  if (copies || copiesByInsert) {
    event.preventDefault()
    if (context.hasSelection()) context.copy()
    return false
  }
  // The browser's own paste follows, as an event that carries the text.
  if (pastes || pastesByInsert) return false
  if (context.windows && ctrlKey && !shiftKey) {
    if (key === 'v') return false
    if (key === 'c' && context.hasSelection()) {
      event.preventDefault()
      context.copy()
      context.clearSelection()
      return false
    }
  }
  return true
}
