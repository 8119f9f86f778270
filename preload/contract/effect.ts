/** From harmless to worst. `unforeseen`: nothing bad is known, but not everything can be told beforehand. */
export const effectGrades = ['safe', 'changes', 'unforeseen', 'risky', 'dangerous'] as const
export type EffectGrade = (typeof effectGrades)[number]

/** One path that a command would touch, as it is on disk now. */
export interface EffectPath {
  /** Absolute, symlinks of its parents resolved. */
  path: string
  exists: boolean
  kind: 'file' | 'folder' | 'link' | 'other' | null
  /** Inside the session's worktree. */
  inside: boolean
  /** In git's index of the worktree; null where that is not known or makes no sense. */
  tracked: boolean | null
  /** Of a file, or of all files in a folder; null beyond what is counted. */
  sizeBytes: number | null
  /** Files in a folder that would go with it; null beyond 10,000 and for plain files. */
  files: number | null
}

/** Something that cannot be told before it runs. */
export interface Unforeseen {
  /** The part of the command. */
  what: string
  /** A key: `variable`, `substitution`, `eval`, `interpreter`, `script`, `downloaded`, `program`, `syntax`, `input`, `folder`, `alias`. */
  why: string
}

/** What a command would do, judged by its words against what is on disk, never by its description. */
export interface Effect {
  grade: EffectGrade
  /** Why it has this grade, worst first: a key the page translates, and the part of the command it speaks of. */
  reasons: { key: string; about: string }[]
  reads: EffectPath[]
  writes: EffectPath[]
  deletes: EffectPath[]
  /** What leaves the machine: `git push origin main`, `POST https://…`. */
  sends: string[]
  unforeseen: Unforeseen[]
}
