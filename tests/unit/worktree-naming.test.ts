import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  branchForTyped,
  countColumns,
  folderNameFor,
  proposeBranch,
  proposeTitle,
  uniqueBranch,
} from '../../main/worktree/naming.ts'

/** Letters, marks and oddities that people and agents really type. */
const oddText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ...Array.from(' -._/\\@{}~^:?*[]()&;|<>"\'`$!#%+=,。，、！？\u3000\u200b\u202e\u0000\n\t\u007f\u001b'),
    ),
    fc.constantFrom(
      '.lock',
      '..',
      '@{',
      'HEAD',
      'refs/heads/',
      'con',
      'nul',
      'a',
      'B',
      '修',
      '复',
      'é',
      'e\u0301',
      '한',
      'ß',
      '👍🏽',
      '👨‍👩‍👧',
      '\ud800',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 80,
})

/** What git itself says, of many names in few processes. */
function refused(names: readonly string[]): string[] {
  return names.filter((name) => {
    try {
      return (
        execFileSync('git', ['check-ref-format', '--branch', name], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }) !== `${name}\n`
      )
    } catch {
      return true
    }
  })
}

test('a title is the first sentence on one line', () => {
  expect(proposeTitle('Fix the login bug. Then write tests.')).toBe('Fix the login bug')
  expect(proposeTitle('\n\n# Heading\n\nbody')).toBe('Heading')
  expect(proposeTitle('- [ ] 1. update main.ts to v1.2 of foo\nmore')).toBe('update main.ts to v1.2 of foo')
  expect(proposeTitle('修复登录按钮。然后加测试')).toBe('修复登录按钮')
  expect(proposeTitle('Why? Because')).toBe('Why')
  expect(proposeTitle('')).toBe('')
  expect(proposeTitle('\u001b[31mred\u001b[0m \u202eevil')).toBe('red evil')
})

test('a long title is cut between words, and wide characters count double', () => {
  const long = proposeTitle(`${'word '.repeat(30)}end`)
  expect(countColumns(long)).toBeLessThanOrEqual(60)
  expect(long).toMatch(/word…$/)
  const chinese = proposeTitle('字'.repeat(100))
  expect(countColumns(chinese)).toBeLessThanOrEqual(60)
  expect(chinese).toBe(`${'字'.repeat(29)}…`)
  expect(countColumns('e\u0301한👍🏽a')).toBe(6)
})

