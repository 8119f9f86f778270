import type { Worktree } from '@contract/worktree.ts'

export type SortKey = 'name' | 'ahead' | 'dirty' | 'session' | 'activeAt' | 'sizeBytes'

/** The branch's short name, or the folder's name where none is checked out. */
export function worktreeName(worktree: Worktree): string {
  return worktree.branch?.replace(/^refs\/heads\//, '') ?? worktree.path.split(/[\\/]/).at(-1) ?? worktree.path
}

function compare(a: Worktree, b: Worktree, key: SortKey): number {
  switch (key) {
    case 'name':
      return worktreeName(b).localeCompare(worktreeName(a))
    case 'ahead':
      return (a.ahead ?? -1) + (a.behind ?? 0) / 1e6 - ((b.ahead ?? -1) + (b.behind ?? 0) / 1e6)
    case 'dirty':
      return (a.dirty ?? -1) + (a.untracked ?? 0) - ((b.dirty ?? -1) + (b.untracked ?? 0))
    case 'session':
      return (b.sessionTitle ?? '\uffff').localeCompare(a.sessionTitle ?? '\uffff')
    case 'activeAt':
      return (a.activeAt ?? '').localeCompare(b.activeAt ?? '')
    case 'sizeBytes':
      return (a.sizeBytes ?? -1) - (b.sizeBytes ?? -1)
  }
}

/** Filtered by branch, folder and session title; the main checkout stays first. `down`: largest, latest or A first. */
export function sortWorktrees(
  worktrees: readonly Worktree[],
  sort: { key: SortKey; down: boolean },
  filter: string,
): Worktree[] {
  const wanted = filter.trim().toLowerCase()
  const kept = worktrees.filter(
    (worktree) =>
      wanted === '' ||
      [worktree.branch, worktree.path, worktree.sessionTitle].some((text) => text?.toLowerCase().includes(wanted)),
  )
  return kept.sort((a, b) => {
    if (a.main !== b.main) return a.main ? -1 : 1
    const order = compare(a, b, sort.key)
    return (sort.down ? -order : order) || a.path.localeCompare(b.path)
  })
}
