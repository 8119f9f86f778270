/** Splits a command line into program and arguments: at spaces, but not inside double quotes; `\"` is a quote. No shell is meant. */
export function parseArguments(line: string): string[] {
  const parts: string[] = []
  let part = ''
  let quoted = false
  let any = false
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? ''
    if (letter === '\\' && line[at + 1] === '"') {
      part += '"'
      any = true
      at++
    } else if (letter === '"') {
      quoted = !quoted
      any = true
    } else if (/\s/.test(letter) && !quoted) {
      if (any) parts.push(part)
      part = ''
      any = false
    } else {
      part += letter
      any = true
    }
  }
  if (any) parts.push(part)
  return parts
}

/** The reverse of `parseArguments`. */
export function formatArguments(parts: readonly string[]): string {
  return parts.map((part) => (part === '' || /[\s"]/.test(part) ? `"${part.replaceAll('"', '\\"')}"` : part)).join(' ')
}
