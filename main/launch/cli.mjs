/** `npm run -s quarterdeck -- ARGS`: the command line from a checkout. Standard output is the command's alone. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureReady, projectNode, root } from './ensure.mjs'

const tell = (text) => process.stderr.write(`${text}\n`)
try {
  await ensureReady({ tell, output: 'stderr' })
  const child = spawn(projectNode(), [join(root, 'out', 'main', 'cli.js'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    // npm runs scripts in the package; the person is elsewhere.
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0)
  })
} catch (error) {
  tell(error.message)
  process.exitCode = 1
}
