import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failedHook } from '../../main/landing/commit.ts'
import { landingNote, parseLandings } from '../../main/landing/landed-before.ts'
import { columnsOf, maxSubjectColumns, proposeMessage } from '../../main/landing/message.ts'

const files = (...paths: string[]): { path: string; status: string }[] =>
  paths.map((path) => ({ path, status: 'modified' }))

describe('the proposed commit message', () => {
  it('is the title, and the prompt where it says more', () => {
    expect(proposeMessage({ title: 'Fix login', prompt: '', files: [] })).toBe('Fix login\n')
    expect(proposeMessage({ title: 'fix login', prompt: 'Fix login.', files: [] })).toBe('Fix login\n')
    expect(
      proposeMessage({ title: 'Fix login', prompt: 'The cookie is lost.\r\n\r\n\r\n\r\nSee #12.', files: [] }),
    ).toBe('Fix login\n\nThe cookie is lost.\n\nSee #12.\n')
  })

  it('is the first sentence of the prompt where there is no title, also in Chinese', () => {
    expect(proposeMessage({ title: '', prompt: '修复登录页面的错误。然后加测试。', files: [] })).toBe(
      '修复登录页面的错误\n\n修复登录页面的错误。然后加测试。\n',
    )
    expect(proposeMessage({ title: ' ', prompt: '\n\n# add a.b to it. Then stop.', files: [] }).split('\n')[0]).toBe(
      'Add a.b to it',
    )
    expect(proposeMessage({ title: '', prompt: 'fooBar() is slow', files: [] }).split('\n')[0]).toBe('fooBar() is slow')
  })

  it('names the files where nobody said anything', () => {
    expect(proposeMessage({ title: '', prompt: '', files: files('src/a.ts') })).toBe('Update src/a.ts\n')
    expect(proposeMessage({ title: '', prompt: '', files: files('src/a.ts', 'b.ts') })).toBe('Update a.ts and b.ts\n')
    expect(proposeMessage({ title: '', prompt: '', files: files('s/x/a', 's/x/b', 's/x/y/c') })).toBe(
      'Update 3 files in s/x\n',
    )
    expect(proposeMessage({ title: '', prompt: '', files: [{ path: 'n', status: 'added' }] })).toBe('Add n\n')
    expect(proposeMessage({ title: '', prompt: '', files: [] })).toBe('Update files\n')
  })

  it('keeps the first line within 72 columns, wide characters counted double', () => {
    expect(columnsOf('中文ab')).toBe(6)
    const chinese =
      proposeMessage({ title: '这是一个非常长的标题'.repeat(8), prompt: '', files: [] }).split('\n')[0] ?? ''
    expect(columnsOf(chinese)).toBeLessThanOrEqual(maxSubjectColumns)
    expect(columnsOf(chinese)).toBeGreaterThan(60)
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.string({ unit: 'binary', maxLength: 300 }),
        (title, prompt) => {
          const message = proposeMessage({ title, prompt, files: files('x') })
          const [subject = '', second] = message.split('\n')
          expect(columnsOf(subject)).toBeLessThanOrEqual(maxSubjectColumns)
          expect(subject.trim()).not.toBe('')
          expect(second).toBe('')
          expect(message.split('\n').some((line) => line.startsWith('#'))).toBe(false)
          expect(message).not.toMatch(/(?!\n|\t)\p{Cc}|\u202e/u)
        },
      ),
    )
  })
})

describe('the reflog of a base', () => {
  it('tells what was landed, and nothing else', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40))
    const lines = [
      `${a} ${landingNote(b ?? '')}: Fast-forward`,
      `${b} commit: quarterdeck: land ${a}`,
      `${c} ${landingNote(a ?? '')}`,
      '',
      'x',
    ]
    expect(parseLandings(lines.join('\n'))).toEqual([
      { commit: a, head: b },
      { commit: c, head: a },
    ])
  })
})

describe('the trace of a commit', () => {
  const line = (event: object): string => `${JSON.stringify({ sid: '1', ...event })}\n`

  it('tells which hook failed, and only that', () => {
    const start = line({ event: 'child_start', child_id: 3, child_class: 'hook', hook_name: 'pre-commit' })
    expect(failedHook(start + line({ event: 'child_exit', child_id: 3, code: 1 }))).toBe('pre-commit')
    expect(failedHook(start + line({ event: 'child_exit', child_id: 3, code: 0 }))).toBeNull()
    const inside = JSON.stringify({ sid: '1/2', event: 'child_exit', child_id: 3, code: 1 })
    expect(failedHook(`${start + inside}\n{"event":"chi`)).toBeNull()
    expect(failedHook(line({ event: 'child_exit', child_id: 1, code: 1 }))).toBeNull()
    expect(failedHook('null\n[]\n7')).toBeNull()
  })
})
