/** The person's settings: one JSON file. Keys this program does not know are kept; one bad value costs only itself. */
import { readFile, rename } from 'node:fs/promises'
import { fail, succeed, type Result } from '@contract/result.ts'
import { settings as schema, type Settings, type SettingsChange } from '@contract/settings.ts'
import writeFileAtomic from 'write-file-atomic'
import type { Log } from '../lib/log.ts'

export interface SettingsFile {
  readonly value: Settings
  /** Said once at start. */
  readonly problems: string[]
  /** Read again, changed and written as a whole, one change at a time. */
  change(change: SettingsChange): Promise<Result<Settings, 'disk-full' | 'permission-denied'>>
  onChange(listener: (value: Settings) => void): () => void
}

type Raw = Record<string, unknown>

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Every key that does not fit its schema is given by its default and named. Pure. */
export function parseSettings(raw: Raw): { value: Settings; badKeys: string[] } {
  const whole = schema.safeParse(raw)
  if (whole.success) return { value: whole.data, badKeys: [] }
  const badKeys = [...new Set(whole.error.issues.map((issue) => String(issue.path[0])))]
  const good = Object.fromEntries(Object.entries(raw).filter(([key]) => !badKeys.includes(key)))
  return { value: schema.parse(good), badKeys }
}

export async function openSettings(path: string, log: Log): Promise<SettingsFile> {
  const problems: string[] = []
  const listeners = new Set<(value: Settings) => void>()

  /** Null where there is a file that cannot be read. */
  const read = async (): Promise<Raw | null> => {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
      log.error('the settings could not be read', error)
      return null
    }
    try {
      const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, '') || '{}')
      if (isRaw(parsed)) return parsed
    } catch {
      // not JSON: handled below like JSON that is no object
    }
    const aside = `${path}.broken-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
    await rename(path, aside)
    log.warn('the settings were no JSON object and were moved aside', { aside })
    problems.push(`The settings were not readable as JSON. They were kept as ${aside}; the defaults are used.`)
    return {}
  }

  const stored = await read()
  if (stored === null) problems.push(`The settings in ${path} could not be read; the defaults are used.`)
  const first = parseSettings(stored ?? {})
  if (first.badKeys.length > 0) {
    problems.push(
      `Some settings in ${path} have values that do not fit, and their defaults are used: ${first.badKeys.join(', ')}.`,
    )
  }
  let value = first.value
  let tail: Promise<unknown> = Promise.resolve()

  const changeNow = async (change: SettingsChange): Promise<Result<Settings, 'disk-full' | 'permission-denied'>> => {
    const given = Object.fromEntries(Object.entries(change).filter(([, wanted]) => wanted !== undefined))
    const before = await read()
    // What cannot be read must not be replaced by the defaults.
    if (before === null)
      return fail('permission-denied', `The settings in ${path} cannot be read; nothing was changed.`)
    const raw = { ...before, ...given }
    try {
      await writeFileAtomic(path, `${JSON.stringify(raw, null, 2)}\n`)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ENOSPC' || code === 'EDQUOT')
        return fail('disk-full', 'The disk is full: the settings were not saved.')
      return fail('permission-denied', `The settings could not be written to ${path} (${code ?? 'unknown error'}).`)
    }
    value = parseSettings(raw).value
    for (const listener of listeners) listener(value)
    return succeed(value)
  }

  return {
    get value() {
      return value
    },
    problems,
    change: (change) => {
      const result = tail.then(() => changeNow(change))
      tail = result.catch(() => {})
      return result
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
