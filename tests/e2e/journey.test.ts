/**
 * The main job as a person does it: open a repository, start four agents that work at once, watch them, read the four
 * diffs, approve and land two, discard one, and find the base as expected.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage, screenshot, type TestPage } from '../support/browser.ts'
import { startDeck, type TestDeck } from '../support/deck.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'
import { until } from '../support/until.ts'

let deck: TestDeck
let repository: TestRepository
let browser: Browser
let opened: TestPage
let page: Page

beforeAll(async () => {
  repository = await makeRepository({
    files: {
      'README.md': '# App\n\nA small program.\n',
      'src/login.ts': Array.from({ length: 40 }, (_, index) => `export const step${index} = ${index}\n`).join(''),
      'src/cache.ts': 'export const cache = new Map<string, string>()\n',
    },
  })
  deck = await startDeck()
  browser = await openBrowser()
  opened = await openPage(browser, deck.address, { locale: 'en-US', colorScheme: 'dark' })
  page = opened.page
})
afterAll(async () => {
  await opened?.close()
  await browser?.close()
  await deck?.stop()
  await repository?.remove()
})

const startSession = async (fields: {
  command: string
  title: string
  branch?: string
  prompt?: string
}): Promise<void> => {
  await page.keyboard.press('Alt+n')
  const dialog = page.getByRole('dialog', { name: 'New session' })
  await dialog.getByRole('combobox', { name: 'Agent' }).click()
  await page.getByRole('option', { name: /^Command/ }).click()
  await dialog.getByLabel('Command').fill(fields.command)
  await dialog.getByLabel('Prompt').fill(fields.prompt ?? '')
  await dialog.getByLabel('Title').fill(fields.title)
  if (fields.branch) await dialog.getByLabel('New branch').fill(fields.branch)
  await dialog.getByRole('button', { name: 'Start session' }).click()
  await dialog.waitFor({ state: 'hidden' })
}

const list = (): Locator => page.getByRole('tree', { name: 'Sessions' })
const item = (title: string): Locator => list().getByRole('treeitem').filter({ hasText: title })
/** What stands on the terminals' screens, read where the person reads it. */
const terminalText = async (): Promise<string> =>
  (await page.locator('.xterm-rows').filter({ visible: true }).allInnerTexts()).join('\n')

/** Approves as a person does: where the list changed under the hand, the deck refuses and they look again. */
const approve = (): Promise<unknown> =>
  until('the approval', async () => {
    if (await page.getByTestId('land').isVisible()) return true
    const again = page.getByRole('button', { name: 'Look again' })
    if (await again.isVisible()) await again.click()
    else await page.getByTestId('approve').click({ timeout: 1000 })
    return false
  })

test('a person opens a repository by its path', async () => {
  await page.getByPlaceholder('Path of a folder').fill(repository.path)
  await page.keyboard.press('Enter')
  await page.getByText('No session yet').waitFor()
  expect(await page.getByRole('button', { name: 'my repo 项目' }).count()).toBe(1)
})

test('four sessions are started and work at once', async () => {
  await startSession({
    title: 'Fix login redirect',
    command: "sed -i 's/step7 = 7/step7 = 700/' src/login.ts; echo edited-login; exec cat",
  })
  await startSession({
    title: '修复 缓存 失效',
    branch: '修复-缓存-失效',
    command:
      "printf '\\nexport const ttl = 60 // 秒\\n' >> src/cache.ts; printf '缓存说明\\n' > '说明 文档.md'; echo 完成了; exec cat",
  })
  await startSession({
    title: 'Flood',
    command: 'touch flood.log; seq 1 300000; printf "%s-%s\\n" flood end; exec cat',
  })
  await startSession({ title: 'Reads a manual', command: 'vim -N -u NONE README.md' })
  await startSession({ title: 'Gives up', command: "printf 'half\\n' > half.txt; echo no way; exit 3" })

  await item('Gives up').getByText('Ended with code 3').waitFor()
  expect(
    await list()
      .getByRole('treeitem')
      .filter({ hasText: /Fix login|缓存|Flood|manual|Gives up/ })
      .count(),
  ).toBe(5)
  await until('the terminals to show what the agents print', async () => {
    const text = await terminalText()
    return text.includes('edited-login') && text.includes('完成了') && text.includes('flood-end')
  })
  await screenshot(page, 'journey-four-agents')
})

test('a full-screen program draws and takes keys', async () => {
  await item('Reads a manual').click()
  await until('vim to draw', async () => (await terminalText()).includes('A small program.'))
  await page.keyboard.type('oTyped in vim 中文')
  await until('vim to echo', async () => (await terminalText()).includes('Typed in vim 中文'))
  await page.keyboard.press('Escape')
  await page.keyboard.type(':wq')
  await page.keyboard.press('Enter')
  await until('the session to end', async () => (await item('Reads a manual').innerText()).includes('+1'))
})

