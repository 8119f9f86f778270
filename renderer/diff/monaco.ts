import type { monaco as MonacoModule } from './monaco-parts.ts'
import { chooseLanguage } from './language.ts'
import { followTheme, readCodeFont } from './monaco-theme.ts'

export type Monaco = typeof MonacoModule

export interface LoadedMonaco {
  monaco: Monaco
  fontFamily: string
  languageOf(path: string): string
}

let loading: Promise<LoadedMonaco> | null = null

/** The editor, loaded once, when the first diff is shown. `language` is the page's; the editor keeps the first one. */
export function loadMonaco(language: string): Promise<LoadedMonaco> {
  loading ??= load(language).catch((error: unknown) => {
    loading = null // the next diff tries again: a lost connection is no reason to stay without
    throw error
  })
  return loading
}

async function load(language: string): Promise<LoadedMonaco> {
  // The editor reads its texts while it is evaluated.
  if (language.startsWith('zh')) await import('monaco-editor/nls/lang/zh-cn.js')
  const { monaco } = await import('./monaco-parts.ts')
  followTheme(monaco)
  const fontFamily = readCodeFont()
  void document.fonts.load('12px "JetBrains Mono"').then(() => monaco.editor.remeasureFonts())
  const known = monaco.languages.getLanguages()
  return { monaco, fontFamily, languageOf: (path) => chooseLanguage(path, known) }
}
