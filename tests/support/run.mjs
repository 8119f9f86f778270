/** `npm test`: everything from a bare checkout to one line that says how it went. Plain Node 20, nothing installed. */
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ensureReady, projectNode, root } from '../../main/launch/ensure.mjs'
import { check } from './check.mjs'
import { addCounts, formatCounts, readReport } from './reports.mjs'

const print = (text) => process.stdout.write(`${text}\n`)

const browserNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
]

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The browser that tests/support/browser.ts will find too. */
function findBrowser() {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const places = [
    process.env['CHROMIUM'],
    ...browserNames.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ]
  return places.find((place) => place && isProgram(place)) ?? null
}

/** Finds a browser, or installs Debian's where that is possible; else says what to do. */
function ensureBrowser() {
  const found = findBrowser()
  if (found) return found
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    print('No browser found; installing Chromium with apt-get…')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 2, 2], env })
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], {
      stdio: ['ignore', 2, 2],
      env,
    })
  }
  return findBrowser()
}

/** Runs one project of Vitest in the foreground and counts. */
async function runProject(project, reports, env) {
  const report = join(reports, `${project}.json`)
  const args = [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  const code = await new Promise((resolve) => {
    const child = spawn(projectNode(), args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
    const forward = (signal) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, forward)
    child.once('error', () => resolve(1))
    child.once('exit', (status) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, forward)
      resolve(status ?? 1)
    })
  })
  const counts = await readReport(report)
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

async function main() {
  let counts = addCounts()
  const reports = await mkdtemp(join(tmpdir(), 'quarterdeck-test-'))
  try {
    await ensureReady({ tell: print, output: 'stderr' })
    print('\nStatic checks, architecture and unit tests')
    counts = addCounts(counts, await check({ print }))
    const modules = join(root, 'node_modules', '.bin')
    const env = { ...process.env, PATH: `${modules}${delimiter}${process.env['PATH'] ?? ''}` }
    print('\nIntegration tests')
    counts = addCounts(counts, await runProject('integration', reports, env))
    print('\nBrowser tests')
    const browser = ensureBrowser()
    if (browser) counts = addCounts(counts, await runProject('e2e', reports, { ...env, CHROMIUM: browser }))
    else {
      print('There is no browser for the browser tests: install Chromium, Chrome or Edge, or set CHROMIUM to its path.')
      counts = addCounts(counts, { passed: 0, failed: 1, skipped: 0 })
    }
  } catch (error) {
    print(error.message)
    counts = addCounts(counts, { passed: 0, failed: 1, skipped: 0 })
  } finally {
    await rm(reports, { recursive: true, force: true })
  }
  print(formatCounts(counts))
  process.exitCode = counts.failed > 0 ? 1 : 0
}

await main()
