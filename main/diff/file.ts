/** One changed file, both sides, as the page can show it. */
import type { FileDiff, ImageSide, LineEnding } from '@contract/diff.ts'
import { fail, succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { decodeName, encodeName, splitBytes, type ByteName } from '../git/names.ts'
import { runGit, type GitRun } from '../git/run.ts'
import { decodeText, lineEnding, type DecodedText } from './encoding.ts'
import { imageMediaType, isImage } from './images.ts'
import { submoduleMode, symlinkMode } from './raw.ts'

export const defaultLimitBytes = 20 * 1024 * 1024

interface Side {
  mode: string
  id: string
  /** Null of a submodule. */
  sizeBytes: number | null
}

/**
 * The contents of `path` in `tree` and of `oldPath` (or `path`) in `base`. `not-found` where neither has it, `bad-ref`
 * where git has lost one of the trees. A side over `limitBytes` (default 20 MB) makes it `too-large`.
 */
export async function readFileDiff(request: {
  worktree: string
  base: string
  tree: string
  path: string
  oldPath: string | null
  limitBytes?: number
  signal?: AbortSignal
}): Promise<Result<FileDiff, GitCode>> {
  const { worktree, path } = request
  const limitBytes = request.limitBytes ?? defaultLimitBytes
  const common: Pick<GitRun, 'cwd' | 'signal' | 'urgent'> = { cwd: worktree, signal: request.signal, urgent: true }
  const [before, after] = await Promise.all([
    findSide(common, request.base, request.oldPath ?? path),
    findSide(common, request.tree, path),
  ])
  if (!before.ok) return before
  if (!after.ok) return after
  const old = before.value
  const now = after.value
  if (!old && !now) return fail('not-found', `${path} is in neither of the two.`, { paths: [path] })
  if (old?.mode === submoduleMode || now?.mode === submoduleMode) return readSubmodule(common, request, old, now)
  const oldSizeBytes = old?.sizeBytes ?? null
  const newSizeBytes = now?.sizeBytes ?? null
  if ((oldSizeBytes ?? 0) > limitBytes || (newSizeBytes ?? 0) > limitBytes) {
    return succeed({ kind: 'too-large', oldSizeBytes, newSizeBytes, limitBytes })
  }
  const [oldBytes, newBytes] = await Promise.all([readBlob(common, old), readBlob(common, now)])
  if (!oldBytes.ok) return oldBytes
  if (!newBytes.ok) return newBytes
  const link = old?.mode === symlinkMode || now?.mode === symlinkMode
  return succeed(describe(request.oldPath ?? path, path, oldBytes.value, newBytes.value, link))
}

/** What two blobs are to a reader. Pure. */
export function describe(
  oldPath: string,
  path: string,
  old: Uint8Array | null,
  now: Uint8Array | null,
  link = false,
): FileDiff {
  const mediaType = link ? null : imageMediaType(now ? path : oldPath)
  if (mediaType && isPicture(mediaType, old, now)) {
    const image: FileDiff = { kind: 'image', mediaType, old: imageSide(old), new: imageSide(now) }
    if (mediaType !== 'image/svg+xml') return image
    const [oldText, newText] = [old && decodeText(old), now && decodeText(now)]
    return { ...image, text: { old: oldText?.text ?? null, new: newText?.text ?? null } }
  }
  const oldText = old && decodeText(old)
  const newText = now && decodeText(now)
  if ((old && !oldText) || (now && !newText)) {
    return { kind: 'binary', oldSizeBytes: old?.length ?? null, newSizeBytes: now?.length ?? null }
  }
  return {
    kind: 'text',
    old: oldText?.text ?? null,
    new: newText?.text ?? null,
    oldEncoding: encodingOf(oldText, newText),
    newEncoding: encodingOf(newText, oldText),
    oldEndsWithNewline: endsWithNewline(oldText),
    newEndsWithNewline: endsWithNewline(newText),
    lineEndings: { old: endingOf(oldText), new: endingOf(newText) },
  }
}

function isPicture(mediaType: string, old: Uint8Array | null, now: Uint8Array | null): boolean {
  return [old, now].every((bytes) => bytes === null || bytes.length === 0 || isImage(mediaType, bytes))
}

function imageSide(bytes: Uint8Array | null): ImageSide | null {
  return bytes && { base64: Buffer.from(bytes).toString('base64'), sizeBytes: bytes.length }
}

/** A side that does not exist has the other's encoding, so that no change of encoding is claimed. */
function encodingOf(side: DecodedText | null, other: DecodedText | null): string {
  return side?.encoding ?? other?.encoding ?? 'utf-8'
}

function endsWithNewline(side: DecodedText | null): boolean {
  return !side || side.text === '' || side.text.endsWith('\n')
}

function endingOf(side: DecodedText | null): LineEnding {
  return side ? lineEnding(side.text) : 'none'
}

type Common = Pick<GitRun, 'cwd' | 'signal' | 'urgent'>

async function findSide(common: Common, tree: string, path: string): Promise<Result<Side | null, GitCode>> {
  const listed = await listTree(common, tree, ['--', path])
  if (!listed.ok) return listed
  const found = listed.value.get(encodeName(path))
  if (found || !path.includes('\ufffd')) return succeed(found ?? null)
  // The name on screen stands for bytes that are no UTF-8: look for the first one that is shown like this.
  const all = await listTree(common, tree, ['-r'])
  if (!all.ok) return all
  for (const [name, side] of all.value) if (decodeName(name) === path) return succeed(side)
  return succeed(null)
}

async function listTree(
  common: Common,
  tree: string,
  rest: readonly string[],
): Promise<Result<Map<ByteName, Side>, GitCode>> {
  const listed = await runGit({ ...common, args: ['ls-tree', '-z', '-l', '--full-tree', tree, ...rest] })
  if (!listed.ok) {
    if (!/not a tree object|could not get object info|Not a valid object name/i.test(listed.error.detail ?? ''))
      return listed
    return fail('bad-ref', 'git no longer has what this was compared with. Look again.', {
      detail: listed.error.detail,
    })
  }
  const sides = new Map<ByteName, Side>()
  for (const field of splitBytes(listed.value.stdout)) {
    const match = /^(\d{6}) (blob|commit|tree) ([0-9a-f]+) +(\d+|-)\t([^]*)$/.exec(field)
    if (!match || match[2] === 'tree') continue
    const [, mode = '', , id = '', size = '-', name = ''] = match
    sides.set(name, { mode, id, sizeBytes: size === '-' ? null : Number(size) })
  }
  return succeed(sides)
}

async function readBlob(common: Common, side: Side | null): Promise<Result<Buffer | null, GitCode>> {
  if (!side) return succeed(null)
  const result = await runGit({ ...common, args: ['cat-file', 'blob', side.id] })
  return result.ok ? succeed(result.value.stdout) : result
}

async function readSubmodule(
  common: Common,
  request: { base: string; tree: string; path: string; oldPath: string | null },
  old: Side | null,
  now: Side | null,
): Promise<Result<FileDiff, GitCode>> {
  const paths = request.oldPath === null ? [request.path] : [request.oldPath, request.path]
  const log = await runGit({
    ...common,
    args: ['diff-tree', '-r', '-p', '--no-color', '--submodule=log', request.base, request.tree, '--', ...paths],
    maxBytes: 16 * 1024 * 1024,
  })
  return succeed({
    kind: 'submodule',
    oldCommit: old?.mode === submoduleMode ? old.id : null,
    newCommit: now?.mode === submoduleMode ? now.id : null,
    log: log.ok ? log.value.text().slice(0, 100_000) : '',
  })
}
