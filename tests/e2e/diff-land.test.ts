/** Approving what was seen, landing it in each way, and what stands in the way. */
import { chmod, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { screenshot } from '../support/browser.ts'
import { fileRow, openBench, type ReviewBench, type ReviewSession } from '../support/review-page.ts'
import { until } from '../support/until.ts'

let bench: ReviewBench
beforeAll(async () => {
  bench = await openBench({ 'README.md': '# A repository\n', 'shared.txt': 'one\ntwo\nthree\n', 'mine.txt': 'mine\n' })
  // The person's own uncommitted work in the main checkout.
  await bench.repository.write('mine.txt', 'mine, in the middle of it\n')
})
afterAll(async () => {
  await bench?.close()
})

/** Presses until it passes: a list that changed this moment is refused, as it should be. */
const approve = (): Promise<unknown> =>
  until('the approval', async () => {
    const press = bench.page.getByTestId('approve')
    if ((await press.count()) > 0 && (await press.isEnabled({ timeout: 500 }).catch(() => false)))
      await press.click({ timeout: 1000 }).catch(() => undefined)
    return (await bench.page.getByTestId('land').count()) > 0
  })

const untilSeen = async (session: ReviewSession, name: string): Promise<void> => {
  await bench.choose(session)
  await fileRow(bench.page, name).waitFor()
  // What was written this moment was seen by nobody: the button waits for that.
  await until('the list to rest', async () => {
    const { changed } = await session.now()
    return changed !== null && changed.files > 0
  })
}

test('a change in the moment of approving is refused and named, and nothing is approved', async () => {
  const { page } = bench
  const session = await bench.start('Race')
  await session.write('a.txt', 'a\n')
  await untilSeen(session, 'a.txt')
  await session.write('b.txt', 'b\n')
  await page.getByTestId('approve').evaluate((button: HTMLElement) => button.click())
  await page.getByText('Not approved: the worktree changed after you looked at it.').waitFor()
  await page.getByRole('alert').getByText('b.txt').waitFor()
  expect((await session.now()).approval).toBeNull()
  await screenshot(page, 'land-refused')
  await page.getByRole('button', { name: 'Look again' }).click()
  await page.getByRole('heading', { level: 3, name: 'b.txt' }).waitFor()
})

test('work that changes after it was approved does not land', async () => {
  const { page } = bench
  const session = await bench.start('Goes on')
  await session.write('a.txt', 'a\n')
  await untilSeen(session, 'a.txt')
  await approve()
  await session.write('a.txt', 'a, and something else\n')
  await page.getByText('Changed since approval').waitFor()
  expect(await page.getByRole('button', { name: 'Land on main…' }).isDisabled()).toBe(true)
  const refused = await bench.client.call('landing.land', { session: session.id, method: 'squash' })
  expect(refused.ok).toBe(false)
})

for (const [method, label] of [
  ['ff', 'Fast-forward'],
  ['merge', 'Merge commit'],
  ['squash', 'Squash into one commit'],
] as const) {
  test(`${label}: lands in the base, leaves the person's own work alone, and offers what comes then`, async () => {
    const { page, repository } = bench
    const session = await bench.start(`Land by ${method}`)
    await session.write(`${method} 文件.txt`, `${method}\n`)
    await untilSeen(session, `${method} 文件.txt`)
    await approve()
    await page.getByTestId('land').click()
    await page.getByRole('radio', { name: label }).click()
    await page.getByLabel('Commit message').fill(`Landed by ${method}\n\n正文`)
    await screenshot(page, `land-${method}`)
    await page.getByTestId('land-now').click()
    await page.getByTestId('landed').waitFor()
    expect(await repository.git('log', '-1', '--format=%H', 'main')).toBe(
      await page.getByTestId('landed').locator('code').textContent(),
    )
    expect(await repository.git('show', `main:${method} 文件.txt`)).toBe(method)
    expect(await repository.git('log', '-3', '--format=%s', 'main')).toContain(`Landed by ${method}`)
    // Checked out there too, and the person's own line is where it was.
    expect(await readFile(join(repository.path, `${method} 文件.txt`), 'utf8')).toBe(`${method}\n`)
    expect(await readFile(join(repository.path, 'mine.txt'), 'utf8')).toBe('mine, in the middle of it\n')
    expect(await repository.git('status', '--porcelain')).toBe(' M mine.txt')
    if (method === 'squash') {
      await page.getByRole('button', { name: 'Discard worktree' }).click()
      await page.getByText('is in the trash').waitFor()
      await page.getByRole('button', { name: 'Undo' }).first().click()
      await page.getByText('Back in').waitFor()
    } else {
      await page.getByRole('button', { name: 'Keep going' }).click()
      await page.getByText(/^Landed on main as/).waitFor()
      await page.getByRole('button', { name: 'Finish…' }).click()
      await page.getByText('What becomes of the session?').waitFor()
      await page.keyboard.press('Escape')
    }
  })
}

test('a conflict is explained file by file, and the base is not touched', async () => {
  const { page, repository } = bench
  const session = await bench.start('Collides')
  await session.write('shared.txt', 'one\nTWO by the agent\nthree\n')
  await bench.repository.write('shared.txt', 'one\nTWO by me\nthree\n')
  await repository.git('commit', '-q', '-m', 'mine', '--', 'shared.txt')
  const before = await repository.git('rev-parse', 'main')
  await untilSeen(session, 'shared.txt')
  await approve()
  await page.getByTestId('land').click()
  await page.getByText('1 file would conflict with main').waitFor()
  await page.getByRole('dialog').getByText('shared.txt').waitFor()
  expect(await page.getByTestId('land-now').isDisabled()).toBe(true)
  await screenshot(page, 'land-conflict')
  await page.keyboard.press('Escape')
  expect(await repository.git('rev-parse', 'main')).toBe(before)
})

test("the person's own uncommitted change to the same file is named, and nothing is touched", async () => {
  const { page, repository } = bench
  const session = await bench.start('In the way')
  await session.write('mine.txt', 'the agent was here too\n')
  await untilSeen(session, 'mine.txt')
  await approve()
  await page.getByTestId('land').click()
  await page.getByText('1 uncommitted file stands in the way').waitFor()
  await page.getByRole('dialog').getByText('mine.txt').waitFor()
  await page.keyboard.press('Escape')
  expect(await readFile(join(repository.path, 'mine.txt'), 'utf8')).toBe('mine, in the middle of it\n')
})

test('a hook that refuses is heard, and the message typed is kept', async () => {
  const { page, repository } = bench
  const session = await bench.start('Hooked')
  await session.write('hooked.txt', 'h\n')
  await repository.write('.git/hooks/pre-commit', '#!/bin/sh\necho "the linter says no" >&2\nexit 1\n')
  const hook = join(repository.path, '.git/hooks/pre-commit')
  await chmod(hook, 0o755)
  await untilSeen(session, 'hooked.txt')
  await approve()
  await page.getByTestId('land').click()
  await page.getByLabel('Commit message').fill('A message worth keeping')
  await page.getByTestId('land-now').click()
  await page.getByText('A hook of the repository refused').waitFor()
  await page.getByText('the linter says no').waitFor()
  await page.keyboard.press('Escape')
  await rm(hook)
  await page.reload()
  await bench.choose(session)
  await page.getByTestId('land').click()
  await until(
    'the message to be back',
    async () => (await page.getByLabel('Commit message').inputValue()) === 'A message worth keeping',
  )
  await screenshot(page, 'land-hook')
  await page.keyboard.press('Escape')
})
