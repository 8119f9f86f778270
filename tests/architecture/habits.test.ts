import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { api } from '@contract/api.ts'
import { errorCodes } from '@contract/result.ts'
import { reasonKeys } from '@contract/session.ts'
import { expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { root, sources, type Source } from './sources.ts'

/** At most so many lines a file. */
const maxLines = 500
/** At most so many files without a subject of their own. */
const maxLibFiles = 8

const program = (): Source[] => sources().filter((source) => !source.path.startsWith('tests/'))
const backend = (): Source[] => program().filter((source) => source.path.startsWith('main/'))

/** `path:line text` of every line of code that matches. */
function hits(among: readonly Source[], pattern: RegExp): string[] {
  return among.flatMap((source) =>
    source.code
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${source.path}:${index + 1} ${line.trim()}`] : [])),
  )
}

it('no file is longer than 500 lines', () => {
  const found = sources()
    .filter((source) => source.lines.length > maxLines)
    .map((source) => `${source.path} ${source.lines.length}`)
  expect(found).toEqual([])
})

it('files are named after what they hold: kebab-case, components in PascalCase, no index', () => {
  const found = sources()
    .map((source) => source.path)
    .filter((path) => {
      const name = path.split('/').at(-1) ?? ''
      if (name.startsWith('index.')) return true
      if (path.startsWith('renderer/i18n/')) return !/^[a-z][a-zA-Z0-9]*\.ts$/.test(name)
      if (name.endsWith('.tsx')) return !/^([A-Z][A-Za-z0-9]*|[a-z0-9]+(-[a-z0-9]+)*(\.test)?)\.tsx$/.test(name)
      return !/^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.(ts|mjs)$/.test(name)
    })
  expect(found).toEqual([])
})

it('a folder is a subject, not a kind, and lies at most two deep', () => {
  const kinds = /^(utils?|helpers?|services?|types|hooks|components|common|managers?|shared|misc)$/
  const folders = new Set(sources().map((source) => source.path.split('/').slice(0, -1).join('/')))
  expect([...folders].filter((folder) => folder.split('/').some((part) => kinds.test(part)))).toEqual([])
  expect([...folders].filter((folder) => folder.split('/').length > 3)).toEqual([])
})

it('lib stays small', () => {
  expect(sources().filter((source) => source.path.startsWith('main/lib/')).length).toBeLessThanOrEqual(maxLibFiles)
})

it('nobody says any, and no complaint of the compiler is hushed', () => {
  expect(hits(sources(), /(:\s*any\b|\bas any\b|<any\b|\bany\[\]|\bany>)/)).toEqual([])
  const hushed = sources().filter((source) => /@ts-(ignore|expect-error|nocheck)/.test(source.comments))
  expect(hushed.map((source) => source.path)).toEqual([])
})

it('no enum, no I prefix, no Manager', () => {
  expect(hits(program(), /^\s*(export\s+)?(const\s+)?enum\s/)).toEqual([])
  expect(hits(program(), /\b(interface|type)\s+I[A-Z][a-z]\w*\s*(=|<|\{|extends)/)).toEqual([])
  expect(hits(program(), /\b(class|interface|type|function|const)\s+\w*(Manager|Helper|Util|Utils|Service)\b/)).toEqual(
    [],
  )
})

it('nothing is written to the console, and no text becomes markup', () => {
  expect(hits(program(), /\bconsole\./)).toEqual([])
  expect(
    hits(program(), /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write)\b/),
  ).toEqual([])
  expect(hits(program(), /\b(eval|new Function)\s*\(/)).toEqual([])
})

/** Files that may block: each with its reason. May only shrink. */
const blocking: Record<string, string> = {
  'main/lib/log.ts': 'a line of the log must be on disk before a crash that follows it',
  'main/pty/screen.ts': 'no disk: xterm parses a piece of bounded size',
  'main/pty/xterm-core.ts': 'no disk: xterm parses a piece of bounded size',
}

it('nothing in the backend blocks on the disk or on a child process', () => {
  const found = hits(
    backend().filter((source) => !source.path.startsWith('main/launch/')),
    /\b(?!DatabaseSync)\w+Sync\s*\(/,
  ).filter((hit) => !/new DatabaseSync/.test(hit))
  const files = new Set(found.map((hit) => hit.split(':')[0] ?? ''))
  expect(found.filter((hit) => !((hit.split(':')[0] ?? '') in blocking))).toEqual([])
  expect(
    Object.keys(blocking).filter((path) => !files.has(path)),
    'no longer blocks: take it off',
  ).toEqual([])
})

it('no program is started through a shell string', () => {
  expect(
    hits(
      backend().filter((source) => !source.path.startsWith('main/launch/')),
      /\bshell:\s*true\b|(?<![.\w])exec(Sync)?\(/,
    ),
  ).toEqual([])
  const git = program().filter(
    (source) => /\b(spawn|execFile|fork)\(\s*['"]git['"]/.test(source.text) && source.path !== 'main/git/run.ts',
  )
  expect(git.map((source) => source.path)).toEqual([])
})

it('tests mock none of our modules and never sleep', () => {
  const tests = sources().filter((source) => source.path.startsWith('tests/'))
  const mocks = tests.filter((source) => /\bvi\.(mock|doMock)\(/.test(source.code))
  expect(mocks.map((source) => source.path)).toEqual([])
  const sleeping = tests.filter(
    (source) =>
      source.path.endsWith('.test.ts') && /\bwaitForTimeout\(|setTimeout\(\s*(resolve|done|r)\b/.test(source.code),
  )
  expect(sleeping.map((source) => source.path)).toEqual([])
})

it('nothing is left to be done later in a comment', () => {
  const found = sources().filter((source) => /\b(TODO|FIXME|XXX|HACK)\b/.test(source.comments))
  expect(found.map((source) => source.path)).toEqual([])
})

it('endpoints are named subject.verb or subject.noun', () => {
  expect(Object.keys(api).filter((name) => !/^[a-z]+\.[a-z]+([A-Z][a-z]+)*$/.test(name))).toEqual([])
})

it('every dependency has its reason in a decision record, and an exact version', () => {
  const folder = join(root, 'docs', 'decisions')
  const records = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
  const parts: Record<string, string> = { ...packageJson.dependencies, ...packageJson.devDependencies }
  expect(Object.keys(parts).filter((name) => !records.includes(`\`${name}\``))).toEqual([])
  expect(Object.values(parts).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
})

