import { AxeBuilder } from '@axe-core/playwright'
import type { Session } from '@contract/session.ts'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBrowser, screenshot, type TestPage } from '../support/browser.ts'
import { paneOf, readSession, startShellDeck, type ShellDeck } from '../support/terminal-page.ts'
import { until } from '../support/until.ts'

let browser: Browser
let shells: ShellDeck
let opened: TestPage

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
})
beforeEach(async () => {
  shells = await startShellDeck()
})
afterEach(async () => {
  await opened?.close()
  await shells?.stop()
})

/** Sessions that have a pane, in reading order. */
async function panes(): Promise<string[]> {
  const found = await opened.page.locator('[data-pane]').evaluateAll((elements) =>
    elements
      .filter((element) => element.clientWidth > 0 && element.clientHeight > 0)
      .map((element) => {
        const { left, top } = element.getBoundingClientRect()
        return { id: element.getAttribute('data-pane') ?? '', left, top }
      }),
  )
  return found.toSorted((a, b) => a.top - b.top || a.left - b.left).map(({ id }) => id)
}

const agentOf = (session: Session): NonNullable<Session['terminals'][number]> => {
  const agent = session.terminals.find((terminal) => terminal.kind === 'agent')
  if (!agent) throw new Error('no agent')
  return agent
}

test('new sessions open a pane while there are fewer than four, and never take the keyboard', async () => {
  const first = await shells.shell('One')
  opened = await shells.open(browser)
  const { page } = opened
  const one = paneOf(page, first)
  await one.shows('$')
  await one.focus()
  await page.keyboard.type('echo what I am')
  const others = [await shells.shell('Two'), await shells.shell('Three')]
  for (const other of others) await paneOf(page, other).shows('$')
  await page.keyboard.type(' typing')
  await one.shows('$ echo what I am typing')
  await shells.shell('Four')
  await until('four panes', async () => (await panes()).length === 4)
  await shells.shell('Five')
  await page.getByText('Five').first().waitFor()
  await page.keyboard.type(' still')
  await one.shows('$ echo what I am typing still')
  expect(await panes()).toHaveLength(4)
})

test('the layout is kept when the page is opened again, and closing a pane stops no agent', async () => {
  const sessions: Session[] = []
  for (const title of ['One', 'Two', 'Three', '第四个']) sessions.push(await shells.shell(title))
  opened = await shells.open(browser)
  const { page } = opened
  await until('four panes', async () => (await panes()).length === 4)
  const closed = sessions[1] as Session
  await paneOf(page, closed).shows('$')
  await paneOf(page, closed).focus()
  await page.keyboard.press('Alt+Shift+W')
  await until('three panes', async () => (await panes()).length === 3)
  const before = await panes()
  expect((await readSession(shells.client, closed.id))?.pid).toBe(closed.pid)
  await until('the layout is saved', async () => {
    const kept = await shells.client.call('view.load', { key: `stage:${closed.repository}` })
    return kept.ok && kept.value.json !== null && !kept.value.json.includes(closed.id)
  })
  await page.reload()
  await until('the same panes', async () => JSON.stringify(await panes()) === JSON.stringify(before))
  // From the list it comes back, with the keyboard.
  await page.getByText('Two').first().click()
  await until('four panes', async () => (await panes()).length === 4)
  await page.keyboard.type('echo here again')
  await paneOf(page, closed).shows('$ echo here again')
})

test('a preset lays the panes out, and zoom shows one alone and brings all back', async () => {
  const sessions: Session[] = []
  for (const title of ['One', 'Two', 'Three', 'Four', 'Five', 'Six']) sessions.push(await shells.shell(title))
  opened = await shells.open(browser)
  const { page } = opened
  await until('four panes', async () => (await panes()).length === 4)
  const choose = async (name: string): Promise<void> => {
    await page.keyboard.press('Alt+K')
    await page.keyboard.type(name)
    await page.keyboard.press('Enter')
  }
  await choose('six panes')
  await until('six panes', async () => (await panes()).length === 6)
  await screenshot(page, 'stage-six')
  await choose('two panes')
  await until('two panes', async () => (await panes()).length === 2)
  const [shown] = await panes()
  await page.locator(`[data-pane="${shown}"] .xterm-screen`).click()
  await page.keyboard.press('Alt+Shift+Z')
  await until('one pane', async () => (await panes()).length === 1)
  await page.keyboard.press('Alt+Shift+Z')
  await until('two panes', async () => (await panes()).length === 2)
  await page.setViewportSize({ width: 1000, height: 700 })
  await until('a narrow stage shows one', async () => (await panes()).length === 1)
  await page.setViewportSize({ width: 1440, height: 900 })
  await until('and all again', async () => (await panes()).length === 2)
})

