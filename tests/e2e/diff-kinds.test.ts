/** Every kind of change has its picture: text in any encoding, images, binaries, modes, thousands of files, giants. */
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { screenshot } from '../support/browser.ts'
import { drawnLines, fileRow, openBench, type ReviewBench, type ReviewSession } from '../support/review-page.ts'
import { until } from '../support/until.ts'

/** One red and one blue pixel. */
const red = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const blue = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg=='
/** 旧的内容 and 新的内容 in GB18030. */
const oldChinese = Uint8Array.of(0xbe, 0xc9, 0xb5, 0xc4, 0xc4, 0xda, 0xc8, 0xdd, 0x0a)
const newChinese = Uint8Array.of(0xd0, 0xc2, 0xb5, 0xc4, 0xc4, 0xda, 0xc8, 0xdd, 0x0a)
const bytes = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'))
const svg = (colour: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="${colour}"/><script>document.title="hacked"</script></svg>\n`

let bench: ReviewBench
let session: ReviewSession
beforeAll(async () => {
  bench = await openBench({
    'picture.png': bytes(red),
    'drawing.svg': svg('red'),
    'data.bin': Uint8Array.from({ length: 3000 }, (_, index) => index % 256),
    'windows.txt': 'one\r\ntwo\r\n',
    '旧编码.txt': oldChinese,
    'run.sh': '#!/bin/sh\necho hi\n',
    'old-name.ts': Array.from({ length: 30 }, (_, index) => `export const v${index} = ${index}`).join('\n') + '\n',
    'deleted.md': '# Going\n',
    'end.txt': 'no newline before\n',
    'package-lock.json': '{}\n',
  })
  session = await bench.start('Every kind')
  const { write, worktree } = session
  await write('picture.png', bytes(blue))
  await write('drawing.svg', svg('blue'))
  await write(
    'data.bin',
    Uint8Array.from({ length: 5000 }, (_, index) => (index * 7) % 256),
  )
  await write('windows.txt', 'one\ntwo\n')
  await write('旧编码.txt', newChinese)
  await chmod(join(worktree, 'run.sh'), 0o755)
  await bench.repository.git('-C', worktree, 'mv', 'old-name.ts', 'new-name.ts')
  await bench.repository.git('-C', worktree, 'rm', '-q', 'deleted.md')
  await write('end.txt', 'no newline now')
  await write('package-lock.json', '{ "lockfileVersion": 3 }\n')
  await write('文档/安装 指南.md', '# 安装\n\n你好，世界\n')
  await write('trojan.ts', 'if (isАdmin) { /* \u202e } \u2066 */ }\n')
  await bench.choose(session)
  await fileRow(bench.page, 'picture.png').waitFor()
})
afterAll(async () => {
  await bench?.close()
})

const open = async (name: string): Promise<void> => {
  await fileRow(bench.page, name).click()
  await bench.page.getByRole('heading', { level: 3, name }).waitFor()
}

test('an image is shown before and after with its sizes, and a drawing runs no script', async () => {
  const { page } = bench
  await open('picture.png')
  await page.getByText('Before · 1 × 1 px').waitFor()
  await page.getByText('After · 1 × 1 px').waitFor()
  await open('drawing.svg')
  await until(
    'the drawing or its text',
    async () =>
      (await page.getByText('40 × 30 px').count()) === 2 ||
      (await drawnLines(page)).some((line) => line.includes('<svg')),
  )
  expect(await page.title()).not.toBe('hacked')
  await screenshot(page, 'diff-image')
})

test('a binary says how large it was and is', async () => {
  const { page } = bench
  await open('data.bin')
  await page.getByText('2.9 KB → 4.9 KB (+2.0 KB)').waitFor()
})

test('changed line endings are named, and the lines are said to be the same', async () => {
  const { page } = bench
  await open('windows.txt')
  await page.getByText('CRLF → LF').waitFor()
  await page.getByText('Only their line endings changed').waitFor()
})

test('Chinese text in GB18030 is readable, and a Chinese path with a space is itself', async () => {
  const { page } = bench
  await open('旧编码.txt')
  await page.getByText('GB18030').waitFor()
  await until('the new text', async () => (await drawnLines(page)).includes('新的内容'))
  await open('安装 指南.md')
  await until('the text', async () => (await drawnLines(page)).includes('你好，世界'))
  await screenshot(page, 'diff-chinese')
})

test('mode, rename, deletion and a missing newline are told in words', async () => {
  const { page } = bench
  await open('run.sh')
  await page.getByText('Made executable').waitFor()
  await open('new-name.ts')
  await page.getByText('Renamed from old-name.ts').waitFor()
  await open('deleted.md')
  await until('the deleted text', async () => (await drawnLines(page)).includes('# Going'))
  await open('end.txt')
  await page.getByText('No newline at the end (after)').waitFor()
})

test('characters that deceive the reader are made visible', async () => {
  const { page } = bench
  await open('trojan.ts')
  await until('the hidden characters', async () => (await drawnLines(page)).join('').includes('[U+202E]'))
  await until('the look-alike to be framed', async () => (await page.locator('.unicode-highlight').count()) > 0)
})

test('lock files are folded at the end and counted with the rest', async () => {
  const { page } = bench
  const section = page.getByRole('treeitem').filter({ hasText: '1 generated file' })
  expect(await section.getAttribute('aria-expanded')).toBe('false')
  await section.click()
  await open('package-lock.json')
  await page.getByText('Generated', { exact: true }).waitFor()
})

test('five thousand files are counted right and scroll', async () => {
  const { page } = bench
  const many = await bench.start('Thousands')
  await Promise.all(
    Array.from({ length: 50 }, async (_, folder) => {
      for (let index = 0; index < 100; index++)
        await many.write(`p${folder}/src/file${index}.ts`, `export const x = ${index}\n`)
    }),
  )
  await bench.choose(many)
  await page.getByText('5,000 files', { exact: true }).waitFor({ timeout: 30_000 })
  await page.getByText('0 of 5,000 viewed').waitFor()
  const tree = page.getByRole('tree', { name: 'Changed files' })
  await tree.focus()
  await page.keyboard.press('End')
  await fileRow(page, 'file99.ts').waitFor()
  expect(await tree.getByRole('treeitem').count()).toBeLessThan(120)
  await page.keyboard.press('Home')
  await fileRow(page, 'p0').first().waitFor()
  await page.keyboard.press('Space')
  await page.getByText('100 of 5,000 viewed').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('p49 file99')
  await until('the filter to hold', async () => (await tree.getByRole('treeitem').count()) === 2)
  await fileRow(page, 'file99.ts').click()
  await page.getByRole('heading', { level: 3, name: 'p49/src/file99.ts' }).waitFor()
  await screenshot(page, 'diff-thousands')
})

test('a file of a hundred thousand lines and a minified one do not freeze the page', async () => {
  const { page } = bench
  const giant = await bench.start('Giants')
  await giant.write(
    'long.ts',
    Array.from({ length: 100_000 }, (_, index) => `const value${index} = ${index}`).join('\n'),
  )
  await giant.write('one-line.js', 'var a=1;'.repeat(10_000))
  await giant.write('small.ts', 'export {}\n')
  await bench.choose(giant)
  await fileRow(page, 'small.ts').click()
  await until('the small one', async () => (await drawnLines(page)).includes('export {}'))
  await page.evaluate(() => {
    const watch = { longest: 0, last: performance.now() }
    Object.assign(window, { watch })
    const look = (): void => {
      const now = performance.now()
      watch.longest = Math.max(watch.longest, now - watch.last)
      watch.last = now
      requestAnimationFrame(look)
    }
    look()
  })
  for (const name of ['long.ts', 'one-line.js']) {
    await fileRow(page, name).click()
    await page.getByRole('heading', { level: 3, name }).waitFor()
    await page.getByText('without syntax colours').waitFor()
  }
  await fileRow(page, 'small.ts').click()
  await page.getByRole('heading', { level: 3, name: 'small.ts' }).waitFor()
  const longest = await page.evaluate(() => (window as unknown as { watch: { longest: number } }).watch.longest)
  expect(longest).toBeLessThan(2000)
})
