import type { ParseArgsOptionsConfig } from 'node:util'
import type { Client } from '@contract/client.ts'
import type { CommandResult } from './outcome.ts'
import { stop } from './outcome.ts'

export type OptionValues = Record<string, string | boolean | undefined>

export interface CommandContext {
  client: Client
  /** Where the person is: relative paths are relative to it. */
  cwd: string
  dataFolder: string
  positionals: string[]
  values: OptionValues
  /** A line for people, on standard error. */
  tell(text: string): void
  readStdin(): Promise<string>
}

export interface Command {
  /** The words that name it. */
  words: readonly string[]
  /** What follows the words. */
  usage: string
  about: string
  options: ParseArgsOptionsConfig
  /** Fewest and most positional arguments. */
  arity: readonly [number, number]
  run(context: CommandContext): Promise<CommandResult>
}

export function done(json: Record<string, unknown>, text: string | Uint8Array): CommandResult {
  return { ok: true, value: { json, text } }
}

export function textOption(values: OptionValues, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** A number given as an option; ends the command as wrong usage when it is none, or out of bounds. */
export function numberOption(values: OptionValues, name: string, min: number, max: number): number | undefined {
  const text = textOption(values, name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
    return stop('bad-request', `--${name} wants a number from ${min} to ${max}, not ${text}.`)
  }
  return value
}

/** Comma-separated words of a closed list. */
export function listOption<T extends string>(values: OptionValues, name: string, known: readonly T[]): T[] | undefined {
  const text = textOption(values, name)
  if (text === undefined) return undefined
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  for (const word of words) {
    if (!(known as readonly string[]).includes(word)) {
      stop('bad-request', `--${name} knows ${known.join(', ')}; not ${word}.`)
    }
  }
  return words as T[]
}

/** One word of a closed list. */
export function choiceOption<T extends string>(values: OptionValues, name: string, known: readonly T[]): T | undefined {
  const words = listOption(values, name, known)
  if (words === undefined) return undefined
  return words.length === 1 ? words[0] : stop('bad-request', `--${name} wants one of ${known.join(', ')}.`)
}
