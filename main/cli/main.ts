/** Entry of the `quarterdeck` command. */
import packageJson from '../../package.json' with { type: 'json' }
import { runCli } from './run.ts'

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', () => {})

async function readStdin(): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of process.stdin) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

runCli(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  version: packageJson.version,
  print: (text) => process.stdout.write(text),
  tell: (text) => process.stderr.write(`${text}\n`),
  readStdin,
}).then(
  // Not `process.exit`: a pipe may still be taking the output.
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`quarterdeck: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exitCode = 1
  },
)
