/**
 * Text as one paste. Line ends become CR, as the Return key sends them. Inside brackets the end marker is taken out, so that
 * pasted text cannot end its own paste and type commands.
 */
export function formatPaste(text: string, bracketed: boolean): string {
  const lines = text.replace(/\r\n|\n/g, '\r')
  if (!bracketed) return lines
  return `\x1b[200~${withoutMarkers(lines)}\x1b[201~`
}

const marker = '\x1b[201~'
const eightBitMarker = '\x9b201~'

/** Taking one marker out may join the halves of another. */
function withoutMarkers(text: string): string {
  let clean = text
  while (clean.includes(marker) || clean.includes(eightBitMarker)) {
    clean = clean.replaceAll(marker, '').replaceAll(eightBitMarker, '')
  }
  return clean
}
