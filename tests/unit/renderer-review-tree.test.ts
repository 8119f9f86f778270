import type { ChangedFile, ChangeList } from '@contract/diff.ts'
import { expect, test } from 'vitest'
import {
  buildRows,
  changedSinceViewed,
  comparePaths,
  contentId,
  isViewed,
  keepInPlace,
  readingOrder,
  sortFiles,
  stepFile,
  type Row,
  type RowOptions,
} from '../../renderer/review/file-tree.ts'

const id = (seed: string): string => seed.repeat(40).slice(0, 40)

function file(path: string, part: Partial<ChangedFile> = {}): ChangedFile {
  return {
    path,
    oldPath: null,
    status: 'modified',
    added: 2,
    removed: 1,
    binary: false,
    oldMode: '100644',
    newMode: '100644',
    oldId: id('a'),
    newId: id('b'),
    submodule: false,
    untracked: false,
    generated: false,
    ...part,
  }
}

function list(files: ChangedFile[], part: Partial<ChangeList> = {}): ChangeList {
  return {
    scope: 'branch',
    tree: id('1'),
    base: id('2'),
    baseRef: 'refs/heads/main',
    files,
    added: 0,
    removed: 0,
    leftOut: [],
    unmerged: [],
    ...part,
  }
}

const options: RowOptions = { layout: 'tree', filter: '', folded: new Set(), viewed: {} }
const rowsOf = (files: ChangedFile[], more: Partial<RowOptions> = {}, part: Partial<ChangeList> = {}): Row[] => {
  const changes = list(files, part)
  return buildRows(changes, sortFiles(changes.files), { ...options, ...more })
}
/** `folder/` and `file`, two spaces a level. */
const draw = (rows: readonly Row[]): string[] =>
  rows.map((row) => {
    if (row.kind === 'folder') return `${'  '.repeat(row.depth)}${row.name}/`
    if (row.kind === 'file') return `${'  '.repeat(row.depth)}${row.folder === '' ? row.name : row.file.path}`
    if (row.kind === 'section') return `[${row.section} ${row.count}]`
    return `(${row.path})`
  })

test('folders that hold one folder only are one row, and folders come before files', () => {
  expect(
    draw(
      rowsOf([file('z.ts'), file('src/deep/er/b.ts'), file('src/deep/er/a.ts'), file('docs/x.md'), file('src/top.ts')]),
    ),
  ).toEqual(['docs/', '  x.md', 'src/', '  deep/er/', '    a.ts', '    b.ts', '  top.ts', 'z.ts'])
})

test('names are ordered as people count, in any script', () => {
  expect(['a10', 'a9', 'B', '文档', 'a'].sort(comparePaths)).toEqual(['a', 'a9', 'a10', 'B', '文档'])
})

test('a folder tells how many of its files were viewed, and all its lines, folded or not', () => {
  const files = [file('a/x/1.ts'), file('a/2.ts'), file('a/x/3.ts')]
  const viewed = { 'a/x/1.ts': id('b'), 'a/2.ts': id('f') }
  for (const folded of [new Set<string>(), new Set(['a'])]) {
    const [row] = rowsOf(files, { viewed, folded })
    expect(row).toMatchObject({ kind: 'folder', files: 3, viewed: 1, added: 6, removed: 3 })
  }
  expect(rowsOf(files, { folded: new Set(['a']) })).toHaveLength(1)
})

test('a list shows whole paths', () => {
  expect(draw(rowsOf([file('src/b.ts'), file('a.ts')], { layout: 'list' }))).toEqual(['src/b.ts', 'a.ts'])
})

test('generated and lock files stand folded at the end and are counted', () => {
  const files = [file('package-lock.json', { generated: true }), file('src/a.ts')]
  expect(draw(rowsOf(files))).toEqual(['src/', '  a.ts', '[generated 1]'])
  expect(draw(rowsOf(files, { folded: new Set(['section:generated']) }))).toEqual([
    'src/',
    '  a.ts',
    '[generated 1]',
    'package-lock.json',
  ])
})

test('conflicts come first, also those that the diff does not list', () => {
  const rows = rowsOf([file('a.ts'), file('b.ts', { status: 'unmerged' })], {}, { unmerged: ['b.ts', 'c.ts'] })
  expect(draw(rows)).toEqual(['[unmerged 2]', 'b.ts', '(c.ts)', 'a.ts'])
})

test('files too large for a tree are named at the end', () => {
  const part = { leftOut: [{ path: 'core.dump', sizeBytes: 9 }] }
  expect(draw(rowsOf([file('a.ts')], {}, part))).toEqual(['a.ts', '[left-out 1]'])
  expect(draw(rowsOf([file('a.ts')], { folded: new Set(['section:left-out']) }, part))).toContain('(core.dump)')
})

