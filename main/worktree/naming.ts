/** Names drafted from what a person typed: titles, branches, folders. Pure; every branch name given out is one that git takes. */
import { createHash } from 'node:crypto'
import { pinyin } from 'pinyin-pro'

const titleColumns = 60
const branchColumns = 40
/** CJK says more in less: twelve characters are a name, twenty a sentence. */
const wideWordColumns = 24
const branchWords = 6
/** A loose ref is a file of this name plus `.lock`; file systems stop at 255 bytes. */
const componentBytes = 180
const branchBytes = 200
const folderBytes = 64

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{17000}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), (part) => part.segment)
}

function columnsOf(grapheme: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u.test(grapheme)) return 0
  return wide.test(grapheme) ? 2 : 1
}

/** Columns that `text` takes on a terminal: wide characters count double, combining ones nothing. */
export function countColumns(text: string): number {
  let columns = 0
  for (const grapheme of graphemes(text)) columns += columnsOf(grapheme)
  return columns
}

function cutToColumns(text: string, limit: number): string {
  if (countColumns(text) <= limit) return text
  let columns = 0
  let cut = ''
  for (const grapheme of graphemes(text)) {
    columns += columnsOf(grapheme)
    if (columns > limit - 1) break
    cut += grapheme
  }
  // Break between words where a word of the rest would be torn, unless that leaves too little.
  const rest = text.slice(cut.length)
  const space = cut.search(/\s\S*$/)
  if (/^[\p{L}\p{N}]/u.test(rest) && !wide.test(rest[0] ?? '') && space > cut.length / 2) cut = cut.slice(0, space)
  return `${cut.trimEnd()}…`
}

function cutToBytes(text: string, limit: number): string {
  let bytes = 0
  let cut = ''
  for (const grapheme of graphemes(text)) {
    bytes += Buffer.byteLength(grapheme)
    if (bytes > limit) break
    cut += grapheme
  }
  return cut
}

/** Escape sequences, control and direction-changing characters have no place in a title. */
function plain(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)/g, '')
      .replace(/[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, (c) => (/\s/.test(c) ? c : ''))
      .toWellFormed()
      .normalize('NFC')
  )
}

