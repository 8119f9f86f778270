import AxeBuilder from '@axe-core/playwright'
import type { SessionId } from '@contract/ids.ts'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBrowser, openPage, screenshot, type TestPage } from '../support/browser.ts'
import { serveFakePage, type FakePage } from '../support/fake-page.ts'
import { until } from '../support/until.ts'

let browser: Browser
let served: FakePage
let open: TestPage
let page: Page

beforeAll(async () => {
  browser = await openBrowser()
  served = await serveFakePage()
})
afterAll(async () => {
  await served?.close()
  await browser?.close()
})
beforeEach(async () => {
  open = await openPage(browser, served.address)
  page = open.page
  await list().waitFor()
  await page.mouse.move(900, 500)
})
afterEach(async () => {
  await open.close()
})

const list = () => page.getByRole('tree', { name: /^(Sessions|会话)$/ })
const row = (title: string) => list().getByRole('treeitem', { name: title })
const titles = () =>
  list()
    .locator('[aria-level="2"]')
    .evaluateAll((rows) => rows.map((one) => one.getAttribute('data-session')))
const session = (number: number): SessionId => `session-${number}` as SessionId

/** What axe finds wrong on this screen, outside of the editors that are not ours. */
async function violations(): Promise<string[]> {
  const result = await new AxeBuilder({ page }).exclude('.monaco-editor').exclude('.xterm').analyze()
  // Menus and sheets lie outside of the landmarks by their nature.
  return result.violations
    .filter((one) => one.id !== 'region')
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join('\n')}`)
}

test('a session of another repository is shown with its panes, and has the keyboard', async () => {
  await page.getByText('connected').waitFor()
  await row('Approve me').click()
  await page.getByRole('button', { name: '网店' }).waitFor()
  const terminal = page.getByRole('textbox', { name: 'Terminal of Approve me' })
  await until('the terminal has the keyboard', () => terminal.evaluate((field) => field === document.activeElement))
  await row('Fix the login redirect').click()
  await page.getByRole('button', { name: 'lighthouse' }).waitFor()
  await page.getByRole('heading', { name: 'Fix the login redirect' }).first().waitFor()
})

test('the list holds still under the pointer and settles when it leaves', async () => {
  const title = '修复 登录 页面 的 重定向 问题'
  await row(title).hover()
  const before = await titles()
  served.deck.change(session(6), { state: 'asks-question' })
  await row(title).getByRole('img', { name: 'Asks a question' }).waitFor()
  expect(await titles()).toEqual(before)
  await page.mouse.move(900, 500)
  await until('the list settles', async () => (await titles()).indexOf(session(6)) === 4)
  served.deck.change(session(6), { state: 'working' })
})

test('a session is renamed in place by keyboard, and Esc leaves the title as it was', async () => {
  await list().focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  const first = (await titles())[0] as SessionId
  const title = served.deck.sessions.get(first)?.title ?? ''
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: `New title of “${title}”` }).fill('没人要的标题')
  await page.keyboard.press('Escape')
  expect(served.deck.sessions.get(first)?.title).toBe(title)
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: `New title of “${title}”` }).fill('Another title')
  await page.keyboard.press('Enter')
  await row('Another title').waitFor()
  await until('the list has the keyboard again', () => list().evaluate((tree) => tree === document.activeElement))
})

test('discarding says what goes where, and Undo brings it back', async () => {
  await row('Cache the tree ids').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Discard…' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('moves to the trash').waitFor()
  await sheet.getByText('5 files (+40 −2)').waitFor()
  expect(await violations()).toEqual([])
  await sheet.getByRole('button', { name: 'Discard' }).click()
  await row('Cache the tree ids').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await row('Cache the tree ids').waitFor()
  expect(served.deck.calls.map((call) => call.name)).toContain('worktree.bringBack')
})

test('what is typed right after the palette’s key reaches the palette and no terminal', async () => {
  await row('Search over transcripts').click()
  await until('the terminal has the keyboard', () =>
    page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'),
  )
  const inputs = () => served.deck.calls.filter((call) => call.name === 'terminal.input').length
  const before = inputs()
  await page.keyboard.press('Alt+k')
  await page.keyboard.type('settings')
  await until('the palette has it', async () => (await page.getByRole('combobox').first().inputValue()) === 'settings')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor()
  expect(inputs()).toBe(before)
  await page.keyboard.press('Alt+,')
})

test('no key of the program is taken while an input method composes', async () => {
  await list().focus()
  const taken = await page.evaluate(() => {
    const event = new KeyboardEvent('keydown', {
      key: 'k',
      code: 'KeyK',
      altKey: true,
      isComposing: true,
      bubbles: true,
      cancelable: true,
    })
    document.activeElement?.dispatchEvent(event)
    return event.defaultPrevented
  })
  expect(taken).toBe(false)
  expect(await page.getByRole('dialog').count()).toBe(0)
})

test('a sheet that is closed gives the keyboard back to where it was', async () => {
  for (const keys of ['Alt+k', 'Alt+n', 'Alt+Shift+/']) {
    await list().focus()
    const before = await page.evaluateHandle(() => document.activeElement)
    await page.keyboard.press(keys)
    await page.getByRole('dialog').waitFor()
    await until(`${keys}: the keyboard is in the sheet`, () =>
      page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null),
    )
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await until(`${keys}: the keyboard is back`, () => page.evaluate((old) => document.activeElement === old, before))
  }
})

test('a key can be changed; one that is taken says by what before it is taken over', async () => {
  await list().focus()
  await page.keyboard.press('?')
  await page.getByRole('button', { name: 'Change the key of “Stop the agent”' }).click()
  await page.keyboard.press('Alt+Shift+B')
  await page.getByText('Alt+Shift+B is the key of “Show or hide the session list”.').waitFor()
  expect(await violations()).toEqual([])
  await page.getByRole('button', { name: 'Use it here instead' }).click()
  await page.getByRole('button', { name: 'Put back the usual key of “Stop the agent”' }).waitFor()
  const change = served.deck.calls.findLast((call) => call.name === 'settings.change')
  expect(change?.params).toEqual({ keys: { 'session.stop': 'shift+b', 'view.toggleList': '' } })
  for (const name of ['Stop the agent', 'Show or hide the session list']) {
    await page.getByRole('button', { name: `Put back the usual key of “${name}”` }).click()
  }
  await page.keyboard.press('Escape')
})

test('language and theme change at once, and every screen is fit for screen readers in both', async () => {
  expect(await violations()).toEqual([])
  await page.keyboard.press('Alt+,')
  await page.getByRole('radio', { name: '简体中文' }).click()
  await page.getByRole('heading', { name: '设置', exact: true }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN')
  await page.getByRole('radio', { name: '深色' }).click()
  await until('dark', () => page.evaluate(() => document.documentElement.dataset['theme'] === 'dark'))
  expect(await violations()).toEqual([])
  await screenshot(page, 'frame-settings-zh-dark')
  await page.keyboard.press('Alt+,')
  await list().waitFor()
  expect(await violations()).toEqual([])
  await screenshot(page, 'frame-zh-dark')
  await page.keyboard.press('Alt+,')
  await page.getByRole('radio', { name: '跟随系统' }).first().click()
  await page.getByRole('radio', { name: 'English' }).click()
  await page.keyboard.press('Alt+,')
})

test('a set-up script is shown whole before it runs', async () => {
  await row('Warm caches at start').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Read the script' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('npm run build -- --mode test').waitFor()
  expect(await violations()).toEqual([])
  await sheet.getByRole('button', { name: 'Run it' }).click()
  await until('the answer', () => served.deck.calls.some((call) => call.name === 'session.answerSetup'))
})

test('a lost connection is told without moving anything, and heals', async () => {
  const place = async (): Promise<unknown> => list().boundingBox()
  const before = await place()
  served.cut()
  await page.getByText('The connection to Quarterdeck is lost.').waitFor()
  expect(await place()).toEqual(before)
  await page.getByText('The connection to Quarterdeck is lost.').waitFor({ state: 'detached' })
  served.deck.change(session(6), { title: 'Told after the way back' })
  await row('Told after the way back').waitFor()
})

test('in a narrow window list, panes and review are three views', async () => {
  await page.setViewportSize({ width: 700, height: 900 })
  await page.getByRole('radio', { name: 'Panes' }).waitFor()
  await page.getByRole('radio', { name: 'Sessions' }).click()
  await row('Fix the login redirect').click()
  await until(
    'the pane',
    async () => (await page.getByRole('radio', { name: 'Panes' }).getAttribute('aria-checked')) === 'true',
  )
  expect(await list().isVisible()).toBe(false)
  await page.getByRole('radio', { name: 'Review' }).click()
  await page.getByRole('tree', { name: 'Changed files' }).waitFor()
  await screenshot(page, 'frame-narrow-review')
})

test('quitting asks about the agents, and the page then says how to come back', async () => {
  await page.getByRole('button', { name: 'Menu', exact: true }).click()
  await page.getByRole('menuitem', { name: /Quit/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Quit, agents go on' }).click()
  await page.getByRole('heading', { name: 'Quarterdeck has ended' }).waitFor()
  expect(served.deck.calls.findLast((call) => call.name === 'host.quit')?.params).toEqual({ agents: 'keep' })
  expect(await violations()).toEqual([])
})
