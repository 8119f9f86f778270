import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Session } from '@contract/session.ts'
import { openBrowser, type TestPage } from '../support/browser.ts'
import { paneOf, startShellDeck, type PaneDriver, type ShellDeck } from '../support/terminal-page.ts'
import { until } from '../support/until.ts'

let browser: Browser
let shells: ShellDeck
let session: Session
let opened: TestPage
let pane: PaneDriver

beforeAll(async () => {
  browser = await openBrowser()
  shells = await startShellDeck()
  session = await shells.shell('Typing')
})
afterAll(async () => {
  await browser?.close()
  await shells?.stop()
})
beforeEach(async () => {
  opened = await shells.open(browser, { permissions: ['clipboard-read', 'clipboard-write'] })
  pane = paneOf(opened.page, session)
  await pane.shows('$')
  await pane.focus()
  await pane.line('clear')
  await until('an empty screen', async () => (await pane.text()).trim() === '$')
})
afterEach(async () => {
  await opened.close()
})

/** Text of the clipboard is put there and pasted, as the person would. */
async function paste(text: string): Promise<void> {
  await opened.page.evaluate((value) => navigator.clipboard.writeText(value), text)
  await opened.page.keyboard.press('Control+Shift+V')
}

test('what is typed is echoed once, in order', async () => {
  await pane.line("printf '%s\\n' abc | rev")
  await pane.shows('cba')
  expect((await pane.rows()).filter((row) => row === 'cba')).toHaveLength(1)
})

test('a Chinese input method composes at the cursor, and Enter confirms the candidate only', async () => {
  const { page } = opened
  const ime = await page.context().newCDPSession(page)
  await page.keyboard.type('echo "')
  // The cursor stands where it will stay before the composition begins.
  await pane.shows('$ echo "')
  await ime.send('Input.imeSetComposition', { text: 'ni hao', selectionStart: 6, selectionEnd: 6 })
  const composition = pane.pane.locator('.composition-view')
  await until('the composition is shown', () => composition.evaluate((view) => view.textContent === 'ni hao'))
  const cursor = await pane.pane.locator('.xterm-cursor').boundingBox()
  const shown = await composition.boundingBox()
  expect(Math.abs((shown?.x ?? 0) - (cursor?.x ?? -100))).toBeLessThan(2)
  expect(Math.abs((shown?.y ?? 0) - (cursor?.y ?? -100))).toBeLessThan(4)
  // The Enter of an input method comes as a key that is being composed.
  await ime.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    key: 'Process',
    code: 'Enter',
    windowsVirtualKeyCode: 229,
  })
  await ime.send('Input.insertText', { text: '你好' })
  await ime.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 })
  await pane.shows('$ echo "你好')
  await page.keyboard.type('，世界"')
  await pane.shows('$ echo "你好，世界"')
  expect((await pane.rows()).filter((row) => row !== '')).toEqual(['$ echo "你好，世界"'])
  await page.keyboard.press('Enter')
  await until('it ran once', async () => (await pane.rows()).filter((row) => row === '你好，世界').length === 1)
  await ime.detach()
})

test('compositions one after another lose and double nothing', async () => {
  const { page } = opened
  const ime = await page.context().newCDPSession(page)
  await page.keyboard.type('echo ')
  for (const [spelled, chosen] of [
    ['xiu', '修'],
    ['fu', '复'],
    ['deng lu', '登录'],
    ['ye mian', '页面'],
  ] as const) {
    for (let at = 1; at <= spelled.length; at++) {
      await ime.send('Input.imeSetComposition', { text: spelled.slice(0, at), selectionStart: at, selectionEnd: at })
    }
    await ime.send('Input.insertText', { text: chosen })
    await pane.shows(chosen)
  }
  await page.keyboard.type(' ok')
  await page.keyboard.press('Enter')
  await until('it ran once', async () => (await pane.rows()).filter((row) => row === '修复登录页面 ok').length === 1)
  await ime.detach()
})

test('a paste of several lines is bracketed where the program asked for it, and cannot end its own bracket', async () => {
  await pane.line("printf '\\e[?2004h'; cat -v")
  await pane.shows('cat -v')
  await paste('one\x1b[201~\ntwo\x03')
  await opened.page.keyboard.press('Enter')
  await pane.shows('^[[200~one[201~')
  await pane.shows('two^[[201~')
  await opened.page.keyboard.press('Control+C')
  await pane.line("printf '\\e[?2004l'")
})

test('a paste of several lines is asked about where the program would run each', async () => {
  const { page } = opened
  await pane.line("bind 'set enable-bracketed-paste off'")
  await pane.line('clear')
  await until('an empty screen', async () => (await pane.text()).trim() === '$')
  await paste('echo first\necho second\n')
  const question = page.getByRole('alertdialog')
  await question.waitFor()
  expect(await question.innerText()).toContain('echo first')
  await page.keyboard.press('Escape')
  await question.waitFor({ state: 'detached' })
  await paste('echo first\necho second\n')
  await question.waitFor()
  await page.keyboard.press('Enter')
  await until('both ran', async () => {
    const rows = await pane.rows()
    return rows.includes('first') && rows.includes('second')
  })
  expect((await pane.rows()).filter((row) => row === 'first')).toHaveLength(1)
  await pane.line("bind 'set enable-bracketed-paste on'")
})

test('selecting copies, and the right menu pastes', async () => {
  const { page } = opened
  await pane.line('echo wonderful')
  await until('the answer', async () => (await pane.rows()).includes('wonderful'))
  await pane.pane.getByText('wonderful', { exact: true }).last().dblclick({ force: true })
  await until('the clipboard holds it', async () =>
    page.evaluate(async () => (await navigator.clipboard.readText()) === 'wonderful'),
  )
  await page.keyboard.type('echo again-')
  await pane.pane.locator('.xterm-screen').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Paste' }).click()
  await pane.shows('$ echo again-wonderful')
  await page.keyboard.press('Enter')
  await until('the keyboard is back in the terminal', async () => (await pane.rows()).includes('again-wonderful'))
})

test('a program that offers text for the clipboard is asked about, and never reads it', async () => {
  const { page } = opened
  await page.evaluate(() => navigator.clipboard.writeText('my secret'))
  await pane.line("printf '\\e]52;c;?\\a'; printf '\\e]52;c;b2ZmZXJlZA==\\a'; sleep 0.2; echo asked")
  await until('it ran', async () => (await pane.rows()).includes('asked'))
  const offer = pane.pane.getByRole('status').filter({ hasText: 'offered' })
  await offer.waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('my secret')
  expect(await pane.text()).not.toContain('bXkgc2VjcmV0')
  await offer.getByRole('button', { name: 'Copy' }).click()
  await until('it is in the clipboard', () =>
    page.evaluate(async () => (await navigator.clipboard.readText()) === 'offered'),
  )
})

test('the mouse goes to a program that asks for it, and selects with Shift', async () => {
  const { page } = opened
  await pane.line("printf '\\e[?1000h\\e[?1006h'; cat -v")
  await pane.shows('cat -v')
  const box = await pane.pane.locator('.xterm-screen').boundingBox()
  await page.mouse.click((box?.x ?? 0) + 30, (box?.y ?? 0) + 10)
  await page.keyboard.press('Enter')
  await pane.shows(/\^\[\[<0;\d+;\d+M\^\[\[<0;\d+;\d+m/)
  await page.keyboard.press('Control+C')
  await pane.line("printf '\\e[?1000l\\e[?1006l'")
})
