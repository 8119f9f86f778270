/**
 * Text from the clipboard as it may go into a terminal: no control characters but tab and line end, so that a paste
 * can neither end its own bracket nor press keys.
 */
export function cleanPaste(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}

/** How many lines a program without bracketed paste would take for typed in. One trailing line end counts too: it would press Enter. */
export function pasteLineCount(text: string): number {
  return text.split('\n').length
}

/** True where a paste is asked about first: several lines, and a program that runs each as it comes. */
export function pasteNeedsAsking(text: string, bracketedPaste: boolean): boolean {
  return !bracketedPaste && text.includes('\n')
}

/** Largest text that OSC 52 may offer for the clipboard, in base64 characters. */
const largestOffer = 1_400_000

/**
 * Text that a program offers for the clipboard by OSC 52 (`c;<base64>`). Null for a question (the clipboard is never
 * given away), for an empty or broken offer and for one over a megabyte.
 */
export function parseClipboardOffer(sequence: string): string | null {
  const at = sequence.indexOf(';')
  if (at < 0) return null
  const encoded = sequence.slice(at + 1)
  if (encoded === '?' || encoded === '' || encoded.length > largestOffer) return null
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8').decode(bytes)
  } catch {
    return null // base64 from outside: broken is an expected case
  }
}
