/// <reference types="vite/client" />
/**
 * One resource per language, one file per subject; keys are `subject.name`. English is the fallback and the type:
 * a key missing in Chinese fails the architecture test.
 */
import i18next, { type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'

type Texts = Record<string, string>

const files = import.meta.glob<Record<string, Texts>>('./{en,zh-CN}/*.ts', { eager: true })

export const languages = ['en', 'zh-CN'] as const
export type Language = (typeof languages)[number]

/** Joins `./en/terminal.ts` exporting `{ copy: 'Copy' }` into `terminal.copy`. */
function resources(): Record<Language, { translation: Texts }> {
  const joined: Record<Language, { translation: Texts }> = { en: { translation: {} }, 'zh-CN': { translation: {} } }
  for (const [path, exported] of Object.entries(files)) {
    const [, language, subject] = /^\.\/([^/]+)\/([^/]+)\.ts$/.exec(path) ?? []
    const target = joined[language as Language]?.translation
    const texts = exported['texts']
    if (!target || !texts || !subject) continue
    for (const [key, text] of Object.entries(texts)) target[`${subject}.${key}`] = text
  }
  return joined
}

/** The best of our languages for what the person asked for, or for the system's language. */
export function chooseLanguage(wanted: string, system: string): Language {
  const tag = wanted === 'system' ? system : wanted
  return /^zh\b/i.test(tag) ? 'zh-CN' : 'en'
}

/** Sets up the one i18next instance; texts are at hand, so that it is ready on return. */
export function startI18n(language: Language): i18n {
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: resources(),
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    initAsync: false,
  })
  return i18next
}
