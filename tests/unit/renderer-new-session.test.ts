import { describe, expect, test } from 'vitest'
import { emptyDraft, readDraft, whatIsMissing } from '../../renderer/sessions/new-session.ts'

describe('the draft of a new session', () => {
  test('comes back as it was typed', () => {
    const draft = { ...emptyDraft, prompt: '修复登录', copies: 3 }
    expect(readDraft(JSON.stringify(draft))).toEqual(draft)
  })
  test('is empty where there is none or where it cannot be read', () => {
    expect(readDraft(null)).toEqual(emptyDraft)
    expect(readDraft('{"prompt":')).toEqual(emptyDraft)
    expect(readDraft('7')).toEqual(emptyDraft)
  })
  test('loses only what has the wrong shape', () => {
    expect(readDraft('{"prompt":"keep me","copies":"many","branch":5}')).toEqual({ ...emptyDraft, prompt: 'keep me' })
  })
  test('never comes back to a worktree or branch chosen another day', () => {
    expect(readDraft(JSON.stringify({ ...emptyDraft, place: { kind: 'in-place' } })).place).toEqual({
      kind: 'new-worktree',
    })
  })
  test('says what is missing before it can be started', () => {
    const agent = { found: 'yes', takesCommand: false }
    expect(whatIsMissing(emptyDraft, undefined)).toBe('newSession.chooseAgent')
    expect(whatIsMissing(emptyDraft, agent)).toBeNull()
    expect(whatIsMissing(emptyDraft, { found: 'no', takesCommand: false })).toBe('newSession.agentMissing')
    expect(whatIsMissing(emptyDraft, { found: 'yes', takesCommand: true })).toBe('newSession.commandMissing')
    expect(whatIsMissing({ ...emptyDraft, place: { kind: 'existing-worktree', path: '' } }, agent)).toBe(
      'newSession.worktreeMissing',
    )
    expect(whatIsMissing({ ...emptyDraft, place: { kind: 'existing-branch', ref: 'refs/' } }, agent)).toBe(
      'newSession.branchMissing',
    )
  })
})
