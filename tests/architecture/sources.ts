/** Reads the sources and their import statements, for the tests of the house's rules. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Import {
  /** As written. */
  specifier: string
  /** The file it names, relative to the root; null for a package. */
  file: string | null
  /** Gone at run time. */
  typeOnly: boolean
}

export interface Source {
  /** Relative to the root, with `/`. */
  path: string
  text: string
  lines: string[]
  code: string
  comments: string
  imports: Import[]
}

const top = ['main', 'preload', 'renderer', 'tests', 'bench']

function list(folder: string): string[] {
  const found: string[] = []
  let entries
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true })
  } catch {
    return [] // a room that is not built yet
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) found.push(...list(path))
    else if (/\.(ts|tsx|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts')) found.push(path)
  }
  return found
}

interface Views {
  /** Comments, and the insides of strings, templates and regular expressions, are blank. */
  code: string
  /** Comments and templates are blank, strings are not. */
  statements: string
  comments: string
}

const token =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`|(?<=(?:^|[(,=:[!&|?{};\n]|=>|\breturn)\s*)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')

/** Splits a source into what it does and what it says. Templates keep the code inside `${}`. */
export function viewsOf(text: string): Views {
  const views: Views = { code: '', statements: '', comments: '' }
  const add = (piece: string, code: string, statement: string, comment: string): number => {
    views.code += code
    views.statements += statement
    views.comments += comment
    return piece.length
  }
  let at = 0
  while (at < text.length) {
    token.lastIndex = at
    const match = token.exec(text)
    const until = match?.index ?? text.length
    const plain = text.slice(at, until)
    at += add(plain, plain, plain, blank(plain))
    if (!match) break
    const piece = match[0]
    if (piece === '`') {
      const end = endOfTemplate(text, at)
      const whole = text.slice(at, end)
      at += add(whole, templateCode(whole), blank(whole), blank(whole))
    } else if (piece.startsWith('/*') || piece.startsWith('//')) at += add(piece, blank(piece), blank(piece), piece)
    else if (piece.startsWith('/')) at += add(piece, blank(piece), blank(piece), blank(piece))
    else at += add(piece, piece[0] + ' '.repeat(piece.length - 2) + piece[0], piece, blank(piece))
  }
  return views
}

/** Where the template that begins at `start` is over. */
function endOfTemplate(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '`') {
    if (text[at] === '\\') at += 2
    else if (text.startsWith('${', at)) at = endOfHole(text, at + 2)
    else at++
  }
  return at + 1
}

/** Where the `${` hole whose code begins at `start` is over. */
function endOfHole(text: string, start: number): number {
  let depth = 1
  let at = start
  while (at < text.length && depth > 0) {
    if (text[at] === '`') at = endOfTemplate(text, at)
    else {
      if (text[at] === '{') depth++
      if (text[at] === '}') depth--
      at++
    }
  }
  return at
}

function templateCode(template: string): string {
  let code = ''
  let at = 0
  while (at < template.length) {
    const hole = template.indexOf('${', at)
    if (hole < 0 || template[hole - 1] === '\\') return code + blank(template.slice(at))
    const end = endOfHole(template, hole + 2)
    code += `${blank(template.slice(at, hole + 2))}${viewsOf(template.slice(hole + 2, end - 1)).code} `
    at = end
  }
  return code
}

const statement =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?([^'"\n;]*?(?:\{[^}]*\})?[^'"\n;]*?)\s*from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

function namesOnlyTypes(clause: string): boolean {
  const braces = /^\{([^}]*)\}$/.exec(clause.trim())
  if (!braces) return false
  const names = (braces[1] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return names.length > 0 && names.every((name) => name.startsWith('type '))
}

export function importsOf(path: string, text: string): Import[] {
  return [...viewsOf(text).statements.matchAll(statement)].map((match) => {
    const specifier = match[3] ?? match[4] ?? match[5] ?? ''
    const clean = specifier.replace(/\?.*$/, '')
    let file: string | null = null
    if (clean.startsWith('.')) file = relative(root, resolve(root, dirname(path), clean)).replaceAll('\\', '/')
    else if (clean.startsWith('@contract/')) file = `preload/contract/${clean.slice('@contract/'.length)}`
    return { specifier, file, typeOnly: match[1] !== undefined || namesOnlyTypes(match[2] ?? '') }
  })
}

let cached: Source[] | null = null

/** Every source file of the project. */
export function sources(): Source[] {
  cached ??= top.flatMap(list).map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const views = viewsOf(text)
    return {
      path,
      text,
      lines: text.split('\n'),
      code: views.code,
      comments: views.comments,
      imports: importsOf(path, text),
    }
  })
  return cached
}
