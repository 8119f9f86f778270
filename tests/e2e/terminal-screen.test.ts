import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Session } from '@contract/session.ts'
import { openBrowser, screenshot, type TestPage } from '../support/browser.ts'
import { paneOf, startShellDeck, type PaneDriver, type ShellDeck } from '../support/terminal-page.ts'
import { until } from '../support/until.ts'

let browser: Browser
let shells: ShellDeck
let one: Session
let two: Session
let opened: TestPage
let first: PaneDriver
let second: PaneDriver

const lines = Array.from({ length: 400 }, (_, index) => `row ${index} of the text 中文 ${'·'.repeat(index % 40)}`)

beforeAll(async () => {
  browser = await openBrowser()
  shells = await startShellDeck({ 'long.txt': `${lines.join('\n')}\n`, 'src/place.ts': 'export const a = 1\n' })
  one = await shells.shell('First')
  two = await shells.shell('Second')
})
afterAll(async () => {
  await browser?.close()
  await shells?.stop()
})
beforeEach(async () => {
  opened = await shells.open(browser)
  first = paneOf(opened.page, one)
  second = paneOf(opened.page, two)
  for (const pane of [first, second]) {
    await pane.shows(/\S/)
    await pane.focus()
    // Whatever an earlier test left running.
    if (!(await pane.text()).trimEnd().endsWith('$')) {
      await opened.page.keyboard.press('Control+C')
      await opened.page.keyboard.press('Escape')
      await opened.page.keyboard.type(':q!\nq')
      await opened.page.keyboard.press('Control+C')
    }
    await pane.shows('$')
    await pane.line('clear')
    await until('an empty screen', async () => (await pane.text()).trim() === '$')
  }
})
afterEach(async () => {
  await opened.close()
})

/** Rows and columns as the program in the pane is told. */
async function sizeIn(pane: PaneDriver): Promise<string> {
  await pane.focus()
  await pane.line('clear; stty size')
  let size = ''
  await until('a size', async () => {
    size = (await pane.rows()).find((row) => /^\d+ \d+$/.test(row)) ?? ''
    return size !== ''
  })
  return size
}

/** The drawn rows stand still. */
async function settled(pane: PaneDriver): Promise<string[]> {
  let before = ''
  await until(
    'the screen stands still',
    async () => {
      const now = await pane.text()
      const same = now === before
      before = now
      return same
    },
    { everyMs: 250 },
  )
  return pane.rows()
}

test('the program knows the size of its pane', async () => {
  const size = await sizeIn(first)
  const drawn = (await first.rows()).length
  expect(size.split(' ')[0]).toBe(String(drawn))
})

test('a full-screen program fills the pane after every change of its size, with nothing left over', async () => {
  const { page } = opened
  await first.focus()
  await first.line('less long.txt')
  await first.shows('row 3 of the text')
  const check = async (): Promise<void> => {
    const rows = await settled(first)
    const texts = rows.slice(0, -1).filter((row) => row !== '')
    // Each row of the file stands once, in order, from the first.
    const numbers = texts.flatMap((row) => /^row (\d+) /.exec(row)?.[1] ?? []).map(Number)
    expect(numbers).toEqual(numbers.map((_, index) => index))
    expect(rows.at(-1)).toMatch(/^(:|long\.txt)$/)
    expect(texts.length).toBe(rows.length - 1)
  }
  await check()
  await page.keyboard.press('Alt+Shift+Z')
  await until('it is zoomed', async () => (await second.pane.isVisible()) === false)
  await check()
  await page.setViewportSize({ width: 1300, height: 620 })
  await check()
  await page.keyboard.press('Alt+Shift+Z')
  await second.pane.waitFor({ state: 'visible' })
  await check()
  await screenshot(page, 'terminal-less-resized')
  await first.focus()
  await page.keyboard.press('q')
})

test('a page that is opened again shows the same screen, colours and scrollback', async () => {
  const { page } = opened
  await first.focus()
  await first.line(`seq 1 200; printf '\\e[1;31mred 中文\\e[0m \\e[7mback\\e[0m\\n'`)
  await first.shows('red 中文')
  await second.focus()
  await second.line('vim -u NONE -N long.txt')
  await second.shows('row 5 of the text')
  const before = [await settled(first), await settled(second)]
  const looks = (): Promise<string[]> =>
    page
      .locator(`[data-pane="${one.id}"] .xterm-rows span`)
      .evaluateAll((spans) =>
        spans
          .filter((span) => /red|back/.test(span.textContent ?? ''))
          .map((span) => `${span.className}|${getComputedStyle(span).color}|${getComputedStyle(span).backgroundColor}`),
      )
  const colours = await looks()
  await page.reload()
  await first.shows('red 中文')
  await second.shows('row 5 of the text')
  expect(await settled(first)).toEqual(before[0])
  expect(await settled(second)).toEqual(before[1])
  expect(await looks()).toEqual(colours)
  await page.mouse.move(0, 0)
  await first.pane.locator('.xterm-screen').hover()
  await until('the first line', async () => {
    await page.mouse.wheel(0, -3000)
    return /^1$/m.test(await first.text())
  })
  await second.focus()
  await page.keyboard.press('Escape')
  await second.line(':q!')
})

