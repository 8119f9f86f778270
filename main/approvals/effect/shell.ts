/** State of a shell while its script is walked, and what a walk offers to those that look inside other programs. */
import type { SyntaxNode } from 'unbash'
import type { Operation } from './operation.ts'
import type { Field } from './words.ts'

export interface Shell {
  /** Where it may be; more than one after a `cd` that may fail; empty: not known. */
  folders: string[]
  /** Set in this script; null: to something unknown. */
  variables: Map<string, string | null>
  functions: Map<string, SyntaxNode>
  /** Nesting of scripts in scripts. */
  depth: number
}

export function copyShell(shell: Shell): Shell {
  return {
    ...shell,
    folders: [...shell.folders],
    variables: new Map(shell.variables),
    functions: new Map(shell.functions),
  }
}

export function deeper(shell: Shell): Shell {
  return Object.assign(shell, { depth: shell.depth + 1 })
}

export interface Runner {
  add(...operations: Operation[]): void
  /** Walks a script's text in `shell`. */
  script(text: string, shell: Shell): Promise<void>
  /** Judges one program with its arguments. */
  call(
    name: Field,
    args: readonly Field[],
    shell: Shell,
    how: { piped: boolean; fed: readonly Field[] | null; text: string; hereText?: string | null },
  ): Promise<void>
}
