/** `npm start`: everything from a bare checkout to the open program, in one command. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { readArguments } from './arguments.mjs'
import { desktopProblem, ensureElectron } from './electron-runtime.mjs'
import { ensureReady, projectNode, root } from './ensure.mjs'

const usage =
  'Usage: npm start -- [folder] [--web] [--port N] [--no-open] [--data DIR]\n' +
  '  folder      a repository to open\n' +
  '  --web       the web host in a browser instead of the desktop program\n' +
  '  --port N    port of the web host (with --web, or where there is no desktop program)\n' +
  '  --no-open   the web host opens no browser, it prints its address only\n' +
  '  --data DIR  keep everything in DIR\n'

/** A desktop program that dies this soon did not start at all. */
const stillbornMs = 8000

const tell = (text) => process.stderr.write(`${text}\n`)

/** Where the person is: npm runs scripts in the package's folder. */
function startFolder() {
  return (process.env['npm_lifecycle_event'] === 'start' && process.env['INIT_CWD']) || process.cwd()
}

/** Runs the program in the foreground; signals go on to it, its exit status is ours. */
function runProgram(program, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'inherit', cwd: root })
    const forward = (signal) => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      for (const one of signals) process.removeListener(one, forward)
      resolve({ code, signal })
    })
  })
}

async function startDesktop(parsed) {
  const problem = desktopProblem()
  const runtime = problem ? { problem } : await ensureElectron({ tell })
  if (runtime.problem) return runtime.problem
  const args = [root, ...(parsed.folder === null ? [] : [parsed.folder]), ...parsed.options]
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const started = Date.now()
  const { code, signal } = await runProgram(runtime.path, args, env)
  if (code === 0 || Date.now() - started > stillbornMs) {
    process.exitCode = code ?? (signal ? 1 : 0)
    return null
  }
  return `it ended at once (${code ?? signal})`
}

async function main() {
  const parsed = readArguments(process.argv.slice(2), startFolder())
  if (parsed.help) {
    process.stdout.write(usage)
    return
  }
  if (parsed.problem) {
    tell(`${parsed.problem}\n${usage}`)
    process.exitCode = 2
    return
  }
  await ensureReady({ tell, output: 'stderr' })
  if (!parsed.web) {
    const problem = await startDesktop(parsed)
    if (problem === null) return
    tell(`No Electron runtime is to be had here (${problem}); opening the web host.`)
  }
  const folder = parsed.folder === null ? [] : [parsed.folder]
  const { code, signal } = await runProgram(projectNode(), [
    join(root, 'out', 'main', 'web.js'),
    ...parsed.options,
    ...(folder.length > 0 ? ['--', ...folder] : []),
  ])
  process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)
}

try {
  await main()
} catch (error) {
  tell(error.message)
  process.exitCode = 1
}