test('a long message is written beside the terminal, survives a reload, and is sent whole', async () => {
  const session = await shells.shell('Message')
  opened = await shells.open(browser)
  const { page } = opened
  const pane = paneOf(page, session)
  await pane.shows('$')
  await pane.focus()
  await page.keyboard.press('Alt+Shift+E')
  const field = page.getByRole('textbox', { name: 'Message to Message' })
  await field.waitFor()
  await page.keyboard.type('echo line one 中文')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('echo line two')
  await until('the draft is saved', async () => {
    const kept = await shells.client.call('view.load', { key: `draft:${session.id}` })
    return kept.ok && (kept.value.json ?? '').includes('line two')
  })
  await page.reload()
  await pane.shows('$')
  await pane.focus()
  await page.keyboard.press('Alt+Shift+E')
  await until('the draft is back', async () => (await field.inputValue()) === 'echo line one 中文\necho line two')
  await screenshot(page, 'stage-composer')
  await page.keyboard.press('Enter')
  await until('both lines ran', async () => {
    const rows = await pane.rows()
    return rows.includes('line one 中文') && rows.includes('line two')
  })
  await until('the field is empty', async () => (await field.inputValue()) === '')
  await page.keyboard.press('ArrowUp')
  expect(await field.inputValue()).toBe('echo line one 中文\necho line two')
  await page.keyboard.press('Escape')
  await page.keyboard.type('echo terminal')
  await pane.shows('$ echo terminal')
})

test('a shell beside the agent, an ended agent with what to do next, and resume', async () => {
  const session = await shells.shell('Pair')
  opened = await shells.open(browser)
  const { page } = opened
  const pane = paneOf(page, session)
  await pane.shows('$')
  await pane.focus()
  await page.keyboard.press('Alt+Shift+T')
  await until('a second terminal', async () => {
    const now = await readSession(shells.client, session.id)
    return now?.terminals.some((terminal) => terminal.kind === 'shell') ?? false
  })
  await pane.shows(/[#$]\s*$/)
  await until('the shell has the keyboard', async () =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label')?.includes('Shell') ?? false),
  )
  await pane.line('echo in the shell')
  await until('its answer', async () => (await pane.rows()).includes('in the shell'))
  await page.getByRole('button', { name: 'Agent', exact: true }).click()
  await until('the agent is back', async () => !(await pane.text()).includes('in the shell'))
  shells.client.note('terminal.input', { terminal: agentOf(session).id, text: 'exit 3\r' })
  const ended = pane.pane.getByRole('status').filter({ hasText: 'Ended with 3' })
  await ended.waitFor()
  await screenshot(page, 'stage-ended')
  expect(await pane.text()).toContain('exit 3')
  const resume = ended.getByRole('button', { name: 'Resume' })
  if (await resume.isVisible()) {
    await resume.click()
    await until('it runs again', async () => (await readSession(shells.client, session.id))?.pid ?? null)
  }
})

test('the stage and its headers are sound for assistive technology', async () => {
  for (const title of ['One', 'Two']) await shells.shell(title)
  opened = await shells.open(browser)
  await until('two panes', async () => (await panes()).length === 2)
  await opened.page.locator('.xterm-rows').first().waitFor()
  const report = await new AxeBuilder({ page: opened.page })
    .include('section[aria-label="Panes"]')
    // Colours inside terminals are the programs' own.
    .exclude('.xterm')
    .analyze()
  expect(report.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([])
})
