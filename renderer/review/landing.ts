/** Rules of the landing dialog: what is chosen at first, and what each failure is about. */
import type { LandingPreview } from '@contract/landing.ts'
import type { LandMethod } from '@contract/session.ts'

/** The least surprising way that works: moving the base on, else a merge commit, else one commit. Null when nothing works. */
export function chooseMethod(preview: LandingPreview, wanted: LandMethod | null): LandMethod | null {
  const possible = new Set(preview.methods.filter((entry) => entry.possible).map((entry) => entry.method))
  if (wanted && possible.has(wanted)) return wanted
  return (['ff', 'merge', 'squash'] as const).find((method) => possible.has(method)) ?? null
}

/** Whether a commit is made, and thus a message needed. */
export function needsMessage(preview: LandingPreview, method: LandMethod | null): boolean {
  return method !== null && (method !== 'ff' || !preview.committed)
}

export type Hindrance = 'conflicts' | 'base-dirty' | 'nothing' | null

/** What stands against landing at all, the gravest first. */
export function findHindrance(preview: LandingPreview): Hindrance {
  if (preview.conflicts.length > 0) return 'conflicts'
  if (preview.baseDirty.length > 0) return 'base-dirty'
  if (preview.committed && preview.ahead === 0) return 'nothing'
  return null
}

/** What the agent is asked when the work no longer merges; plain English, since it is typed into its prompt. */
export function conflictPrompt(base: string, paths: readonly string[]): string {
  const named = paths.slice(0, 20).map((path) => `- ${path}`)
  const more = paths.length > 20 ? [`- and ${paths.length - 20} more`] : []
  return [`Merge the branch ${base} into this branch and resolve the conflicts in:`, ...named, ...more].join('\n')
}
