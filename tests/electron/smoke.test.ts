/** The desktop program in earnest, under a display of its own: only where an Electron runtime and Xvfb are found. Needs the build in out/. */
import { spawn, type ChildProcess } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import { access, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { expect, it } from 'vitest'
import { connectDeck } from '../../main/rpc/deck-connect.ts'
import { deckEnvironment, killProcessesOf } from '../support/deck.ts'
import { until } from '../support/until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'node_modules', 'electron')

async function findRuntime(): Promise<string | null> {
  const name = await readFile(join(folder, 'path.txt'), 'utf8').catch(() => 'electron')
  const path = join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist'), name.trim())
  return access(path, constants.X_OK).then(
    () => path,
    () => null,
  )
}

const runtime = await findRuntime()
const xvfb = ['/usr/bin/Xvfb', '/usr/local/bin/Xvfb'].find((path) => existsSync(path)) ?? null
const display = process.env['DISPLAY'] ?? null
const built = existsSync(join(root, 'out', 'main', 'electron.js'))
const why =
  runtime === null
    ? 'no Electron runtime'
    : !built
      ? 'no build'
      : xvfb === null && display === null
        ? 'no display'
        : null

it.skipIf(why !== null)(
  `the desktop program opens its window on a working deck${why ? ` (skipped: ${why})` : ''}`,
  async () => {
    const base = await mkdtemp(join(tmpdir(), 'qd-'))
    const data = join(base, 'data')
    const home = join(base, 'home')
    await mkdir(home)
    let screen: ChildProcess | null = null
    try {
      const env = deckEnvironment(data, home, { DISPLAY: display ?? ':97' })
      if (display === null && xvfb !== null)
        screen = spawn(xvfb, [':97', '-screen', '0', '1440x900x24'], { stdio: 'ignore' })
      const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
      const program = spawn(runtime ?? '', [...sandbox, '--remote-debugging-port=0', root, '--data', data], {
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let said = ''
      program.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
      const address = await until('the window', () => /DevTools listening on (\S+)/.exec(said)?.[1], {
        deadlineMs: 60_000,
      })
      const browser = await chromium.connectOverCDP(address)
      const page = await until('the page', () => browser.contexts()[0]?.pages()[0])
      await page.locator('text=/Open a repository|打开仓库/').first().waitFor()
      expect(page.url()).toBe('app://quarterdeck/index.html')
      expect(await page.evaluate('typeof require + typeof process')).toBe('undefinedundefined')
      const client = await connectDeck(data)
      expect(await client?.call('host.status', {})).toMatchObject({ ok: true, value: { pid: program.pid } })
      const gone = new Promise((resolve) => program.once('exit', resolve))
      await client?.call('host.quit', { agents: 'stop' })
      await gone
      await browser.close()
    } finally {
      await killProcessesOf(home)
      screen?.kill()
      await rm(base, { recursive: true, force: true, maxRetries: 3 })
    }
  },
  120_000,
)
