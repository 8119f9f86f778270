import type { ChangedFile, FileDiff, LineEnding } from '@contract/diff.ts'

/** What is worth saying of a changed file besides its lines; the page puts it into words. */
export type FileFact =
  | { kind: 'renamed'; from: string }
  | { kind: 'copied'; from: string }
  | { kind: 'mode'; from: string; to: string }
  | { kind: 'made-executable' }
  | { kind: 'made-plain' }
  | { kind: 'symlink' }
  | { kind: 'line-endings'; from: LineEnding; to: LineEnding }
  | { kind: 'mixed-line-endings' }
  | { kind: 'encoding'; name: string }
  | { kind: 'encoding-changed'; from: string; to: string }
  | { kind: 'no-newline'; sides: 'old' | 'new' | 'both' }
  | { kind: 'untracked' }
  | { kind: 'generated' }

const symlinkMode = '120000'
const plainMode = '100644'
const executableMode = '100755'

export function listFacts(file: ChangedFile, diff: FileDiff | null): FileFact[] {
  const facts: FileFact[] = []
  if (file.oldPath !== null && file.oldPath !== file.path)
    facts.push({ kind: file.status === 'copied' ? 'copied' : 'renamed', from: file.oldPath })
  if (file.untracked) facts.push({ kind: 'untracked' })
  facts.push(...modeFacts(file))
  if (diff?.kind === 'text') facts.push(...textFacts(diff))
  if (file.generated) facts.push({ kind: 'generated' })
  return facts
}

function modeFacts(file: ChangedFile): FileFact[] {
  const { oldMode: from, newMode: to } = file
  if (from === symlinkMode && to === symlinkMode) return [{ kind: 'symlink' }]
  if (file.oldId === null || file.newId === null)
    return from === symlinkMode || to === symlinkMode ? [{ kind: 'symlink' }] : []
  if (from === to) return []
  if (from === plainMode && to === executableMode) return [{ kind: 'made-executable' }]
  if (from === executableMode && to === plainMode) return [{ kind: 'made-plain' }]
  return [{ kind: 'mode', from, to }]
}

function textFacts(diff: Extract<FileDiff, { kind: 'text' }>): FileFact[] {
  const facts: FileFact[] = []
  const both = diff.old !== null && diff.new !== null
  const { old: oldEnding, new: newEnding } = diff.lineEndings
  if (both && oldEnding !== newEnding && oldEnding !== 'none' && newEnding !== 'none')
    facts.push({ kind: 'line-endings', from: oldEnding, to: newEnding })
  else if ((diff.new === null ? oldEnding : newEnding) === 'mixed') facts.push({ kind: 'mixed-line-endings' })

  const oldName = diff.old === null ? null : diff.oldEncoding
  const newName = diff.new === null ? null : diff.newEncoding
  if (oldName !== null && newName !== null && !sameEncoding(oldName, newName))
    facts.push({ kind: 'encoding-changed', from: oldName.toUpperCase(), to: newName.toUpperCase() })
  else {
    const name = newName ?? oldName ?? 'utf-8'
    if (!sameEncoding(name, 'utf-8')) facts.push({ kind: 'encoding', name: name.toUpperCase() })
  }

  const oldLacks = diff.old !== null && diff.old !== '' && !diff.oldEndsWithNewline
  const newLacks = diff.new !== null && diff.new !== '' && !diff.newEndsWithNewline
  if (oldLacks || newLacks)
    facts.push({ kind: 'no-newline', sides: oldLacks && newLacks ? 'both' : oldLacks ? 'old' : 'new' })
  return facts
}

function sameEncoding(one: string, other: string): boolean {
  const plain = (name: string): string => {
    const lower = name.toLowerCase().replaceAll(/[-_ ]/g, '')
    return lower === 'ascii' || lower === 'usascii' ? 'utf8' : lower
  }
  return plain(one) === plain(other)
}

/** The letter git prints for a state. */
export function statusLetter(file: Pick<ChangedFile, 'status'>): 'A' | 'M' | 'D' | 'R' | 'C' | 'T' | 'U' {
  switch (file.status) {
    case 'added':
      return 'A'
    case 'modified':
      return 'M'
    case 'deleted':
      return 'D'
    case 'renamed':
      return 'R'
    case 'copied':
      return 'C'
    case 'type-changed':
      return 'T'
    case 'unmerged':
      return 'U'
  }
}
