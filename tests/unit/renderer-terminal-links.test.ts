import { expect, test } from 'vitest'
import { findFileLinks, resolveFileLink, safeAddress } from '../../renderer/terminal/file-links.ts'

const places = (text: string): string[] =>
  findFileLinks(text).map(
    ({ path, line, column }) =>
      `${path}${line === undefined ? '' : `:${line}`}${column === undefined ? '' : `:${column}`}`,
  )

test.each([
  ['src/auth/session.ts:61:12 - error TS2322', ['src/auth/session.ts:61:12']],
  ['src/auth/session.ts(61,12): error TS2322', ['src/auth/session.ts:61:12']],
  ['    at login (/home/ada/app/login.js:10:3)', ['/home/ada/app/login.js:10:3']],
  ['  File "app/views.py", line 42, in get', ['app/views.py:42']],
  ['main.rs:7: warning', ['main.rs:7']],
  ['⏺ Update(src/cache/lru.ts)', ['src/cache/lru.ts']],
  ['diff --git a/docs/guide.md b/docs/guide.md', ['a/docs/guide.md', 'b/docs/guide.md']],
  ['see ./run.sh and ../up/one.txt.', ['./run.sh', '../up/one.txt']],
  ['请看（文档/说明.md:3），然后继续', ['文档/说明.md:3']],
  ['C:\\work\\app\\main.cs:12', ['C:\\work\\app\\main.cs:12']],
  ['Makefile:3: missing separator', []],
  ['~/notes/today.md', ['~/notes/today.md']],
])('finds the places in %j', (text, expected) => {
  expect(places(text)).toEqual(expected)
})

test.each([
  'http://localhost:3000/index.html',
  'https://example.com:8080/a/b.ts:12',
  'listening on 127.0.0.1:4600',
  'example.com:443',
  'at 12:30:45 it was 3:1',
  'key: value, other:12',
  'and/or',
  '// comment:3',
  '—————:12',
])('takes nothing in %j for a file', (text) => {
  expect(places(text)).toEqual([])
})

test('a line of data is not searched', () => {
  expect(findFileLinks('a/b.ts:1 '.repeat(1000))).toEqual([])
})

test('hostile text costs no time', () => {
  const started = performance.now()
  findFileLinks('a/'.repeat(1900))
  findFileLinks('a:1'.repeat(1300))
  findFileLinks('x.'.repeat(1900))
  expect(performance.now() - started).toBeLessThan(200)
})

test('a printed path is looked for in the worktree', () => {
  expect(resolveFileLink('src/./a.ts', '/w/one', '/home/ada')).toEqual(['/w/one/src/a.ts'])
  expect(resolveFileLink('../other/a.ts', '/w/one', '/home/ada')).toEqual(['/w/other/a.ts'])
  expect(resolveFileLink('b/src/a.ts', '/w/one', '/home/ada')).toEqual(['/w/one/b/src/a.ts', '/w/one/src/a.ts'])
  expect(resolveFileLink('/etc/hosts', '/w/one', '/home/ada')).toEqual(['/etc/hosts'])
  expect(resolveFileLink('~/x.md', '/w/one', '/home/ada')).toEqual(['/home/ada/x.md'])
  expect(resolveFileLink('src/a.ts', 'C:\\w\\one', 'C:\\Users\\ada')).toEqual(['C:\\w\\one\\src\\a.ts'])
  expect(resolveFileLink('D:\\x.ts', '/w/one', '/home/ada')).toEqual([])
})

test('only plain web addresses are opened', () => {
  expect(safeAddress('https://example.com/a?b=c')).toBe('https://example.com/a?b=c')
  expect(safeAddress('http://127.0.0.1:3000')).toBe('http://127.0.0.1:3000/')
  for (const text of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://bank.com@evil.example/',
    'ssh://host',
    '',
  ]) {
    expect(safeAddress(text)).toBeNull()
  }
})
