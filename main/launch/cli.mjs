#!/usr/bin/env node
/**
 * The `quarterdeck` command: `npm run -s quarterdeck -- ARGS` in a checkout, the package's `bin` where it is installed.
 * Standard output is the command's alone.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ensureReady, projectNode, root } from './ensure.mjs'

const tell = (text) => process.stderr.write(`${text}\n`)

/** The Node that the program is made for; beside the package or above it, as npm laid it. */
function findNode() {
  if (existsSync(projectNode())) return projectNode()
  const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'))
  return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

try {
  const checkout = existsSync(join(root, 'vite.config.ts'))
  if (checkout) await ensureReady({ tell, output: 'stderr' })
  const child = spawn(findNode(), [join(root, 'out', 'main', 'cli.js'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    // npm runs scripts in the package's folder; the person is elsewhere.
    cwd: (process.env['npm_lifecycle_event'] === 'quarterdeck' && process.env['INIT_CWD']) || process.cwd(),
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0)
  })
} catch (error) {
  tell(error.message)
  process.exitCode = 1
}
