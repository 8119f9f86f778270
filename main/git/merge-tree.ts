/** Merges without touching a file: `git merge-tree --write-tree` (git 2.38). */
import { fail, succeed, type Result } from '@contract/result.ts'
import type { GitCode } from './errors.ts'
import { decodeName, splitBytes } from './names.ts'
import { runGit } from './run.ts'

export interface MergeConflict {
  path: string
  /** git's word for it: `content`, `add/add`, `modify/delete`, `rename/rename`, `file/directory`, `binary`, `submodule` ... */
  kind: string
}

export interface MergeForecast {
  /** With conflicts it holds conflict markers and is good for nothing but showing. */
  tree: string
  conflicts: MergeConflict[]
}

/** Reads `merge-tree --write-tree -z`. Each conflicting path once, with the first kind that git gives. */
export function parseMerge(output: Uint8Array): MergeForecast {
  const fields = splitBytes(output)
  const tree = fields[0] ?? ''
  const paths = new Map<string, string>()
  let at = 1
  for (; at < fields.length && fields[at] !== ''; at++) {
    const tab = (fields[at] ?? '').indexOf('\t')
    if (tab > 0) paths.set(decodeName((fields[at] ?? '').slice(tab + 1)), 'content')
  }
  // Messages: how many paths, the paths, the kind, the text.
  const named = new Set<string>()
  for (at++; at < fields.length; ) {
    const count = Number(fields[at])
    if (!Number.isInteger(count) || count < 0) break
    const about = fields.slice(at + 1, at + 1 + count).map(decodeName)
    // The text is finer than the type: both call a clash `CONFLICT (contents)`, only the text says `add/add`.
    const text = /^CONFLICT \(([^)]+)\)/
    const kind = (text.exec(fields[at + 2 + count] ?? '') ?? text.exec(fields[at + 1 + count] ?? ''))?.[1]
    at += count + 3
    if (!kind) continue
    for (const path of about) {
      if (!paths.has(path) || named.has(path)) continue
      named.add(path)
      paths.set(path, kind.trim())
    }
  }
  return { tree, conflicts: [...paths].map(([path, kind]) => ({ path, kind })) }
}

/** What merging `theirs` into `ours` (commits) would give. `not-found` where their histories share nothing. */
export async function forecastMerge(
  folder: string,
  ours: string,
  theirs: string,
  signal?: AbortSignal,
): Promise<Result<MergeForecast, GitCode>> {
  const result = await runGit({
    cwd: folder,
    args: ['merge-tree', '--write-tree', '-z', '--messages', ours, theirs],
    okCodes: [1],
    signal,
    urgent: true,
  })
  if (!result.ok) {
    if (/refusing to merge unrelated histories/.test(result.error.detail ?? '')) {
      return fail('not-found', 'The two have no commit in common.', { detail: result.error.detail })
    }
    return result
  }
  const forecast = parseMerge(result.value.stdout)
  if (result.value.exitCode === 0) forecast.conflicts = []
  else if (forecast.conflicts.length === 0) {
    return fail('git-failed', 'git could not merge the two.', { detail: result.value.stderr })
  }
  return succeed(forecast)
}
