import { spawn } from 'node:child_process'
import { cliPath, nodePath } from './deck.ts'

export interface CliAnswer {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the built `quarterdeck` command to its end. */
export function runQuarterdeck(
  args: readonly string[],
  options: { env: Record<string, string>; cwd: string; input?: string },
): Promise<CliAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(nodePath, [cliPath, ...args], { env: options.env, cwd: options.cwd })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(options.input ?? '')
  })
}

/** The one object that `--json` prints; fails on anything else on standard output. */
export function jsonOf<T>(answer: CliAnswer): T {
  const lines = answer.stdout.split('\n')
  if (lines.length !== 2 || lines[1] !== '') throw new Error(`not one JSON line: ${answer.stdout}\n${answer.stderr}`)
  return JSON.parse(lines[0] ?? '') as T
}
