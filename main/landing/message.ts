/** The commit message that is proposed. Pure. */

/** git's own habit: a first line of at most this many columns, Chinese, Japanese and Korean characters counted double. */
export const maxSubjectColumns = 72
const maxBodyCharacters = 4000

export interface MessageFacts {
  title: string
  prompt: string
  files: readonly { path: string; status: string }[]
}

/** Columns that a text takes in a terminal: two for wide characters, none for combining ones. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const char of text) columns += charColumns(char)
  return columns
}

const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u

function charColumns(char: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(char)) return 0
  return wide.test(char) ? 2 : 1
}

/**
 * A message from the session's title, else the first sentence of its prompt, else the changed files. A prompt that says
 * more than the first line is the body. Never empty, never a line that git would take for a comment.
 */
export function proposeMessage(facts: MessageFacts): string {
  const prompt = clean(facts.prompt)
  const title = clean(facts.title).replace(/\s+/g, ' ').trim()
  const wanted = title || firstSentence(prompt)
  const subject = wanted ? cut(capitalise(unmark(wanted)), maxSubjectColumns) : subjectOfFiles(facts.files)
  const body = bodyOf(prompt, subject)
  return body ? `${subject}\n\n${body}\n` : `${subject}\n`
}

/** Control characters go, line ends become `\n`. */
function clean(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (char) => (char === '\n' || char === '\t' ? char : ''))
    .trim()
}

/** A leading `#` would be a comment to an editor, a leading `-` or `>` is a list or a quotation. */
function unmark(text: string): string {
  return text.replace(/^[#>*\-\s]+/, '').trim() || text.replace(/#/g, '').trim() || 'Change files'
}

function capitalise(text: string): string {
  // A word that is code (`fooBar`, `foo()`, `a/b.ts`) keeps its spelling.
  const word = /^\S+/.exec(text)?.[0] ?? ''
  return /^[a-z]+[,:]?$/.test(word) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text
}

function firstSentence(text: string): string {
  const line = text.split('\n').find((candidate) => /[\p{L}\p{N}]/u.test(candidate)) ?? ''
  const end = /[。！？]|[.!?](?=\s|$)/u.exec(line)
  return (end && end.index > 0 ? line.slice(0, end.index) : line).replace(/\s+/g, ' ').trim()
}

/** At most `columns` wide; cut between words where there are any, with an ellipsis. */
function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let kept = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    used += columnsOf(segment)
    if (used > columns - 1) break
    kept += segment
  }
  const space = kept.lastIndexOf(' ')
  if (space > kept.length / 2) kept = kept.slice(0, space)
  return `${kept.replace(/[\s,;:，；：、]+$/u, '')}…`
}

function bodyOf(prompt: string, subject: string): string {
  const text = prompt.slice(0, maxBodyCharacters).replace(/\n{3,}/g, '\n\n')
  const same = (a: string): string => a.toLowerCase().replace(/[\s\p{P}]+/gu, '')
  if (text === '' || same(text) === same(subject)) return ''
  const lines = text.split('\n').map((line) => line.replace(/\s+$/, '').replace(/^#/, ' #'))
  return `${lines.join('\n').trim()}${prompt.length > maxBodyCharacters ? ' …' : ''}`
}

function subjectOfFiles(files: MessageFacts['files']): string {
  const verbs = new Set(files.map((file) => (file.status === 'untracked' ? 'added' : file.status)))
  const only = verbs.size === 1 ? [...verbs][0] : ''
  const verb = only === 'added' ? 'Add' : only === 'deleted' ? 'Remove' : only === 'renamed' ? 'Rename' : 'Update'
  const names = files.map((file) => clean(file.path).replace(/\s+/g, ' '))
  if (names.length === 0) return 'Update files'
  const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
  if (names.length === 1) return cut(`${verb} ${names[0]}`, maxSubjectColumns)
  if (names.length === 2) {
    const both = `${verb} ${last(names[0] ?? '')} and ${last(names[1] ?? '')}`
    if (columnsOf(both) <= maxSubjectColumns) return both
  }
  const folder = commonFolder(names)
  return cut(`${verb} ${names.length} files${folder ? ` in ${folder}` : ''}`, maxSubjectColumns)
}

function commonFolder(paths: readonly string[]): string {
  let common = (paths[0] ?? '').split('/').slice(0, -1)
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1)
    let shared = 0
    while (shared < common.length && common[shared] === parts[shared]) shared++
    common = common.slice(0, shared)
  }
  return common.join('/')
}
