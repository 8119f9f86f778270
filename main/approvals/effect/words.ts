/**
 * Shell words into fields: quotes, tilde, known variables and braces are expanded; globs stay patterns; what only the
 * running shell could tell is marked as unknown.
 */
import type { Word, WordPart } from 'unbash'

/** One word as the program would get it. */
export interface Field {
  /** As written. */
  source: string
  /** Literal and pattern pieces in turn. */
  pieces: { text: string; glob: boolean }[]
  /** Why the text is not known, as a key of `Unforeseen.why`; null when it is. */
  unknown: string | null
}

export interface Variables {
  /** Undefined: not set here, so it comes from the agent's environment; null: set to something unknown. */
  get(name: string): string | null | undefined
}

/** Text of a field without pattern or unknown; null otherwise. */
export function literal(field: Field | undefined): string | null {
  if (!field || field.unknown !== null || field.pieces.some((piece) => piece.glob)) return null
  return field.pieces.map((piece) => piece.text).join('')
}

/** The known text, patterns as written; for options and for the screen. */
export function fieldText(field: Field): string {
  return field.unknown === null ? field.pieces.map((piece) => piece.text).join('') : field.source
}

export function plain(text: string): Field {
  return { source: text, pieces: [{ text, glob: false }], unknown: null }
}

const append = (field: Field, text: string, glob = false): Field => ({
  ...field,
  pieces: text === '' ? field.pieces : [...field.pieces, { text, glob }],
})

const braceLimit = 256

/** `{a,b}` and `{1..3}` outside of quotes, as bash expands them before all else. Null: too many. */
export function expandBraces(text: string): string[] | null {
  const range = /^(.*?)\{(-?\d+)\.\.(-?\d+)\}(.*)$/s.exec(text)
  const open = text.indexOf('{')
  if (open < 0) return [text]
  let depth = 0
  const cuts: number[] = []
  let close = -1
  for (let at = open; at < text.length; at++) {
    const sign = text[at]
    if (sign === '\\') at++
    else if (sign === '{') depth++
    else if (sign === ',' && depth === 1) cuts.push(at)
    else if (sign === '}' && --depth === 0) {
      close = at
      break
    }
  }
  if (close > 0 && cuts.length > 0) {
    const bounds = [open, ...cuts, close]
    const out: string[] = []
    for (let index = 0; index + 1 < bounds.length; index++) {
      const middle = text.slice((bounds[index] as number) + 1, bounds[index + 1])
      const more = expandBraces(text.slice(0, open) + middle + text.slice(close + 1))
      if (more === null || out.length + more.length > braceLimit) return null
      out.push(...more)
    }
    return out
  }
  if (range?.[1] !== undefined && range[4] !== undefined) {
    const from = Number(range[2])
    const to = Number(range[3])
    if (Math.abs(to - from) > braceLimit) return null
    const out: string[] = []
    for (let value = from; from <= to ? value <= to : value >= to; value += from <= to ? 1 : -1)
      out.push(`${range[1]}${value}${range[4]}`)
    return out
  }
  return [text]
}

function variableName(text: string): string | null {
  return /^\$\{?([A-Za-z_]\w*|\d)\}?$/.exec(text)?.[1] ?? null
}

interface Reader {
  variables: Variables
  home: string
}

function expandPart(fields: Field[], part: WordPart, reader: Reader, quoted: boolean, first: boolean): Field[] {
  const each = (change: (field: Field) => Field): Field[] => fields.map(change)
  const unknown = (why: string): Field[] => each((field) => ({ ...field, unknown: field.unknown ?? why }))
  const value = (name: string | null): Field[] => {
    const known = name === null ? null : reader.variables.get(name)
    if (known === null || known === undefined) return unknown('variable')
    // An unquoted value is split and globbed by the shell: only a plain one is foreseen.
    if (!quoted && /[\s*?[\]\\]/.test(known)) return unknown('variable')
    return each((field) => append(field, known))
  }
  switch (part.type) {
    case 'Literal': {
      if (quoted) return each((field) => append(field, part.value))
      if (first && /^~(\/|$)/.test(part.text)) return each((field) => append(field, reader.home + part.value.slice(1)))
      if (first && part.text.startsWith('~')) return unknown('variable')
      return each((field) => append(field, part.value))
    }
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return each((field) => append(field, part.value))
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.reduce((made, child) => expandPart(made, child, reader, true, false), fields)
    case 'Glob':
      return each((field) => append(field, part.text, true))
    case 'ExtendedGlob':
      return unknown('variable')
    case 'SimpleExpansion':
      return value(variableName(part.text))
    case 'ParameterExpansion': {
      if (part.prefix !== undefined || part.index !== undefined) return unknown('variable')
      const operation = part.operation
      if (operation === undefined) return value(part.parameter)
      const known = reader.variables.get(part.parameter)
      if (operation.type === 'Default' && typeof known === 'string') {
        const set = operation.operator.startsWith(':') ? known !== '' : true
        if (set && !operation.operator.endsWith('+')) return value(part.parameter)
      }
      return unknown('variable')
    }
    case 'BraceExpansion': {
      const texts = expandBraces(part.text)
      if (texts === null || /[$`"'\\*?[]/.test(part.text)) return unknown('variable')
      if (fields.length * texts.length > braceLimit) return unknown('variable')
      return fields.flatMap((field) => texts.map((text) => append(field, text)))
    }
    case 'CommandExpansion':
      return unknown('substitution')
    case 'ProcessSubstitution':
      // A pipe with a name: reading or writing it touches no file.
      return each((field) => append(field, '/dev/fd/63'))
    case 'ArithmeticExpansion':
      return unknown('variable')
  }
}

/** The fields that one word becomes. */
export function expandWord(word: Word, reader: Reader): Field[] {
  const start: Field[] = [{ source: word.text, pieces: [], unknown: null }]
  if (word.parts === undefined) {
    if (/^~(\/|$)/.test(word.text)) return [plainFrom(word.text, reader.home + word.value.slice(1))]
    if (/^~\w/.test(word.text)) return [{ ...plain(word.value), source: word.text, unknown: 'variable' }]
    return [plainFrom(word.text, word.value)]
  }
  return word.parts.reduce((made, part, index) => expandPart(made, part, reader, false, index === 0), start)
}

function plainFrom(source: string, text: string): Field {
  return { source, pieces: [{ text, glob: false }], unknown: null }
}
