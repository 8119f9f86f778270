/**
 * How well an entry answers what was typed; 0 for not at all. Each word typed has to stand somewhere: best at the start
 * of the name, then at the start of a word, then within one. Scripts without spaces are found by any part.
 */
export function scoreEntry(words: readonly string[], typed: string): number {
  const parts = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (parts.length === 0) return 1
  const texts = words.map((word) => word.toLowerCase())
  let sum = 0
  for (const part of parts) {
    const best = Math.max(...texts.map((text, at) => scoreText(text, part) * (at === 0 ? 1 : 0.8)))
    if (best <= 0) return 0
    sum += best
  }
  return sum / parts.length
}

function scoreText(text: string, part: string): number {
  const at = text.indexOf(part)
  if (at === 0) return 4
  if (at > 0) return /[\s/_.:-]/.test(text[at - 1] ?? '') || text.includes(` ${part}`) ? 3 : 2
  // `nst` for "next session that": the initials of neighbouring words.
  const initials = text
    .split(/[\s/_.:-]+/)
    .map((word) => word[0] ?? '')
    .join('')
  return part.length > 1 && initials.includes(part) ? 1 : 0
}