function firstSentence(prompt: string): string {
  for (const line of plain(prompt).split(/\r\n|[\r\n\u2028\u2029]/)) {
    const text = line
      // List marks, check boxes, numbers, quotes: whatever stands before the words.
      .replace(/^(?:[\s>#*•·\-–—=~|]+|\d+[.)、]\s*|\[[ xX]?\]\s*)+/, '')
      .replace(/[*_`]{2,}|`/g, '')
      .replace(/\s+/g, ' ')
      .trim()
    if (!/[\p{L}\p{N}]/u.test(text)) continue
    // A dot ends a sentence only before white space: `v1.2` and `main.ts` stay whole.
    const end = text.search(/[。！？；]|[.!?;](?=\s|$)/u)
    const sentence = end > 0 ? text.slice(0, end) : text
    return sentence.replace(/[\s:：,，、]+$/u, '')
  }
  return ''
}

/** The prompt's first sentence on one line, at most 60 columns (wide characters count double); empty for an empty prompt. */
export function proposeTitle(prompt: string): string {
  return cutToColumns(firstSentence(prompt.slice(0, 20_000)), titleColumns)
}

const fillers = new Set(
  `a an the please pls kindly can could would will should you we i i'd like want need to of in on at for with and or so that this
   these those it its is are be let lets let's me my our your help make sure just also there`.split(/\s+/),
)
const politeChinese =
  /^(?:你好|您好|请问|请你|请您|请|麻烦你|麻烦您|麻烦|帮我们|帮我|帮忙|帮|给我|替我|我们想要|我们想|我想要|我想|我要|我们需要|我需要|需要|能不能|能否|可以|可否|想|把|将|一下|[\s,，、])+/u

const thanks = /[\s,，、]*(?:谢谢|多谢|辛苦|感谢|thanks|thank you)[你您啦了]*$/iu

function isWideScript(word: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(word)
}

/** Words joined by `-`: letters, marks and digits of any script, Latin ones in small letters. */
function slug(text: string): string {
  const kept: string[] = []
  let columns = 0
  const words =
    text
      .replace(politeChinese, '')
      .replace(thanks, '')
      .normalize('NFC')
      .replace(/['’]/g, '')
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  const telling = words.filter((word) => !fillers.has(word.toLowerCase()))
  for (const word of telling.length > 0 ? telling : words) {
    if (kept.length === branchWords) break
    let part = word.toLowerCase()
    const room = Math.min(branchColumns - columns, isWideScript(part) ? wideWordColumns : branchColumns)
    if (countColumns(part) > room) {
      // CJK has no spaces to break at: what fits is kept. A torn Latin word says nothing.
      if (!isWideScript(part) && kept.length > 0) break
      part = cutToColumns(part, room + 1).replace(/…$/, '')
    }
    if (part === '') break
    kept.push(part)
    columns += countColumns(part) + 1
    if (columns >= branchColumns) break
  }
  return kept.join('-')
}

/** How two branch names meet on a file system that folds case and composition. */
function folded(name: string): string {
  return name
    .replace(/^refs\/heads\//, '')
    .normalize('NFC')
    .toLowerCase()
}

/** `name`, or `name-2`, `name-3`, … : the first that neither equals a taken branch (case folded) nor lies above or below one. `taken` holds short or full names. */
export function uniqueBranch(name: string, taken: ReadonlySet<string>): string {
  const names = new Set<string>()
  const folders = new Set<string>()
  for (const each of taken) {
    const key = folded(each)
    names.add(key)
    for (let slash = key.indexOf('/'); slash > 0; slash = key.indexOf('/', slash + 1)) folders.add(key.slice(0, slash))
  }
  const collides = (candidate: string): boolean => {
    const key = folded(candidate)
    if (names.has(key) || folders.has(key)) return true
    for (let slash = key.indexOf('/'); slash > 0; slash = key.indexOf('/', slash + 1)) {
      if (names.has(key.slice(0, slash))) return true
    }
    return false
  }
  if (!collides(name)) return name
  // Where a part of the name is a branch itself (`a` against `a/b`), a number at the end would not help.
  const slash = name.indexOf('/')
  if (slash > 0 && Array.from(name.matchAll(/\//g)).some((match) => names.has(folded(name.slice(0, match.index))))) {
    return uniqueBranch(name.replaceAll('/', '-'), taken)
  }
  for (let number = 2; ; number++) {
    const candidate = `${name}-${number}`
    if (!collides(candidate)) return candidate
  }
}

const windowsDevice = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

/** One part between slashes as git and every file system take it, or '' where nothing is left. */
function safeComponent(part: string): string {
  let safe = part
    .replace(/@\{/g, '-')
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0020\u007f~^:?*[\]\\"<>|'`$&;(){}!\u00a0\u3000]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/-{2,}/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  while (/\.lock$/i.test(safe)) safe = safe.slice(0, -5).replace(/[-.]+$/, '')
  safe = cutToBytes(safe, componentBytes).replace(/[-.]+$/, '')
  return windowsDevice.test(safe) ? `${safe}-branch`.replace(/\.(?=.*-branch$)/, '-') : safe
}

/**
 * The branch name a person typed, made valid: spaces and what git forbids become `-`, letter case and CJK stay.
 * Null where nothing usable is left. May be taken: see `uniqueBranch`.
 */
export function branchForTyped(text: string): string | null {
  const name = cutToBytes(
    plain(text)
      .trim()
      .replace(/^refs\/heads\//, '')
      .split('/')
      .map(safeComponent)
      .filter((part) => part !== '')
      .join('/'),
    branchBytes,
  ).replace(/[-./]+$/, '')
  if (name === '') return null
  // git reads these as something other than a branch.
  if (name === '@' || /^(?:HEAD|FETCH_HEAD|ORIG_HEAD|MERGE_HEAD|refs)$/i.test(name) || /^refs\//i.test(name))
    return `branch-${name.replaceAll('/', '-').replaceAll('@', 'at')}`
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(name)) return `branch-${name}`
  return name
}

/** A short branch name drafted from a title or prompt, valid and not among `taken` (short or full names); Chinese stays Chinese. */
export function proposeBranch(text: string, taken: ReadonlySet<string>): string {
  const name = branchForTyped(slug(firstSentence(text.slice(0, 20_000)))) ?? 'session'
  return uniqueBranch(name, taken)
}

/**
 * Folder for a branch's worktree: ASCII letters, digits, `-`, `_` and `.`, at most 64 bytes; Chinese is written in pinyin.
 * Two branches never share one, also where the file system folds case: whatever was lost is in a hash at the end.
 * ASCII because agents file conversations under the folder with everything else turned into `-`, where Chinese names of equal length would meet.
 */
export function folderNameFor(branch: string): string {
  const spelt = branch.normalize('NFC').replace(/\p{Script=Han}+/gu, (han) => {
    const syllables = pinyin(han, { toneType: 'none', type: 'array', v: true })
    return `-${syllables.join('-')}-`
  })
  let name = spelt
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[-._]+|[-.]+$/g, '')
  const exact = name !== '' && name === branch && name === name.toLowerCase() && !windowsDevice.test(name)
  if (exact && name.length <= folderBytes && !/-[0-9a-f]{8}$/.test(name)) return name
  const hash = createHash('sha256').update(branch).digest('hex').slice(0, 8)
  if (windowsDevice.test(name)) name = `worktree-${name}`
  name = name.slice(0, folderBytes - 9).replace(/[-.]+$/, '')
  return name === '' ? `worktree-${hash}` : `${name}-${hash}`
}
