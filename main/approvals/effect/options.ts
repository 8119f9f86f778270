/** Reads a program's arguments: flags, options with values, operands. Enough of getopt for what is judged here. */
import { fieldText, plain, type Field } from './words.ts'

export interface Arguments {
  flags: ReadonlySet<string>
  /** Values by option name (`-o` as `o`, `--output` as `output`). */
  values: ReadonlyMap<string, Field[]>
  operands: Field[]
}

export interface Shape {
  /** Names of options that take a value: `o`, `output`. */
  valued?: readonly string[]
  /** Options end at the first operand (`env`, `xargs`, `sudo`). */
  stopAtOperand?: boolean
}

export function readArguments(args: readonly Field[], shape: Shape = {}): Arguments {
  const valued = new Set(shape.valued)
  const flags = new Set<string>()
  const values = new Map<string, Field[]>()
  const operands: Field[] = []
  const give = (name: string, value: Field): void => {
    values.set(name, [...(values.get(name) ?? []), value])
  }
  for (let at = 0; at < args.length; at++) {
    const field = args[at] as Field
    const text = field.unknown === null ? fieldText(field) : ''
    if (text === '--') {
      operands.push(...args.slice(at + 1))
      break
    }
    if (text.startsWith('--')) {
      const cut = text.indexOf('=')
      const name = text.slice(2, cut < 0 ? undefined : cut)
      if (cut >= 0) give(name, plain(text.slice(cut + 1)))
      else if (valued.has(name) && at + 1 < args.length) give(name, args[++at] as Field)
      flags.add(name)
    } else if (/^-[^-]/.test(text)) {
      for (let letter = 1; letter < text.length; letter++) {
        const name = text[letter] as string
        flags.add(name)
        if (!valued.has(name)) continue
        const rest = text.slice(letter + 1)
        if (rest !== '') give(name, plain(rest))
        else if (at + 1 < args.length) give(name, args[++at] as Field)
        break
      }
    } else if (shape.stopAtOperand) {
      operands.push(...args.slice(at))
      break
    } else operands.push(field)
  }
  return { flags, values, operands }
}

export function hasFlag(read: Arguments, ...names: string[]): boolean {
  return names.some((name) => read.flags.has(name))
}