test('each diff is read beside its terminal', async () => {
  await item('Fix login redirect').click()
  const files = page.getByRole('tree', { name: 'Changed files' })
  await files.getByRole('treeitem', { name: /login\.ts/ }).click()
  await page.locator('.monaco-diff-editor, .monaco-editor').filter({ visible: true }).first().waitFor()
  await until('the changed line', async () =>
    (await page.locator('.view-lines').filter({ visible: true }).allInnerTexts())
      .join('\n')
      .replaceAll('\u00a0', ' ')
      .includes('step7 = 700'),
  )
  await screenshot(page, 'journey-diff')
  await item('修复 缓存 失效').click()
  await files.getByRole('treeitem', { name: /说明 文档\.md/ }).waitFor()
  await files.getByRole('treeitem', { name: /cache\.ts/ }).waitFor()
  await item('Flood').click()
  await files.getByRole('treeitem', { name: /flood\.log/ }).waitFor()
  await item('Gives up').click()
  await files.getByRole('treeitem', { name: /half\.txt/ }).waitFor()
})

test('an approved tree lands, and what changed since does not', async () => {
  await item('Fix login redirect').click()
  await page.getByTestId('approve').click()
  await page.getByTestId('land').waitFor()
  // The agent goes on after the approval: landing is shut until the person has looked again.
  const worktree = await until('the worktree', async () => {
    const client = await deck.client()
    return new Promise<string>((resolve) => {
      const handle = client.open(
        'session.list',
        {},
        {
          event: (event) => {
            if (event.kind !== 'all') return
            handle.close()
            resolve(event.sessions.find((session) => session.title === 'Fix login redirect')?.worktree ?? '')
          },
        },
      )
    })
  })
  await writeFile(join(worktree, 'src/after.ts'), 'export const after = true\n')
  await page.getByText('Changed since approval').waitFor()
  expect(await page.getByTestId('land').count()).toBe(0)
  await page
    .getByRole('tree', { name: 'Changed files' })
    .getByRole('treeitem', { name: /after\.ts/ })
    .waitFor()
  await approve()
  await page.getByTestId('land').click()
  const dialog = page.getByRole('dialog', { name: /Land/ })
  await dialog.getByRole('radio', { name: /Fast-forward/ }).check()
  await dialog.getByLabel('Commit message').fill('Redirect after login')
  await screenshot(page, 'journey-landing')
  await dialog.getByRole('button', { name: 'Land on main' }).click()
  await dialog.getByText('Landed on main').waitFor()
  await dialog.getByRole('button', { name: 'Archive session' }).click()
  await dialog.waitFor({ state: 'hidden' })
  expect(await repository.git('log', '-1', '--format=%s', 'main')).toBe('Redirect after login')
  expect(await readFile(join(repository.path, 'src/after.ts'), 'utf8')).toBe('export const after = true\n')
})

test('a second one lands as one commit, with a Chinese message, beside uncommitted work', async () => {
  await repository.write('README.md', '# App\n\nMine, not committed.\n')
  await item('修复 缓存 失效').click()
  await approve()
  await page.getByTestId('land').click()
  const dialog = page.getByRole('dialog', { name: /Land/ })
  await dialog.getByRole('radio', { name: /Squash/ }).check()
  await dialog.getByLabel('Commit message').fill('修复缓存失效时间')
  await dialog.getByRole('button', { name: 'Land on main' }).click()
  await dialog.getByText('Landed on main').waitFor()
  await dialog.getByRole('button', { name: 'Keep going' }).click()
  await dialog.waitFor({ state: 'hidden' })
  expect(await repository.git('log', '-1', '--format=%s', 'main')).toBe('修复缓存失效时间')
  expect(await repository.git('-c', 'core.quotepath=off', 'ls-tree', '-r', '--name-only', 'main')).toBe(
    ['README.md', 'src/after.ts', 'src/cache.ts', 'src/login.ts', '说明 文档.md'].join('\n'),
  )
  expect(await readFile(join(repository.path, 'README.md'), 'utf8')).toBe('# App\n\nMine, not committed.\n')
  expect(await repository.git('rev-list', '--count', 'main')).toBe('3')
})

test('a third one is discarded, and can be brought back', async () => {
  await item('Gives up').click()
  await page.getByRole('button', { name: 'More', exact: true }).last().click()
  await page.getByRole('menuitem', { name: /Discard/ }).click()
  const confirm = page.getByRole('dialog')
  if (await confirm.isVisible()) await confirm.getByRole('button', { name: /Discard/ }).click()
  await item('Gives up').waitFor({ state: 'detached' })
  await page.evaluate(() => window.dispatchEvent(new CustomEvent('quarterdeck:command', { detail: 'view.worktrees' })))
  const trash = page.getByRole('region', { name: 'Trash' })
  await trash.getByText('Gives up').waitFor()
  await screenshot(page, 'journey-trash')
  await trash.getByRole('button', { name: 'Bring back' }).click()
  await page.getByText(/^Back at /).waitFor()
  await until(
    'the trash to be empty',
    async () => (await trash.getByRole('button', { name: 'Bring back' }).count()) === 0,
  )
})

test('a reload finds the same panes and screens', async () => {
  await page.evaluate(() => window.dispatchEvent(new CustomEvent('quarterdeck:command', { detail: 'view.stage' })))
  await item('Flood').click()
  await until('the end of the flood', async () => (await terminalText()).includes('flood-end'))
  await page.reload()
  await until('the same screen after a reload', async () => (await terminalText()).includes('flood-end'))
  expect(await item('Flood').count()).toBe(1)
})