type Texts = Record<string, unknown>

async function textsOf(language: string): Promise<Map<string, Map<string, string>>> {
  const folder = join(root, 'renderer', 'i18n', language)
  const found = new Map<string, Map<string, string>>()
  for (const name of readdirSync(folder)) {
    const module = (await import(join(folder, name))) as Texts
    const flat = new Map<string, string>()
    const walk = (value: unknown, path: string): void => {
      if (typeof value === 'string') flat.set(path, value)
      else for (const [key, inner] of Object.entries(value as Texts)) walk(inner, path === '' ? key : `${path}.${key}`)
    }
    for (const exported of Object.values(module)) if (typeof exported === 'object') walk(exported, '')
    found.set(name, flat)
  }
  return found
}

const plural = /_(zero|one|two|few|many|other)$/
const baseKeys = (texts: Map<string, string>): string[] =>
  [...new Set([...texts.keys()].map((key) => key.replace(plural, '')))].sort()
const valuesIn = (text: string): string[] => [...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1] ?? '').sort()

it('both languages say the same things', async () => {
  const [english, chinese] = await Promise.all([textsOf('en'), textsOf('zh-CN')])
  expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  for (const [name, texts] of english) {
    const other = chinese.get(name) ?? new Map<string, string>()
    expect(baseKeys(other), name).toEqual(baseKeys(texts))
    for (const [key, text] of texts) {
      const translated = other.get(key) ?? other.get(key.replace(plural, '_other'))
      // The singular may leave out its number.
      const needed = valuesIn(text).filter((value) => value !== 'count')
      const given = valuesIn(translated ?? '').filter((value) => value !== 'count')
      expect(given, `${name} ${key}`).toEqual(needed)
    }
  }
})

it('every failure and every reason has its words', async () => {
  const english = await textsOf('en')
  const errors = english.get('error.ts') ?? new Map<string, string>()
  expect(errorCodes.filter((code) => !errors.has(code))).toEqual([])
  const reasons = new Set(baseKeys(english.get('reason.ts') ?? new Map<string, string>()))
  expect(reasonKeys.filter((key) => !reasons.has(key))).toEqual([])
})
