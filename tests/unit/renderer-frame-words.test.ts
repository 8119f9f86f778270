import { errorCodes, fail } from '@contract/result.ts'
import { reasonKeys, sessionStates } from '@contract/session.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import i18next from 'i18next'
import { chooseLanguage, languages, startI18n } from '../../renderer/i18n/i18n.ts'
import { needs } from '../../renderer/sessions/grouping.ts'
import { reasonToText } from '../../renderer/sessions/reason.ts'
import { ageOf, baseName, formatBytes, shortRef } from '../../renderer/shell/format.ts'
import { addNotice, createNoticeStore, dropNotice, failureToNotice } from '../../renderer/shell/notices.ts'
import { scoreEntry } from '../../renderer/shell/palette-score.ts'

beforeAll(() => {
  startI18n('en')
})
afterAll(async () => {
  await i18next.changeLanguage('en')
})

describe('the language', () => {
  test.each([
    ['system', 'zh-CN', 'zh-CN'],
    ['system', 'zh-Hant-TW', 'zh-CN'],
    ['system', 'en-GB', 'en'],
    ['system', 'de-DE', 'en'],
    ['system', '', 'en'],
    ['en', 'zh-CN', 'en'],
    ['zh-CN', 'en-US', 'zh-CN'],
  ])('asked for %s on a system in "%s" is %s', (wanted, system, language) => {
    expect(chooseLanguage(wanted, system)).toBe(language)
  })

  test.each(languages)('%s has words for every failure, state, reason and group', (language) => {
    const t = i18next.getFixedT(language)
    const keys = [
      ...errorCodes.map((code) => `error.${code}`),
      ...sessionStates.map((state) => `state.${state}`),
      ...reasonKeys.map((key) => `reason.${key}`),
      ...needs.map((need) => `session.group-${need}`),
    ]
    for (const key of keys) {
      expect(i18next.exists(key, { lng: language, fallbackLng: [] }), `${key} in ${language}`).toBe(true)
      expect(t(key)).not.toBe(key)
    }
  })
})

describe('a reason', () => {
  const t = i18next.t

  test('is told with its detail, and without one where there is none', () => {
    const reason = { key: 'agent-asks-permission', values: { detail: 'rm -rf build' }, text: 'x' }
    expect(reasonToText(t, reason)).toBe('Asks permission: rm -rf build')
    expect(reasonToText(t, { ...reason, values: { detail: '' } })).toBe('Asks for permission')
  })

  test('of a newer backend is told in its own words', () => {
    expect(reasonToText(t, { key: 'not-known-yet', values: {}, text: 'Something new' })).toBe('Something new')
  })

  test('shows hostile text as it is and fills in nothing from it', () => {
    const detail = '<b>{{title}}</b> $t(session.stop)'
    expect(reasonToText(t, { key: 'notified', values: { detail }, text: 'x' })).toBe(detail)
  })
})

describe('a failure', () => {
  test('is told in the person’s language, with paths and tool output to unfold', () => {
    const { error } = fail('uncommitted', 'Two files would be lost.', { paths: ['a.txt'], detail: 'git said' })
    const notice = failureToNotice(i18next.getFixedT('zh-CN'), error, '丢弃')
    expect(notice.text).toBe('丢弃: 有未提交的更改会丢失。')
    expect(notice.detail).toBe('Two files would be lost.\na.txt\ngit said')
  })

  test('stays while other messages come and go, and the same one is not piled up', () => {
    const store = createNoticeStore()
    addNotice(store, { kind: 'failed', text: 'kept' })
    for (let count = 0; count < 8; count++) addNotice(store, { kind: 'done', text: `done ${count}` })
    addNotice(store, { kind: 'done', text: 'done 7' })
    const texts = store.getState().notices.map((notice) => notice.text)
    expect(texts).toEqual(['kept', 'done 4', 'done 5', 'done 6', 'done 7'])
    dropNotice(store, store.getState().notices[0]?.id ?? -1)
    expect(store.getState().notices[0]?.text).toBe('done 4')
  })
})

test.each([
  [0, { unit: 'seconds', count: 0 }],
  [-5000, { unit: 'seconds', count: 0 }],
  [59_999, { unit: 'seconds', count: 59 }],
  [60_000, { unit: 'minutes', count: 1 }],
  [3_599_000, { unit: 'minutes', count: 59 }],
  [3_600_000, { unit: 'hours', count: 1 }],
  [86_400_000 * 3, { unit: 'days', count: 3 }],
])('%i ms ago is told in the largest unit that fits', (ageMs, age) => {
  const now = Date.UTC(2026, 5, 1)
  expect(ageOf(new Date(now - ageMs).toISOString(), now)).toEqual(age)
})

test('text that is no time has no age', () => {
  expect(ageOf('yesterday', 0)).toBeNull()
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1024, '1.0 KB'],
  [2_040_109_465, '1.9 GB'],
  [356_515_840, '340 MB'],
  [1024 ** 2 - 1, '1.0 MB'],
])('%i bytes are written %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test('refs and paths are shortened for the eye only where they are what they look like', () => {
  expect(shortRef('refs/heads/origin/foo')).toBe('origin/foo')
  expect(shortRef('功能/登录')).toBe('功能/登录')
  expect(baseName('C:\\work\\deck')).toBe('deck')
  expect(baseName('/')).toBe('/')
})

describe('the palette', () => {
  test('finds by the start of a word before the middle of one, and needs every word', () => {
    const start = scoreEntry(['Stop the agent'], 'stop')
    const word = scoreEntry(['Do not stop'], 'stop')
    const inside = scoreEntry(['Nonstop'], 'stop')
    expect(start).toBeGreaterThan(word)
    expect(word).toBeGreaterThan(inside)
    expect(inside).toBeGreaterThan(0)
    expect(scoreEntry(['Make the settings page searchable'], 'stop')).toBe(0)
    expect(scoreEntry(['Stop the agent'], 'stop worktree')).toBe(0)
  })

  test('finds Chinese by any part, and commands by their English words in every language', () => {
    expect(scoreEntry(['修复 登录 页面'], '登录')).toBeGreaterThan(0)
    expect(scoreEntry(['停止智能体', 'Stop the agent'], 'stop agent')).toBeGreaterThan(0)
    expect(scoreEntry(['Next session that needs me'], 'nst')).toBeGreaterThan(0)
  })
})
