/** The real page in a real browser on the real host: that it comes up under its policy and finds its way back. Needs the build in out/. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { findChromium, openBrowser, openPage, type TestPage } from '../support/browser.ts'
import { startDeck, type TestDeck } from '../support/deck.ts'

const found = await findChromium()
let browser: Browser
const decks: TestDeck[] = []
const pages: TestPage[] = []

beforeAll(async () => {
  if (found) browser = await openBrowser()
})
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close()
  for (const deck of decks.splice(0)) await deck.stop()
})
afterAll(async () => {
  if (found) await browser.close()
})

async function start(...args: Parameters<typeof startDeck>): Promise<TestDeck> {
  const deck = await startDeck(...args)
  decks.push(deck)
  return deck
}
async function open(address: string): Promise<TestPage> {
  const page = await openPage(browser, address)
  pages.push(page)
  return page
}
const welcome = 'text=/Open a repository|打开仓库/'

it.skipIf(!found)('the page comes up, hides its token, and comes up again after a reload', async () => {
  const deck = await start()
  const { page } = await open(deck.address)
  await page.locator(welcome).first().waitFor()
  expect(page.url()).toBe(deck.url)
  await page.reload()
  await page.locator(welcome).first().waitFor()
})

it.skipIf(!found)('a tab left open finds the deck again after a kill -9', async () => {
  const deck = await start()
  const opened = await open(deck.address)
  await opened.page.locator(welcome).first().waitFor()
  await deck.kill('SIGKILL')
  const answered = new Promise<void>((resolve) => {
    opened.page.on('websocket', (socket) => socket.once('framereceived', () => resolve()))
  })
  await start({ data: deck.data, home: deck.home })
  await answered
  await opened.page.locator(welcome).first().waitFor()
  // While the deck was away the browser said so.
  opened.problems.splice(
    0,
    opened.problems.length,
    ...opened.problems.filter((one) => !/WebSocket connection/.test(one)),
  )
})

it.skipIf(!found)('a wrong token gets nothing of the deck', async () => {
  const deck = await start()
  const { page } = await open(`${deck.url}#${'A'.repeat(43)}`)
  await page.locator('text=/This address needs its token|此地址需要令牌/').waitFor()
  expect(await page.locator(welcome).count()).toBe(0)
})
