/**
 * What has to be true before the program can run from a checkout: dependencies as the lock file asks for them, and a
 * build of the present sources. Runs on the person's own Node (20 or newer) with nothing installed.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompress, constants } from 'node:zlib'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, '.cache')
const installStamp = join(root, 'node_modules', '.quarterdeck-install')
const buildStamp = join(root, 'out', '.quarterdeck-build')

/** Everything that the build is made of; main/launch is not part of it. */
const sources = ['main', 'preload', 'renderer', 'resources', 'vite.config.ts', 'package.json', 'package-lock.json']
const compressible = /\.(js|css|svg|ttf|json|wasm)$/
const compressFromBytes = 32 * 1024

/** Node of the project: the version that the program is made for. */
export function projectNode() {
  const inside = process.platform === 'win32' ? 'node.exe' : 'node'
  return join(root, 'node_modules', 'node', 'bin', inside)
}

/** Says what is wrong with the running Node, or null. */
export function nodeProblem(version = process.versions.node) {
  const major = Number(version.split('.')[0])
  return major >= 20 ? null : `Quarterdeck needs Node 20 or newer; this is ${version}. See https://nodejs.org.`
}

/**
 * Installs and builds what is missing or stale. `tell` gets a line for people; `output` is where tools may write.
 * Throws an Error with a message for people.
 */
export async function ensureReady({ tell, output = 'inherit', build = true }) {
  const problem = nodeProblem()
  if (problem) throw new Error(problem)
  await withLock(tell, async () => {
    await ensureInstalled({ tell, output })
    if (build) await ensureBuilt({ tell, output })
  })
}

async function digestOf(path) {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

async function readText(path) {
  return readFile(path, 'utf8').catch(() => '')
}

/** npm writes its own note a moment before or after the lock file. */
const sameRunMs = 5000

/** True when somebody ran npm themselves when the lock file was last written, or later. */
async function installedByHand() {
  const [lock, done] = await Promise.all(
    [join(root, 'package-lock.json'), join(root, 'node_modules', '.package-lock.json')].map((path) =>
      stat(path).catch(() => null),
    ),
  )
  return lock !== null && done !== null && done.mtimeMs >= lock.mtimeMs - sameRunMs
}

/** Runs `npm ci` when node_modules is missing or was made from another lock file. */
export async function ensureInstalled({ tell, output = 'inherit' }) {
  const wanted = `${await digestOf(join(root, 'package-lock.json'))} ${process.platform} ${process.arch}\n`
  const have = await readText(installStamp)
  const complete = existsSync(projectNode()) && existsSync(join(root, 'node_modules', 'vite', 'bin', 'vite.js'))
  if (complete && have === wanted) return
  if (complete && (await installedByHand())) {
    await writeFile(installStamp, wanted)
    return
  }
  tell(
    existsSync(join(root, 'node_modules'))
      ? 'The dependencies are not those of package-lock.json; installing them…'
      : 'Installing the dependencies (once; this takes a minute or two)…',
  )
  const [program, ...first] = npmCommand()
  const started = Date.now()
  const code = await run(program, [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    output,
  })
  if (code !== 0) {
    throw new Error(
      'npm ci failed (above). It needs the network, and for node-pty a C++ compiler, make and Python 3 ' +
        '(Debian: apt install g++ make python3; macOS: xcode-select --install).',
    )
  }
  if (!existsSync(projectNode())) {
    throw new Error('npm ci left out the Node of the project: are install scripts switched off (ignore-scripts)?')
  }
  await writeFile(installStamp, wanted)
  tell(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`)
}

/** npm as it was called, or the one beside this Node, or the one on the PATH. */
function npmCommand() {
  const called = process.env['npm_execpath']
  if (called && /npm-cli\.[cm]?js$/.test(called)) return [process.execPath, called]
  const folder = dirname(process.execPath)
  for (const place of ['../lib/node_modules/npm/bin/npm-cli.js', 'node_modules/npm/bin/npm-cli.js']) {
    const path = join(folder, place)
    if (existsSync(path)) return [process.execPath, path]
  }
  return ['npm']
}

/** Digest of all sources: a touched file alone is no reason to build. */
export async function sourcesDigest() {
  const files = []
  const walk = async (path) => {
    const found = await stat(path).catch(() => null)
    if (!found) return
    if (found.isFile()) files.push(path)
    else for (const name of await readdir(path)) await walk(join(path, name))
  }
  for (const source of sources) await walk(join(root, source))
  const hash = createHash('sha256')
  const wanted = files.map((path) => relative(root, path).replaceAll('\\', '/')).sort((a, b) => (a < b ? -1 : 1))
  for (const name of wanted) {
    if (name.startsWith('main/launch/')) continue
    hash.update(`${name}\0`).update(await readFile(join(root, name)))
  }
  return hash.digest('hex')
}

/** Builds when the sources are not those that out/ was made from; always with `force`. */
export async function ensureBuilt({ tell, output = 'inherit', force = false }) {
  const digest = await sourcesDigest()
  if (!force && (await readText(buildStamp)) === `${digest}\n`) return
  tell('Building…')
  const started = Date.now()
  await rm(buildStamp, { force: true })
  const code = await run(
    projectNode(),
    [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
    // Equal sources make an equal build: a tab of the one is at home in the other.
    { output, env: { ...process.env, NODE_ENV: 'production', QUARTERDECK_BUILD: digest.slice(0, 12) } },
  )
  if (code !== 0) throw new Error('The build failed (above).')
  await compressPage(join(root, 'out', 'renderer'))
  await writeFile(buildStamp, `${digest}\n`)
  tell(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.`)
}

/** Lays a brotli copy beside each big asset, for a deck that is used through a tunnel. */
async function compressPage(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const jobs = entries
    .filter((entry) => entry.isFile() && compressible.test(entry.name))
    .map(async (entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name)
      const content = await readFile(path)
      if (content.length < compressFromBytes) return
      const params = { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
      const small = await new Promise((resolve, reject) =>
        brotliCompress(content, { params }, (error, result) => (error ? reject(error) : resolve(result))),
      )
      if (small.length < content.length * 0.9) await writeFile(`${path}.br`, small)
    })
  await Promise.all(jobs)
}

/** Runs a program to its end; gives its exit code. `output`: where what it prints goes. */
export function run(program, args, { output = 'inherit', env = process.env, cwd = root } = {}) {
  const shell = process.platform === 'win32' && !/[\\/]/.test(program)
  const stdio = output === 'stderr' ? ['ignore', 2, 2] : ['ignore', output, output]
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio, shell })
    child.once('error', (error) =>
      reject(error.code === 'ENOENT' ? new Error(`${program} was not found on this machine.`) : error),
    )
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)))
  })
}

/** One install or build at a time in a checkout. A lock whose holder is dead counts for nothing. */
async function withLock(tell, job) {
  await mkdir(cache, { recursive: true })
  const path = join(cache, 'launch.lock')
  let told = false
  for (;;) {
    const handle = await open(path, 'wx').catch((error) => {
      if (error.code === 'EEXIST') return null
      throw error
    })
    if (handle) {
      await handle.writeFile(`${process.pid}\n`)
      await handle.close()
      break
    }
    const holder = Number.parseInt(await readText(path), 10)
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs
    if (Number.isNaN(holder) ? age > 5000 : !isAlive(holder)) {
      await rm(path, { force: true })
      continue
    }
    if (!told) tell(`Waiting for another start of Quarterdeck (${holder}) that is setting up this checkout…`)
    told = true
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  try {
    return await job()
  } finally {
    await rm(path, { force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