test('no prompt whatever makes a title of more than 60 columns or with a control character', () => {
  fc.assert(
    fc.property(oddText, (prompt) => {
      const title = proposeTitle(prompt)
      expect(countColumns(title)).toBeLessThanOrEqual(60)
      expect(title).not.toMatch(/[\p{Cc}\u202e]/u)
      expect(title.isWellFormed()).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('a branch is drafted from what the prompt says, Chinese in Chinese', () => {
  const draft = (prompt: string): string => proposeBranch(prompt, new Set())
  expect(draft('Please fix the login bug. Then test')).toBe('fix-login-bug')
  expect(draft("Don't crash when the file isn't there")).toBe('dont-crash-when-file-isnt')
  expect(draft('请帮我修复登录页面的按钮，谢谢')).toBe('修复登录页面的按钮')
  expect(draft('升级 React 到 19')).toBe('升级-react-到-19')
  expect(draft('ログイン画面を直す')).toBe('ログイン画面を直す')
  expect(draft('👍')).toBe('session')
  expect(draft('')).toBe('session')
  expect(draft('HEAD')).toBe('branch-head')
  expect(draft('请')).toBe('session')
})

test('every drafted branch is one that git takes, whatever the prompt', () => {
  const drafted = fc.sample(oddText, 150).map((prompt) => proposeBranch(prompt, new Set()))
  expect(refused(drafted)).toEqual([])
  for (const name of drafted) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200)
})

test('every typed branch is made one that git takes, or refused', () => {
  const typed = fc.sample(oddText, 150).map(branchForTyped)
  expect(refused(typed.filter((name) => name !== null))).toEqual([])
})

test('a typed name keeps letter case, slashes and Chinese', () => {
  expect(branchForTyped('feature/新功能 测试')).toBe('feature/新功能-测试')
  expect(branchForTyped(' Fix_Bug.v2 ')).toBe('Fix_Bug.v2')
  expect(branchForTyped('refs/heads/x')).toBe('x')
  expect(branchForTyped('a..b/.hidden/x.lock/-y')).toBe('a.b/hidden/x/y')
  expect(branchForTyped('con/nul.txt')).toBe('con-branch/nul-txt-branch')
  expect(branchForTyped('f'.repeat(40))).toBe(`branch-${'f'.repeat(40)}`)
  for (const empty of ['', '  ', '///', '...', '~^:']) expect(branchForTyped(empty), empty).toBeNull()
})

test('a taken name gets a number, also where only case or composition differ', () => {
  expect(uniqueBranch('fix', new Set(['fix']))).toBe('fix-2')
  expect(uniqueBranch('fix', new Set(['FIX', 'refs/heads/fix-2']))).toBe('fix-3')
  expect(uniqueBranch('caf\u00e9', new Set(['cafe\u0301']))).toBe('café-2')
  expect(uniqueBranch('a', new Set(['a/b']))).toBe('a-2')
  expect(uniqueBranch('a/b', new Set(['a']))).toBe('a-b')
  expect(uniqueBranch('a/b/c', new Set(['a/b']))).toBe('a-b-c')
  expect(uniqueBranch('a/b', new Set(['a', 'a-b']))).toBe('a-b-2')
})

test('no drafted branch collides with one that is there', () => {
  const name = fc.constantFrom('fix', 'Fix', 'fix-2', 'fix/a', 'fix/a/b', 'fix-2/x', 'session', 'FIX-3')
  fc.assert(
    fc.property(fc.uniqueArray(name), fc.constantFrom('fix', 'Fix', 'fix a', ''), (taken, prompt) => {
      const drafted = proposeBranch(prompt, new Set(taken)).toLowerCase()
      for (const each of taken.map((one) => one.toLowerCase())) {
        expect(drafted).not.toBe(each)
        expect(drafted.startsWith(`${each}/`)).toBe(false)
        expect(each.startsWith(`${drafted}/`)).toBe(false)
      }
    }),
  )
})

test('a folder is plain ASCII, short, safe everywhere, and Chinese is readable', () => {
  expect(folderNameFor('fix-login')).toBe('fix-login')
  expect(folderNameFor('修复登录')).toMatch(/^xiu-fu-deng-lu-[0-9a-f]{8}$/)
  expect(folderNameFor('feature/x')).toMatch(/^feature-x-[0-9a-f]{8}$/)
  expect(folderNameFor('👍')).toMatch(/^worktree-[0-9a-f]{8}$/)
  expect(folderNameFor('con')).not.toBe('con')
  fc.assert(
    fc.property(oddText, (text) => {
      const folder = folderNameFor(text)
      expect(folder).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
      expect(folder.length).toBeLessThanOrEqual(64)
      expect(folder).not.toMatch(/[.]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i)
    }),
    { numRuns: 500 },
  )
})

test('two branches never share a folder, also where case does not count', () => {
  const names = ['a/b', 'a-b', 'A-b', 'a_b', 'a.b', 'ａ-b', '修复', '休复', '修 复', 'x'.repeat(80), 'x'.repeat(81)]
  const folders = names.map((name) => folderNameFor(name).toLowerCase())
  expect(new Set(folders).size).toBe(names.length)
  fc.assert(
    fc.property(oddText, oddText, (one, other) => {
      if (one !== other) expect(folderNameFor(one).toLowerCase()).not.toBe(folderNameFor(other).toLowerCase())
    }),
    { numRuns: 500 },
  )
})
