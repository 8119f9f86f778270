/** The diff follows the agent's writes and leaves the reader in peace. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { screenshot } from '../support/browser.ts'
import { drawnLines, fileRow, newSideLines, openBench, type ReviewBench } from '../support/review-page.ts'
import { until } from '../support/until.ts'

const numbered = (count: number, change: (line: number) => string | null = () => null): string =>
  Array.from({ length: count }, (_, index) => change(index + 1) ?? `line ${index + 1}`).join('\n') + '\n'

let bench: ReviewBench
beforeAll(async () => {
  bench = await openBench({ 'src/long.txt': numbered(400), 'README.md': '# A repository\n' })
})
afterAll(async () => {
  await bench?.close()
})

test('what an agent writes shows within a second', async () => {
  const { page } = bench
  const session = await bench.start('Follow me')
  await bench.choose(session)
  await page.getByText('No changes yet').waitFor()
  const waits: number[] = []
  for (const name of ['one.txt', 'two.txt', 'three.txt']) {
    const row = fileRow(page, name).waitFor({ timeout: 10_000 })
    const written = performance.now()
    await session.write(name, `${name}\n`)
    await row
    waits.push(performance.now() - written)
  }
  waits.sort((one, other) => one - other)
  expect(waits[1]).toBeLessThan(1000)
  await screenshot(page, 'diff-follow')
})

test('the reader stays at the line while the agent writes above and below it', async () => {
  const { page } = bench
  const session = await bench.start('Hold still')
  await session.write(
    'src/long.txt',
    numbered(400, (line) => (line % 40 === 0 ? `changed ${line}` : null)),
  )
  await bench.choose(session)
  await fileRow(page, 'long.txt').click()
  await until('the diff to be drawn', async () => (await drawnLines(page)).includes('changed 40'))
  await page.getByRole('button', { name: 'How the diff is shown' }).click()
  await page.getByText('Fold unchanged lines').click()
  await until('all lines to be unfolded', async () => (await page.locator('.diff-hidden-lines').count()) === 0)
  // Unfolding adds lines above; what was read stays where it was.
  await until('what was read to be in its place', async () => (await drawnLines(page)).slice(0, 8).includes('line 39'))
  await page.locator(newSideLines).nth(2).hover()
  for (let turn = 0; turn < 40; turn++) await page.mouse.wheel(0, 400)
  await until('the reader to be far down', async () => / 1\d\d$/.test((await drawnLines(page))[3] ?? ''))

  await page.evaluate((selector) => {
    const seen = new Set<string>()
    const editor = document.querySelector('.editor.modified') as HTMLElement
    const look = (): void => {
      const top = editor.getBoundingClientRect().top
      const line = [...document.querySelectorAll(selector)]
        .map((entry) => ({ at: Math.round(entry.getBoundingClientRect().top - top), text: entry.textContent }))
        .filter((entry) => entry.at >= 40)
        .sort((one, other) => one.at - other.at)[0]
      if (line) seen.add(`${line.at} ${line.text}`)
      ;(window as unknown as { frames: number }).frames = requestAnimationFrame(look)
    }
    Object.assign(window, { seen })
    look()
  }, newSideLines)
  const lines = numbered(400, (line) => (line % 40 === 0 ? `changed ${line}` : null)).split('\n')
  lines.splice(4, 0, ...Array.from({ length: 25 }, (_, index) => `inserted ${index}`))
  lines.splice(300, 3)
  await session.write('src/long.txt', lines.join('\n'))
  await page.getByText('Updated just now').waitFor()
  // The comparison follows the edit; its marks are the last thing that is drawn.
  await page.getByRole('button', { name: 'Previous change' }).waitFor()
  await until('the hint to go', async () => (await page.getByText('Updated just now').count()) === 0)
  const seen = await page.evaluate(() => {
    cancelAnimationFrame((window as unknown as { frames: number }).frames)
    return [...(window as unknown as { seen: Set<string> }).seen]
  })
  expect(seen).toHaveLength(1)
  await screenshot(page, 'diff-hold-still')
})

test('a file that is undone while it is read says so and stays readable', async () => {
  const { page } = bench
  const session = await bench.start('Undo me')
  await session.write('gone.txt', 'soon gone\n')
  await session.write('stays.txt', 'stays\n')
  await bench.choose(session)
  await fileRow(page, 'gone.txt').click()
  await page.getByText('soon gone').waitFor()
  await rm(join(session.worktree, 'gone.txt'))
  await page.getByText('no longer among the changes').waitFor()
  expect(await page.getByText('soon gone').count()).toBe(1)
  await page.getByRole('button', { name: 'Next file', exact: true }).click()
  await page.getByRole('heading', { name: 'stays.txt' }).waitFor()
})

test('marks of what was viewed hold until the content changes, and survive a reload', async () => {
  const { page } = bench
  const session = await bench.start('Mark me')
  await session.write('a.txt', 'a\n')
  await session.write('b.txt', 'b\n')
  await bench.choose(session)
  await fileRow(page, 'a.txt').click()
  await page.keyboard.press('Space')
  await page.getByText('1 of 2 viewed').waitFor()
  await page.keyboard.press('u')
  await page.getByRole('heading', { name: 'b.txt' }).waitFor()
  await page.keyboard.press('e')
  await page.getByText('2 of 2 viewed').waitFor()
  await session.write('a.txt', 'a\nand more\n')
  await page.getByText('1 of 2 viewed').waitFor()
  expect(await page.getByLabel('Changed since you viewed it').count()).toBe(1)
  await page.reload()
  await bench.choose(session)
  await page.getByText('1 of 2 viewed').waitFor()
})

test('the scope is remembered for each session', async () => {
  const { page } = bench
  const session = await bench.start('Two scopes')
  await session.write('committed.txt', 'c\n')
  await bench.repository.git('-C', session.worktree, 'add', '-A')
  await bench.repository.git('-C', session.worktree, 'commit', '-q', '-m', 'one')
  await session.write('open.txt', 'o\n')
  await bench.choose(session)
  await page.getByText('2 files', { exact: true }).waitFor()
  await page.getByRole('radio', { name: 'Uncommitted' }).click()
  await page.getByText('1 file', { exact: true }).waitFor()
  expect(await page.getByTestId('approve').textContent()).toContain('2 files')
  const other = await bench.start('Another one')
  await bench.choose(other)
  expect(await page.getByRole('radio', { name: 'Branch vs main' }).getAttribute('aria-checked')).toBe('true')
  await bench.choose(session)
  expect(await page.getByRole('radio', { name: 'Uncommitted' }).getAttribute('aria-checked')).toBe('true')
})
