const string = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const space = /[ \t\r\n]*/y

/** Line, counted from 1, at which text stops being JSON: the engine's own message often names no position. */
export function jsonErrorLine(text: string): number {
  let at = text.startsWith('\ufeff') ? 1 : 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    if (!pattern.test(text)) return false
    at = pattern.lastIndex
    return true
  }
  const takeChar = (char: string): boolean => {
    take(space)
    if (text[at] !== char) return false
    at++
    return true
  }
  const member = (): boolean => (take(space), take(string)) && takeChar(':') && value()
  const listOf = (item: () => boolean, end: string): boolean => {
    if (takeChar(end)) return true
    do if (!item()) return false
    while (takeChar(','))
    return takeChar(end)
  }
  let depth = 0
  const value = (): boolean => {
    // Deeper than anybody writes by hand: the place reached so far is answer enough.
    if (++depth > 500) return false
    take(space)
    const good = takeChar('{') ? listOf(member, '}') : takeChar('[') ? listOf(value, ']') : take(string) || take(scalar)
    depth--
    return good
  }
  value()
  const upTo = text.slice(0, at)
  return (at >= text.trimEnd().length ? upTo.trimEnd() : upTo).split('\n').length
}
