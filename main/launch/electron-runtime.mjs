/** Finds the Electron runtime, or fetches it: since version 42 the package brings only the means to. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectNode, root } from './ensure.mjs'

const electronFolder = join(root, 'node_modules', 'electron')
const cache = join(root, '.cache')
const failurePath = join(cache, 'electron-failure.json')
/** A failed fetch is not tried again for a day. */
const failureLifeMs = 24 * 3600 * 1000
/** A download that stands still this long has failed. */
const stallMs = 20_000
const fetchLimitMs = 15 * 60_000

async function versionOf(path) {
  return (await readFile(path, 'utf8').catch(() => '')).trim().replace(/^v/, '')
}

async function wantedVersion() {
  return JSON.parse(await readFile(join(electronFolder, 'package.json'), 'utf8')).version
}

/** Path of the runtime's program, or null when it is not here. */
export async function findElectron(env = process.env) {
  const override = env['ELECTRON_OVERRIDE_DIST_PATH']
  const name = (await readFile(join(electronFolder, 'path.txt'), 'utf8').catch(() => '')).trim()
  if (override) {
    const path = join(override, name === '' ? programName() : name)
    return existsSync(path) ? path : null
  }
  if (name === '' || (await versionOf(join(electronFolder, 'dist', 'version'))) !== (await wantedVersion())) return null
  const path = join(electronFolder, 'dist', name)
  return existsSync(path) ? path : null
}

function programName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

/** Why a desktop window is out of the question here, or null. */
export function desktopProblem(platform = process.platform, env = process.env, uid = process.getuid?.()) {
  if (platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return 'there is no display'
  // Chromium's sandbox does not work for root, and without it nothing of ours runs.
  if (platform === 'linux' && uid === 0) return 'it does not run as root'
  return null
}

/** The runtime's path, fetched if need be, or why there is none. */
export async function ensureElectron({ tell }) {
  const found = await findElectron()
  if (found) return { path: found }
  const version = await wantedVersion()
  const failure = JSON.parse(await readFile(failurePath, 'utf8').catch(() => '{}'))
  if (failure.version === version && Date.now() - failure.at < failureLifeMs) return { problem: failure.problem }
  tell(`Fetching the Electron runtime ${version} (once, about 110 MB)…`)
  const problem = await fetchElectron(tell)
  const fetched = problem === null ? await findElectron() : null
  if (fetched) return { path: fetched }
  const why = problem ?? 'the fetch left nothing behind'
  await mkdir(cache, { recursive: true })
  await writeFile(failurePath, JSON.stringify({ version, at: Date.now(), problem: why }))
  return { problem: why }
}

async function sizeOf(folder) {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile())
      bytes += (await stat(join(entry.parentPath ?? entry.path, entry.name)).catch(() => ({ size: 0 }))).size
  }
  return bytes
}

async function fetchElectron(tell) {
  const temporary = join(cache, 'electron-fetch')
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary, { recursive: true })
  const child = spawn(projectNode(), [join(electronFolder, 'install.js')], {
    cwd: root,
    env: { ...process.env, TMPDIR: temporary, TMP: temporary, TEMP: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4000)))
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code) => resolve(code === 0 ? null : firstErrorLine(errors)))
  })
  let stopped = null
  let lastBytes = 0
  let lastChange = Date.now()
  let lastTold = 0
  const started = Date.now()
  const timer = setInterval(() => {
    void Promise.all([sizeOf(temporary), sizeOf(join(electronFolder, 'dist'))]).then(([fetched, unpacked]) => {
      const bytes = fetched + unpacked
      if (bytes !== lastBytes) lastChange = Date.now()
      lastBytes = bytes
      const megabytes = Math.floor(fetched / 1e6)
      if (megabytes >= lastTold + 20) {
        lastTold = megabytes
        tell(`  ${megabytes} MB`)
      }
      const still = Date.now() - lastChange > stallMs
      if (still || Date.now() - started > fetchLimitMs) {
        stopped = still ? 'the download stands still' : 'the download took too long'
        child.kill('SIGKILL')
      }
    })
  }, 1000)
  const result = await ended
  clearInterval(timer)
  await rm(temporary, { recursive: true, force: true })
  return stopped ?? result
}

/** The one line of a stack trace that says what happened. */
function firstErrorLine(errors) {
  if (/fetch failed|ENOTFOUND|ECONN|EAI_AGAIN|ETIMEDOUT|network/i.test(errors)) return 'its server cannot be reached'
  const line = errors.split('\n').find((one) => /error|refused|not found|ENOTFOUND/i.test(one))
  return (line ?? 'the download failed').trim().slice(0, 200)
}
