/**
 * What a shell command would do to this machine, judged by its effect: paths expanded, symlinks resolved, held against
 * what is on disk. The description that an agent gives of its command plays no part.
 */
import { isAbsolute, join, normalize, sep } from 'node:path'
import type { Effect, EffectPath, Unforeseen } from '@contract/effect.ts'
import { gradeEffect, type Finding } from './grade.ts'
import type { Operation } from './operation.ts'
import { walkCommand } from './walk.ts'
import type { Field } from './words.ts'
import type { World } from './world.ts'

export interface EffectQuestion {
  command: string
  /** Where the shell is when it begins. */
  folder: string
  /** The session's worktree. */
  worktree: string
  home: string
  environment?: Readonly<Record<string, string>>
}

/** Files counted in one folder, and paths listed of one kind, before the count is given up. */
const countLimit = 10_000
const listLimit = 500

interface Found {
  path: string
  unknown: string | null
}

export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

class Judge {
  readonly #world: World
  readonly #question: EffectQuestion
  #worktree = ''
  #tracked: ReadonlySet<string> | null = null
  readonly #lists = {
    read: new Map<string, EffectPath>(),
    write: new Map<string, EffectPath>(),
    delete: new Map<string, EffectPath>(),
  }
  readonly #sends: string[] = []
  readonly #unforeseen: Unforeseen[] = []
  readonly #findings: Finding[] = []

  constructor(world: World, question: EffectQuestion) {
    this.#world = world
    this.#question = question
  }

  async run(): Promise<Effect> {
    const { command, folder, home, worktree, environment } = this.#question
    this.#worktree = await this.#world.follow(worktree)
    this.#tracked = await this.#world.trackedBelow(this.#worktree)
    const operations = await walkCommand(command, folder, {
      home,
      environment: environment ?? {},
      isFolder: async (path) => (await this.#world.look(await this.#world.follow(path)))?.kind === 'folder',
      join: (base, path) => (isAbsolute(path) ? normalize(path) : normalize(join(base, path))),
    })
    for (const operation of operations) await this.#judge(operation)
    const { grade, reasons } = gradeEffect(this.#findings)
    return {
      grade,
      reasons,
      reads: [...this.#lists.read.values()],
      writes: [...this.#lists.write.values()],
      deletes: [...this.#lists.delete.values()],
      sends: this.#sends,
      unforeseen: this.#unforeseen,
    }
  }

  #doubt(what: string, why: string): void {
    if (this.#unforeseen.some((one) => one.what === what && one.why === why)) return
    this.#unforeseen.push({ what, why })
    this.#findings.push({ kind: 'unforeseen', why, about: what })
  }

  async #judge(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case 'unforeseen':
        return this.#doubt(operation.what, operation.why)
      case 'send':
        this.#sends.push(operation.what)
        this.#findings.push({ kind: 'send', force: operation.force ?? false, about: operation.what })
        return undefined
      case 'system':
        this.#findings.push({ kind: 'system', key: operation.key, about: operation.what })
        return undefined
      case 'git-change':
        this.#findings.push({ kind: 'git-change', about: operation.what })
        return undefined
      case 'clean': {
        if (operation.folders.length === 0) this.#doubt('git clean', 'folder')
        for (const folder of operation.folders) {
          for (const path of await this.#world.untrackedBelow(folder, operation.ignored))
            await this.#touch('delete', path, true, false)
        }
        return undefined
      }
      case 'throw-away': {
        if (operation.folders.length === 0) this.#doubt(operation.what, 'folder')
        for (const folder of operation.folders) {
          const changed = await this.#world.changedBelow(folder)
          for (const path of changed) await this.#touch('write', path, false, false)
          if (changed.length > 0) this.#findings.push({ kind: 'throws-away', about: operation.what })
        }
        return undefined
      }
      case 'read':
      case 'write':
      case 'delete': {
        for (const { path, unknown } of await this.#expand(operation.target, operation.folders)) {
          if (unknown !== null) {
            this.#doubt(operation.target.source, unknown)
            // A deletion whose target nobody knows may be of anything.
            if (operation.kind === 'delete')
              this.#findings.push({ kind: 'delete-unknown', about: operation.target.source })
          } else await this.#touch(operation.kind, path, operation.recursive ?? false, operation.follows ?? false)
        }
        return undefined
      }
    }
  }

  async #expand(field: Field, folders: readonly string[]): Promise<Found[]> {
    if (field.unknown !== null) return [{ path: '', unknown: field.unknown }]
    const text = field.pieces.map((piece) => piece.text).join('')
    if (text === '' || text === '-') return []
    const absolute = text.startsWith('/')
    if (!absolute && folders.length === 0) return [{ path: '', unknown: 'folder' }]
    const bases = absolute ? ['/'] : folders
    const found: Found[] = []
    for (const base of bases) {
      if (!field.pieces.some((piece) => piece.glob)) {
        // A slash at the end follows a symlink to what it points to.
        const path = normalize(absolute ? text : join(base, text))
        found.push({ path: text.endsWith('/') && path !== '/' ? `${path.replace(/\/$/, '')}/` : path, unknown: null })
        continue
      }
      for (const path of await this.#glob(base, field)) found.push({ path, unknown: null })
    }
    return found
  }

  /** Paths that a pattern matches now, as the shell would list them. Dot files only where the pattern names the dot. */
  async #glob(base: string, field: Field): Promise<string[]> {
    const segments: { literal: boolean; text: string; pattern: string }[] = [{ literal: true, text: '', pattern: '' }]
    for (const piece of field.pieces) {
      for (const [index, part] of piece.text.split('/').entries()) {
        if (index > 0) segments.push({ literal: true, text: '', pattern: '' })
        const last = segments.at(-1)
        if (!last) continue
        last.text += part
        last.pattern += piece.glob ? patternText(part) : escapeText(part)
        if (piece.glob && part !== '') last.literal = false
      }
    }
    let paths = [base]
    for (const segment of segments) {
      if (segment.text === '' || segment.text === '.') continue
      const next: string[] = []
      for (const path of paths) {
        if (segment.literal) next.push(normalize(join(path, segment.text)))
        else {
          const matches = toMatcher(segment.pattern)
          if (matches === null) {
            this.#doubt(field.source, 'input')
            continue
          }
          for (const name of await this.#world.list(path)) {
            if ((!name.startsWith('.') || segment.text.startsWith('.')) && matches.test(name))
              next.push(join(path, name))
          }
        }
        if (next.length > listLimit) break
      }
      paths = next
    }
    if (paths.length > listLimit) this.#doubt(field.source, 'input')
    return paths.slice(0, listLimit)
  }

  async #touch(kind: 'read' | 'write' | 'delete', named: string, recursive: boolean, follows: boolean): Promise<void> {
    if (/^\/dev\/(null|zero|stdin|stdout|stderr|tty|fd\/\d+|u?random)$/.test(named)) return
    const throughLink = follows || named.endsWith('/')
    const bare = named.length > 1 ? named.replace(/\/+$/, '') : named
    const path = throughLink ? await this.#world.follow(bare) : await this.#world.resolve(bare)
    const list = this.#lists[kind]
    if (list.has(path)) return
    if (list.size >= listLimit) return this.#doubt(named, 'input')
    const entry = await this.#world.look(path)
    const inside = isInside(this.#worktree, path)
    const size =
      entry?.kind === 'folder' && recursive
        ? await this.#count(path)
        : { files: null, sizeBytes: entry?.sizeBytes ?? null }
    const tracked = inside ? await this.#isTracked(path, entry?.kind === 'folder') : null
    const about: EffectPath = { path, exists: entry !== null, kind: entry?.kind ?? null, inside, tracked, ...size }
    list.set(path, about)
    this.#findings.push({
      kind,
      path,
      inside,
      exists: about.exists,
      tracked,
      whole: kind === 'delete' && (isInside(path, this.#worktree) || isInside(path, this.#question.home)),
      internal: inside && /(^|\/)\.git(\/|$)/.test(path.slice(this.#worktree.length)),
      device: path.startsWith('/dev/'),
      secret:
        /(^|\/)(\.ssh|\.aws|\.gnupg|\.netrc|\.git-credentials|\.env(\.[\w-]+)?|id_(rsa|ed25519)|credentials\.json)(\/|$)/.test(
          path,
        ),
    })
    return undefined
  }

  /** A folder counts as tracked only when nothing in it is untracked or ignored: then git can give all of it back. */
  async #isTracked(path: string, folder: boolean): Promise<boolean | null> {
    const tracked = this.#tracked
    if (tracked === null) return null
    if (!folder) return tracked.has(path)
    if ((await this.#world.untrackedBelow(path, 'also')).length > 0) return false
    for (const known of tracked) if (isInside(path, known)) return true
    return false
  }

  async #count(folder: string): Promise<{ files: number | null; sizeBytes: number | null }> {
    let files = 0
    let sizeBytes = 0
    const waiting = [folder]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const name of await this.#world.list(at)) {
        const path = join(at, name)
        const entry = await this.#world.look(path)
        if (entry?.kind === 'folder') waiting.push(path)
        else {
          files++
          sizeBytes += entry?.sizeBytes ?? 0
        }
        if (files > countLimit) return { files: null, sizeBytes: null }
      }
    }
    return { files, sizeBytes }
  }
}

const escapeText = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** Null for a bracket that is no pattern (`[z-a]`): what the shell makes of it is not foreseen. */
function toMatcher(pattern: string): RegExp | null {
  try {
    return new RegExp(`^${pattern}$`, 'su')
  } catch {
    return null
  }
}

function patternText(text: string): string {
  let out = ''
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string
    if (sign === '*') out += '[^/]*'
    else if (sign === '?') out += '[^/]'
    else if (sign === '[') {
      const end = text.indexOf(']', at + 2)
      if (end < 0) out += '\\['
      else {
        const inner = text
          .slice(at + 1, end)
          .replace(/\\/g, '\\\\')
          .replace(/^!/, '^')
          .replace(/\[:[a-z]+:\]/g, 'a-zA-Z0-9')
        out += `[${inner}]`
        at = end
      }
    } else out += escapeText(sign)
  }
  return out
}

/** Judges one command line. Never throws on any text: what cannot be read is unforeseen. */
export function judgeCommand(question: EffectQuestion, world: World): Promise<Effect> {
  return new Judge(world, question).run()
}
