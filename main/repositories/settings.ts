/** What a repository asks for: its own `.quarterdeck/settings.json`, else the file of a peer program. Read, never run. */
import { createHash } from 'node:crypto'
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RepositoryCheck, RepositoryScript, RepositorySettings } from '@contract/repository.ts'
import { z } from 'zod'
import { runGit } from '../git/run.ts'
import { jsonErrorLine } from './json-error-line.ts'

const maxFileBytes = 256 * 1024
const maxCommand = 64_000
const defaultTimeoutSeconds = 600

const command = z.string().max(maxCommand)
/** One string, or lines that run one after the other. */
const script = z.union([command, z.array(command).max(200)]).optional()
const checkBody = z.object({ command: command.min(1), timeoutSeconds: z.int().min(1).max(86_400).optional() })
const ours = z.object({
  setup: script,
  teardown: script,
  run: script,
  checks: z
    .union([
      z.array(checkBody.extend({ name: z.string().min(1).max(200) })).max(100),
      z.record(z.string().min(1).max(200), z.union([command.min(1), checkBody])),
    ])
    .optional(),
  copy: z.union([z.string().max(1000), z.array(z.string().max(1000)).max(1000)]).optional(),
})
const conductor = z.object({ scripts: z.object({ setup: script, run: script, archive: script }).optional() })
const superset = z.object({ setup: script, teardown: script, run: script })
const cursor = z.object({ 'setup-worktree': script, 'setup-worktree-unix': script, 'setup-worktree-windows': script })

/** The files looked for, ours first; the first that exists is the only one read. */
export const settingsFiles = [
  '.quarterdeck/settings.json',
  'conductor.json',
  '.superset/config.json',
  '.cursor/worktrees.json',
] as const
const includeFile = '.worktreeinclude'

type Read = (path: string) => Promise<string | null>
type Script = z.infer<typeof script>

/** SHA-256 in hex by which a person's confirmation of a script is remembered. */
export function hashScript(kind: RepositoryScript['kind'], text: string): string {
  return createHash('sha256').update(`${kind}\n${text}`).digest('hex')
}

/**
 * Settings as they lie in the main checkout, or as committed at `ref`. Never fails: a file that cannot be read is told in
 * `problem` with its line. `confirmed` is always false here; who asks knows what the person confirmed.
 */
export async function readRepositorySettings(repositoryPath: string, ref?: string): Promise<RepositorySettings> {
  const settings: RepositorySettings = {
    source: null,
    setup: null,
    teardown: null,
    run: null,
    checks: [],
    copy: [],
    problem: null,
  }
  const read: Read = ref === undefined ? readFromFolder(repositoryPath) : readFromRef(repositoryPath, ref)
  try {
    for (const file of settingsFiles) {
      const text = await read(file)
      if (text === null) continue
      settings.source = file
      await fill(settings, file, text, read)
      break
    }
    settings.copy.push(...lines(await read(includeFile)))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { ...settings, setup: null, teardown: null, run: null, checks: [], copy: [], problem: error.message }
  }
  return settings
}

class Problem extends Error {}

async function fill(settings: RepositorySettings, file: string, text: string, read: Read): Promise<void> {
  const set = (kind: RepositoryScript['kind'], value: Script): void => {
    const joined = (Array.isArray(value) ? value.join('\n') : (value ?? '')).trim()
    if (joined !== '') settings[kind] = { kind, command: joined, hash: hashScript(kind, joined), confirmed: false }
  }
  if (file === '.quarterdeck/settings.json') {
    const value = parse(ours, file, text)
    set('setup', value.setup)
    set('teardown', value.teardown)
    set('run', value.run)
    settings.checks = readChecks(value.checks)
    settings.copy = typeof value.copy === 'string' ? lines(value.copy) : (value.copy ?? [])
  } else if (file === 'conductor.json') {
    const { scripts } = parse(conductor, file, text)
    set('setup', scripts?.setup)
    set('run', scripts?.run)
    set('teardown', scripts?.archive)
  } else if (file === '.superset/config.json') {
    const value = parse(superset, file, text)
    set('setup', value.setup)
    set('run', value.run)
    set('teardown', value.teardown)
  } else {
    const value = parse(cursor, file, text)
    const own = process.platform === 'win32' ? value['setup-worktree-windows'] : value['setup-worktree-unix']
    set('setup', await cursorScript(own ?? value['setup-worktree'], read))
  }
}

/** Cursor takes a string as a script file beside its settings; people also write plain commands there. */
async function cursorScript(value: Script, read: Read): Promise<Script> {
  if (typeof value !== 'string' || !/^[\w./ -]+$/.test(value) || value.split('/').includes('..')) return value
  const path = `.cursor/${value.replace(/^\.\//, '')}`
  return (await read(path)) === null ? value : `sh './${path}'`
}

function readChecks(value: z.infer<typeof ours>['checks']): RepositoryCheck[] {
  if (value === undefined) return []
  const listed = Array.isArray(value)
    ? value
    : Object.entries(value).map(([name, body]) => ({ name, ...(typeof body === 'string' ? { command: body } : body) }))
  return listed.map((check) => ({ timeoutSeconds: defaultTimeoutSeconds, ...check }))
}

/** Lines of a pattern file, comments and empty ones dropped. */
function lines(text: string | null): string[] {
  if (text === null) return []
  return text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

function parse<T>(schema: z.ZodType<T>, file: string, text: string): T {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    throw new Problem(`${file}, line ${jsonErrorLine(text)}: this is not valid JSON.`)
  }
  const checked = schema.safeParse(json)
  if (checked.success) return checked.data
  const issue = checked.error.issues[0]
  const keys = (issue?.path ?? []).map(String)
  const where = keys.length > 0 ? `"${keys.join('.')}"` : 'the file'
  throw new Problem(
    `${file}, line ${keyLine(text, keys)}: ${where} is not as it should be. ${issue?.message ?? ''}`.trim(),
  )
}

/** Line of the deepest key that can be found by reading on from its parents. */
function keyLine(text: string, keys: string[]): number {
  let at = 0
  for (const key of keys) {
    const found = text.indexOf(JSON.stringify(key), at)
    if (found >= 0) at = found
  }
  return text.slice(0, at).split('\n').length
}

function readFromFolder(folder: string): Read {
  return async (path) => {
    const file = join(folder, path)
    try {
      const stat = await lstat(file)
      // A link could lead anywhere; what is not a plain file is treated as absent.
      if (!stat.isFile()) return null
      if (stat.size > maxFileBytes) throw new Problem(`${path}: the file is larger than 256 KiB.`)
      return await readFile(file, 'utf8')
    } catch (error) {
      if (error instanceof Problem) throw error
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return null
      throw new Problem(`${path}: the file could not be read (${code ?? 'unknown'}).`)
    }
  }
}

function readFromRef(repositoryPath: string, ref: string): Read {
  return async (path) => {
    // A ref that begins with a dash would be an option.
    if (ref.startsWith('-')) return null
    const shown = await runGit({
      cwd: repositoryPath,
      args: ['cat-file', 'blob', `${ref}:${path}`],
      okCodes: [128],
      maxBytes: maxFileBytes,
    })
    if (!shown.ok) throw new Problem(`${path}: ${shown.error.message}`)
    return shown.value.exitCode === 0 ? shown.value.text() : null
  }
}