test('a reader who scrolled up stays there, and finds the same lines after the pane was hidden', async () => {
  const { page } = opened
  await first.focus()
  await first.line('seq 1 500')
  await first.shows(/^500$/m)
  await first.pane.locator('.xterm-screen').hover()
  await page.mouse.wheel(0, -4000)
  await until('it is scrolled up', async () => !(await first.text()).includes('500'))
  const seen = await settled(first)
  // Output that comes meanwhile does not move the view.
  const agent = one.terminals.find((terminal) => terminal.kind === 'agent')
  if (!agent) throw new Error('no terminal')
  shells.client.note('terminal.input', { terminal: agent.id, text: 'seq 501 520\r' })
  await until('the output is there', async () => {
    const text = await shells.client.call('terminal.text', { terminal: agent.id, what: 'screen' })
    return text.ok && /^520$/m.test(text.value.text)
  })
  expect(await settled(first)).toEqual(seen)
  // Zooming the other hides this one for longer than its stream is kept.
  await second.focus()
  await page.keyboard.press('Alt+Shift+Z')
  await until('it is hidden', async () => (await first.pane.isVisible()) === false)
  const hiddenAt = Date.now()
  await until('its stream is closed', () => Date.now() - hiddenAt > 2500)
  shells.client.note('terminal.input', { terminal: agent.id, text: 'seq 521 540\r' })
  await page.keyboard.press('Alt+Shift+Z')
  await first.pane.waitFor({ state: 'visible' })
  expect(await settled(first)).toEqual(seen)
})

test('what a program asks its terminal is answered exactly once', async () => {
  await first.focus()
  const ask = "printf '\\e[6n'; printf '\\e[c'; printf '\\e]11;?\\a'; printf '\\e[?2026$p'; printf '\\e[18t'"
  await first.line(`stty -echo -icanon min 0 time 10; ${ask}; cat -v; stty sane; echo; echo done`)
  await until('the answers', async () => (await first.rows()).includes('done'))
  const answer = (await first.text()).replaceAll('\n', '')
  expect(answer.match(/\^\[\[\d+;\d+R/g)).toHaveLength(1)
  expect(answer.match(/\^\[\[\?[\d;]+c/g)).toHaveLength(1)
  expect(answer.match(/\^\[\]11;rgb:/g)).toHaveLength(1)
  expect(answer.match(/\^\[\[\?2026;\d\$y/g)).toHaveLength(1)
  expect(answer.match(/\^\[\[8;\d+;\d+t/g)).toHaveLength(1)
})

test('the search finds, counts, goes round and gives the keyboard back', async () => {
  const { page } = opened
  await first.focus()
  await first.line('for i in 1 2 3 4 5; do echo needle-$i; echo Needle; done')
  await first.shows('needle-5')
  await page.keyboard.press('Alt+Shift+F')
  const field = page.getByRole('textbox', { name: 'Find in the terminal' })
  await field.waitFor()
  await field.fill('needle-\\d')
  const count = first.pane.getByRole('search').getByRole('status')
  await until('nothing is found as plain text', async () => (await count.innerText()) === 'No match')
  await page.getByRole('button', { name: 'Regular expression' }).click()
  await until('five are found', async () => (await count.innerText()).endsWith('of 5'))
  const before = await count.innerText()
  await field.press('Enter')
  await until('the next one', async () => (await count.innerText()) !== before)
  await screenshot(page, 'terminal-search')
  await field.press('Escape')
  await field.waitFor({ state: 'detached' })
  await page.keyboard.type('echo back')
  await first.shows('$ echo back')
  await page.keyboard.press('Control+C')
})

test('addresses and places in files open by a click with Ctrl, and not by a plain one', async () => {
  const { page } = opened
  await page.context().route('https://example.invalid/**', (route) => route.fulfill({ body: 'opened' }))
  await first.focus()
  await first.line(
    "clear; echo 'see https://example.invalid/page'; printf '\\e]8;;https://example.invalid/hidden\\e\\\\text\\e]8;;\\e\\\\\\n'",
  )
  await until('the answer', async () => (await first.rows()).includes('see https://example.invalid/page'))
  const address = first.pane.getByText('see https://example.invalid/page', { exact: true })
  let windows = 0
  page.context().on('page', () => windows++)
  await address.click({ force: true })
  await page.mouse.move(5, 5)
  await address.hover({ force: true })
  await first.pane.getByRole('tooltip').waitFor()
  expect(windows).toBe(0)
  const popup = page.context().waitForEvent('page')
  await page.keyboard.down('Control')
  await page.mouse.down()
  await page.mouse.up()
  await page.keyboard.up('Control')
  expect((await popup).url()).toBe('https://example.invalid/page')
  await (await popup).close()
  // A link whose text says another thing tells where it leads.
  await page.mouse.move(5, 5)
  await first.pane.locator('.xterm-rows span', { hasText: /^text$/ }).hover({ force: true })
  await until('its target is shown', async () =>
    (await first.pane.getByRole('tooltip').innerText()).includes('https://example.invalid/hidden'),
  )
})

test('a flood in one terminal leaves the page and the keys of another quick', async () => {
  const { page } = opened
  await first.focus()
  await first.line(`while :; do cat long.txt; done`)
  await first.shows('row')
  await second.focus()
  const frames = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let count = 0
        const start = performance.now()
        const frame = (now: number): void => {
          count++
          if (now - start < 2000) requestAnimationFrame(frame)
          else resolve((count * 1000) / (now - start))
        }
        requestAnimationFrame(frame)
      }),
  )
  await second.line('echo typed while it floods')
  await until('the answer', async () => (await second.rows()).includes('typed while it floods'))
  // This machine may be busy; a page that stands still draws one or two.
  expect(await frames).toBeGreaterThan(10)
  await first.focus()
  const asked = Date.now()
  await page.keyboard.press('Control+C')
  await until('the prompt is back', async () => (await first.text()).trimEnd().endsWith('$'))
  expect(Date.now() - asked).toBeLessThan(5000)
})
