/** A place in a file as a program printed it. Hostile text: it is only ever handed to the person's own editor. */
export interface FileLink {
  path: string
  line?: number
  column?: number
  /** Where it stands in the text, end exclusive. */
  start: number
  end: number
}

/** Longest text that is searched; a longer line is data, not a message. */
const longestText = 4000

/** What a path is made of in output: no space, no quote or bracket of either script, nothing that ends a sentence. */
const part = String.raw`[^\s:'"\u0060()<>\[\]{}|*?,;=\u2018-\u201f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\u2500-\u259f]`
const withLine = new RegExp(
  String.raw`((?:[A-Za-z]:[\\/])?${part}+)(?::(\d{1,7})(?::(\d{1,6}))?|\((\d{1,7})(?:[,:]\s?(\d{1,6}))?\))`,
  'gu',
)
const quotedWithLine = /"([^"\n]{1,500})", line (\d{1,7})/gu
const pathOnly = new RegExp(String.raw`(?:[A-Za-z]:[\\/])?${part}*[\\/]${part}+`, 'gu')
const hostLike = /\.(com|org|net|io|dev|local|cn)$/i

/** True for something that looks like a file: a folder before it or an ending, and not a number, an address or a host. */
function looksLikeFile(path: string): boolean {
  if (!/[\p{L}]/u.test(path) || path.includes('//')) return false
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  const hasFolder = name.length < path.length
  const ending = /[^.]\.([A-Za-z][\w+-]{0,11})$/.exec(name)
  if (hasFolder) return name !== '' && name !== '.' && name !== '..'
  return ending !== null && !hostLike.test(name)
}

/** Ends inside an address (`https://host:80/x`) are no files. */
function insideAddress(text: string, start: number): boolean {
  return /[a-z][a-z0-9+.-]*:\/\/\S*$/i.test(text.slice(Math.max(0, start - 300), start))
}

/** Places in files named by a line of output, in order, none overlapping another. */
export function findFileLinks(text: string): FileLink[] {
  if (text.length > longestText) return []
  const found: FileLink[] = []
  const add = (link: FileLink): void => {
    if (found.some((other) => link.start < other.end && other.start < link.end)) return
    if (!insideAddress(text, link.start)) found.push(link)
  }
  for (const match of text.matchAll(quotedWithLine)) {
    const path = match[1] ?? ''
    const start = match.index + 1
    if (looksLikeFile(path)) add({ path, line: Number(match[2]), start, end: match.index + match[0].length })
  }
  for (const match of text.matchAll(withLine)) {
    const path = match[1] ?? ''
    if (!looksLikeFile(path)) continue
    const line = Number(match[2] ?? match[4])
    const column = match[3] ?? match[5]
    if (line < 1) continue
    const place = { path, line, start: match.index, end: match.index + match[0].length }
    add(column !== undefined && Number(column) > 0 ? { ...place, column: Number(column) } : place)
  }
  for (const match of text.matchAll(pathOnly)) {
    const path = match[0].replace(/[.…]+$/u, '')
    const name = path.slice(path.search(/[^\\/]*$/u))
    // Without a line number only what clearly is a file: an ending, or a start that says "path".
    if (!looksLikeFile(path) || !(/[^.]\.[A-Za-z][\w+-]{0,11}$/.test(name) || /^(\.{1,2}|~)?[\\/]./.test(path)))
      continue
    add({ path, start: match.index, end: match.index + path.length })
  }
  return found.toSorted((a, b) => a.start - b.start)
}

/**
 * Absolute paths that a printed path may mean, likeliest first: as it stands under the worktree, and without the
 * `a/` and `b/` of a patch.
 */
export function resolveFileLink(path: string, worktree: string, home: string): string[] {
  const windows = /^[A-Za-z]:[\\/]/.test(worktree) || worktree.startsWith('\\\\')
  const separator = windows ? '\\' : '/'
  if (/^[A-Za-z]:[\\/]/.test(path)) return windows ? [path] : []
  if (path.startsWith('~/')) return [join(home, path.slice(2), separator)]
  if (path.startsWith('/')) return [path]
  const plain = [join(worktree, path, separator)]
  const patch = /^[ab]\/(.+)$/.exec(path)?.[1]
  return patch === undefined ? plain : [...plain, join(worktree, patch, separator)]
}

/** Joins and takes `.` and `..` out; never above the root. */
function join(folder: string, path: string, separator: string): string {
  const parts = folder.split(separator)
  for (const each of path.split(separator === '\\' ? /[\\/]/ : '/')) {
    if (each === '' || each === '.') continue
    if (each === '..') {
      if (parts.length > 1) parts.pop()
    } else parts.push(each)
  }
  return parts.join(separator)
}

/** An address that may be opened from output: http or https, without a name and password in it, else null. */
export function safeAddress(text: string): string | null {
  if (text.length > 4096 || !/^https?:\/\//i.test(text)) return null
  try {
    const address = new URL(text)
    return address.username === '' && address.password === '' ? address.href : null
  } catch {
    return null // text from outside: no address is an expected case
  }
}
