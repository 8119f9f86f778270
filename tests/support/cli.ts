/** The built `quarterdeck` command, as a person's script would call it. */
import { execFile } from 'node:child_process'
import { cliPath, nodePath, type TestDeck } from './deck.ts'

export interface CliAnswer {
  exitCode: number
  stdout: string
  stderr: string
}

/** What `--json` printed; tests look into it without types, as scripts do. */
export type Json = { [key: string]: Json } & Json[] & string & number & boolean

/** Runs the command with `--json`. */
export interface Cli {
  (...args: string[]): Promise<Json>
  /** Expects a failure; gives exit code and error. */
  fails(...args: string[]): Promise<{ exitCode: number; error: { code: string; message: string; paths?: string[] } }>
  raw(...args: string[]): Promise<CliAnswer>
}

/** `cwd` decides what relative paths mean; `env` is the deck's, so that the command finds it. */
export function makeCli(deck: Pick<TestDeck, 'env' | 'home'>, cwd: string = deck.home): Cli {
  const raw = (...args: string[]): Promise<CliAnswer> =>
    new Promise((resolve) => {
      execFile(
        nodePath,
        [cliPath, ...args],
        { env: deck.env, cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0
          resolve({ exitCode: code, stdout, stderr })
        },
      )
    })
  const json = async (...args: string[]): Promise<Json> => {
    const answer = await raw(...args, '--json')
    if (answer.exitCode !== 0)
      throw new Error(`quarterdeck ${args.join(' ')} ended with ${answer.exitCode}: ${answer.stdout}${answer.stderr}`)
    return JSON.parse(answer.stdout) as Json
  }
  return Object.assign(json, {
    raw,
    fails: async (...args: string[]) => {
      const answer = await raw(...args, '--json')
      if (answer.exitCode === 0) throw new Error(`quarterdeck ${args.join(' ')} was expected to fail: ${answer.stdout}`)
      const { error } = JSON.parse(answer.stdout) as { error: { code: string; message: string; paths?: string[] } }
      return { exitCode: answer.exitCode, error }
    },
  })
}
