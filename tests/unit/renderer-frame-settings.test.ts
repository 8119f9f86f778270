import { settings, settingsChange } from '@contract/settings.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatArguments, parseArguments } from '../../renderer/settings/arguments.ts'
import { sections } from '../../renderer/settings/sections.ts'
import { texts as english } from '../../renderer/i18n/en/settings.ts'
import { texts as chinese } from '../../renderer/i18n/zh-CN/settings.ts'

test('changing one setting changes no other', () => {
  expect(settingsChange.parse({ theme: 'dark' })).toEqual({ theme: 'dark' })
  expect(settingsChange.parse({})).toEqual({})
})

test('a setting out of its bounds is refused', () => {
  expect(settingsChange.safeParse({ terminalFontSize: 7 }).success).toBe(false)
  expect(settingsChange.safeParse({ onQuit: 'perhaps' }).success).toBe(false)
})

test('a person who has set nothing has every setting', () => {
  expect(settings.parse({})).toMatchObject({ theme: 'system', trashDays: 14, keys: {} })
})

test('an editor with spaces in its path survives being shown and typed again', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-zA-Z0-9 ":/{}中-]{0,12}$/), { minLength: 1, maxLength: 5 }),
      (parts) => {
        expect(parseArguments(formatArguments(parts))).toEqual(parts)
      },
    ),
  )
  expect(parseArguments('code --goto {path}:{line}')).toEqual(['code', '--goto', '{path}:{line}'])
  expect(parseArguments('  "/opt/My Editor/bin"  -w ')).toEqual(['/opt/My Editor/bin', '-w'])
})

test('every word that the search of the settings looks through is there in both languages', () => {
  for (const section of sections) {
    for (const key of [section.name, ...section.texts]) {
      expect(english, key).toHaveProperty([key])
      expect(chinese, key).toHaveProperty([key])
    }
  }
})
