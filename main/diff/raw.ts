/** Reads what `git diff-tree --raw --numstat -z` prints. Pure; output may end anywhere. */
import type { FileStatus } from '@contract/diff.ts'
import { splitBytes, type ByteName } from '../git/names.ts'

export interface RawChange {
  name: ByteName
  /** Of a rename or copy. */
  oldName: ByteName | null
  status: FileStatus
  oldMode: string
  newMode: string
  oldId: string | null
  newId: string | null
  /** Null of both: binary, or not counted. */
  added: number | null
  removed: number | null
}

const statuses: Record<string, FileStatus> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
  T: 'type-changed',
  U: 'unmerged',
}

/** Modes as git writes them: a symbolic link, and a submodule's commit. */
export const symlinkMode = '120000'
export const submoduleMode = '160000'

export function parseRaw(output: Uint8Array): RawChange[] {
  const fields = splitBytes(output)
  const changes: RawChange[] = []
  const byName = new Map<ByteName, RawChange>()
  let at = 0
  while (at < fields.length) {
    const field = fields[at++] ?? ''
    if (field.startsWith(':')) {
      const [oldMode = '', newMode = '', oldId = '', newId = '', letter = ''] = field.slice(1).split(' ')
      const status = statuses[letter[0] ?? '']
      const two = status === 'renamed' || status === 'copied'
      const first = fields[at++]
      const second = two ? fields[at++] : null
      if (!status || first === undefined || second === undefined) continue
      const change: RawChange = {
        name: second ?? first,
        oldName: two ? first : null,
        status,
        oldMode,
        newMode,
        oldId: oldMode === '000000' ? null : oldId,
        newId: newMode === '000000' ? null : newId,
        added: null,
        removed: null,
      }
      changes.push(change)
      byName.set(change.name, change)
      continue
    }
    const counts = /^(\d+|-)\t(\d+|-)\t([^]*)$/.exec(field)
    if (!counts) continue
    let name: string | undefined = counts[3]
    if (name === '') {
      name = fields[at + 1]
      at += 2
    }
    const change = name === undefined ? undefined : byName.get(name)
    if (!change || counts[1] === '-') continue
    change.added = Number(counts[1])
    change.removed = Number(counts[2])
  }
  return changes
}
