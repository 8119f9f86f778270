/** The browser of the e2e tests: an installed Chromium or one of its kin, driven by playwright-core. */
import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

const screens = fileURLToPath(new URL('../.screens', import.meta.url))

/** Chromium for a container without GPU, which asks nobody on the net. */
export const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
]

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
]

/** CHROMIUM, else one on the PATH, else where macOS keeps them; `null` when there is none. */
export async function findChromium(): Promise<string | null> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const places = [
    ...(process.env['CHROMIUM'] ? [process.env['CHROMIUM']] : []),
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ]
  for (const place of places) {
    try {
      await access(place, constants.X_OK)
      return place
    } catch {
      // not there: the next one
    }
  }
  return null
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = await findChromium()
  if (!executablePath)
    throw new Error('No Chromium, Chrome or Edge was found. Install one or set CHROMIUM to its path.')
  return chromium.launch({ executablePath, args: browserFlags, env: { ...process.env } as Record<string, string> })
}

export interface TestPage {
  page: Page
  /** Errors in the console, uncaught errors and failed requests so far. */
  problems: string[]
  /** Takes one expected problem off the list, or fails when it never came. */
  expectProblem(pattern: RegExp): void
  /** Closes the page's context; throws when a problem came that nobody expected. */
  close(): Promise<void>
}

/** Opens `address` in a context of its own (no cookies, no storage of others). */
export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<TestPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error.message}`))
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    // A page that is left takes its requests with it.
    if (why !== 'net::ERR_ABORTED') problems.push(`request: ${request.url()} ${why}`)
  })
  await page.goto(address)
  return {
    page,
    problems,
    expectProblem: (pattern) => {
      const index = problems.findIndex((problem) => pattern.test(problem))
      if (index < 0) throw new Error(`expected a problem like ${pattern}, saw: ${problems.join('\n') || 'none'}`)
      problems.splice(index, 1)
    },
    close: async () => {
      await context.close()
      if (problems.length > 0) throw new Error(`the page had problems:\n${problems.join('\n')}`)
    },
  }
}

/** Writes tests/.screens/NAME.png, to be looked at. */
export async function screenshot(page: Page, name: string): Promise<string> {
  await mkdir(screens, { recursive: true })
  const path = join(screens, `${name}.png`)
  await page.screenshot({ path, animations: 'disabled' })
  return path
}
