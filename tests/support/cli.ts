/** The built `quarterdeck` command with `--json`, as a person's script calls it. */
import type { TestDeck } from './deck.ts'
import { jsonOf, runQuarterdeck, type CliAnswer } from './quarterdeck-command.ts'

/** What `--json` prints of a session. */
export interface CliSession {
  id: string
  title: string
  state: string
  reason: string
  branch: string | null
  base: string
  worktree: string
  pid: number | null
  changed: { files: number; added: number; removed: number } | null
}

export interface CliFailure {
  code: string
  message: string
  paths?: string[]
}

/** Runs the command and reads its answer; throws where it fails. */
export interface Cli {
  <T>(...args: string[]): Promise<T>
  /** Expects a failure; gives exit status and error. */
  fails(...args: string[]): Promise<{ exitCode: number | null; error: CliFailure }>
  raw(...args: string[]): Promise<CliAnswer>
}

/** `env` is the deck's, so that the command finds it. */
export function makeCli(deck: Pick<TestDeck, 'env' | 'home'>): Cli {
  const raw = (...args: string[]): Promise<CliAnswer> => runQuarterdeck(args, { env: deck.env, cwd: deck.home })
  const answer = async <T>(...args: string[]): Promise<T> => {
    const got = await raw(...args, '--json')
    if (got.code !== 0)
      throw new Error(`quarterdeck ${args.join(' ')} ended with ${got.code}: ${got.stdout}${got.stderr}`)
    return jsonOf<T>(got)
  }
  return Object.assign(answer, {
    raw,
    fails: async (...args: string[]) => {
      const got = await raw(...args, '--json')
      if (got.code === 0) throw new Error(`quarterdeck ${args.join(' ')} was expected to fail: ${got.stdout}`)
      return { exitCode: got.code, error: jsonOf<{ error: CliFailure }>(got).error }
    },
  })
}
