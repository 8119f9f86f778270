/** Reads git's list of worktrees. Pure. */

/** One entry of `git worktree list --porcelain -z`; the first is the main worktree. */
export interface ListedWorktree {
  path: string
  head: string | null
  /** Short name of the checked-out branch; null when detached or bare. */
  branch: string | null
  bare: boolean
  /** The reason, '' when none was given; null when not locked. */
  locked: string | null
  /** Why git holds it to be gone. */
  prunable: string | null
}

/** Reads `git worktree list --porcelain -z`. */
export function parseWorktreeList(text: string): ListedWorktree[] {
  const found: ListedWorktree[] = []
  let entry: ListedWorktree | null = null
  for (const line of text.split('\0')) {
    const space = line.indexOf(' ')
    const key = space < 0 ? line : line.slice(0, space)
    const value = space < 0 ? '' : line.slice(space + 1)
    if (key === 'worktree') {
      entry = { path: value, head: null, branch: null, bare: false, locked: null, prunable: null }
      found.push(entry)
    } else if (!entry) continue
    else if (key === 'HEAD') entry.head = /^0+$/.test(value) ? null : value
    else if (key === 'branch') entry.branch = value.replace(/^refs\/heads\//, '')
    else if (key === 'bare') entry.bare = true
    else if (key === 'locked') entry.locked = value
    else if (key === 'prunable') entry.prunable = value
  }
  return found
}