test('a filter finds words in any order, in old names too, and opens what was folded', () => {
  const files = [file('src/auth/token.ts'), file('src/new.ts', { oldPath: 'src/auth/old.ts' }), file('登录/页面.ts')]
  const filter = (text: string) =>
    rowsOf(files, { filter: text, folded: new Set(['src']) }).flatMap((row) =>
      row.kind === 'file' ? [row.file.path] : [],
    )
  expect(filter('TOKEN src')).toEqual(['src/auth/token.ts'])
  expect(filter('auth')).toEqual(['src/auth/token.ts', 'src/new.ts'])
  expect(filter('页')).toEqual(['登录/页面.ts'])
  expect(filter('nowhere')).toEqual([])
})

test('a mark holds for the content that was seen: another content is not viewed, and says so', () => {
  const one = file('a.ts')
  expect(isViewed(one, { 'a.ts': contentId(one) })).toBe(true)
  const later = file('a.ts', { newId: id('c') })
  expect(isViewed(later, { 'a.ts': contentId(one) })).toBe(false)
  expect(changedSinceViewed(later, { 'a.ts': contentId(one) })).toBe(true)
  expect(changedSinceViewed(later, {})).toBe(false)
  const gone = file('a.ts', { newId: null, status: 'deleted' })
  expect(isViewed(gone, { 'a.ts': contentId(gone) })).toBe(true)
})

test('next and previous go through folded folders and lock files, round the end', () => {
  const changes = list([file('b/x.ts'), file('a.ts'), file('z.lock', { generated: true })])
  const order = readingOrder(changes, sortFiles(changes.files), { ...options, folded: new Set(['b']) })
  expect(order.map((entry) => entry.path)).toEqual(['b/x.ts', 'a.ts', 'z.lock'])
  expect(stepFile(order, 'z.lock', 1)?.path).toBe('b/x.ts')
  expect(stepFile(order, 'b/x.ts', -1)?.path).toBe('z.lock')
  expect(stepFile(order, null, 1)?.path).toBe('b/x.ts')
  expect(stepFile(order, 'a.ts', 1, (entry) => entry.path === 'a.ts')).toBeNull()
  expect(stepFile([], 'a.ts', 1)).toBeNull()
})

test('from a file that has vanished, next goes to what stood after it', () => {
  const order = sortFiles([file('a.ts'), file('c.ts'), file('d.ts')])
  expect(stepFile(order, 'b.ts', 1)?.path).toBe('c.ts')
  expect(stepFile(order, 'b.ts', -1)?.path).toBe('a.ts')
  expect(stepFile(order, 'z.ts', 1)?.path).toBe('a.ts')
})

test('the open file stays where it is on screen when files appear above it', () => {
  const before = rowsOf([file('m.ts'), file('n.ts')])
  const after = rowsOf([file('a.ts'), file('b.ts'), file('m.ts'), file('n.ts')])
  expect(keepInPlace(before, after, 'n.ts', { scrollTop: 0, height: 100 }, 28)).toBe(56)
})

test('where the open file is out of sight, the topmost row that is left keeps its place', () => {
  const many = Array.from({ length: 100 }, (_, index) => file(`f${index}.ts`))
  const before = rowsOf(many)
  const after = rowsOf([file('a.ts'), ...many.filter((entry) => entry.path !== 'f50.ts')])
  expect(keepInPlace(before, after, 'f0.ts', { scrollTop: 50 * 28, height: 280 }, 28)).toBe(0)
  expect(keepInPlace(before, after, null, { scrollTop: 10 * 28, height: 280 }, 28)).toBe(28)
})

test('five thousand files are counted right and quickly', () => {
  const files = Array.from({ length: 5000 }, (_, index) => file(`p${index % 50}/src/${index % 3}/f${index}.ts`))
  const started = performance.now()
  const rows = rowsOf(files)
  expect(performance.now() - started).toBeLessThan(1000)
  expect(rows.filter((row) => row.kind === 'file')).toHaveLength(5000)
  const top = rows.filter((row) => row.kind === 'folder' && row.depth === 0)
  expect(top.reduce((sum, row) => sum + (row.kind === 'folder' ? row.files : 0), 0)).toBe(5000)
})

test('hostile names are names: nothing in a path makes rows collide', () => {
  const files = [file('__proto__/constructor'), file('-rf'), file('a\nb'), file('a b'), file('constructor')]
  const keys = rowsOf(files).map((row) => row.key)
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys).toContain('__proto__/constructor')
})
