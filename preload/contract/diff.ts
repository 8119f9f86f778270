import { z } from 'zod'

export const diffScopes = ['uncommitted', 'branch'] as const
export const diffScope = z.enum(diffScopes)
export type DiffScope = z.infer<typeof diffScope>

export type FileStatus = 'added' | 'modified' | 'deleted' | 'renamed' | 'copied' | 'type-changed' | 'unmerged'

export interface ChangedFile {
  path: string
  oldPath: string | null
  status: FileStatus
  added: number
  removed: number
  binary: boolean
  oldMode: string
  newMode: string
  /** Blob (or, of a submodule, commit) ids; null where the file does not exist on that side. */
  oldId: string | null
  newId: string | null
  submodule: boolean
  /** Not in HEAD and not in the index. */
  untracked: boolean
  /** `linguist-generated` or `linguist-vendored`, or a well-known lock file. */
  generated: boolean
}

/** The changes of one worktree in one scope, at one moment. */
export interface ChangeList {
  scope: DiffScope
  /** Tree id of the whole worktree state, untracked files included. */
  tree: string
  /** What it is compared with: HEAD's commit or the merge-base. */
  base: string
  baseRef: string | null
  files: ChangedFile[]
  added: number
  removed: number
  /** Untracked files larger than the limit, which are in no tree and would not land. */
  leftOut: { path: string; sizeBytes: number }[]
  /** Paths that have unresolved merge conflicts. */
  unmerged: string[]
}

/** Contents of one changed file, both sides. */
export type FileDiff =
  | {
      kind: 'text'
      /** Null where the file does not exist on that side. */
      old: string | null
      new: string | null
      oldEncoding: string
      newEncoding: string
      oldEndsWithNewline: boolean
      newEndsWithNewline: boolean
      lineEndings: { old: LineEnding; new: LineEnding }
    }
  | {
      kind: 'image'
      mediaType: string
      old: ImageSide | null
      new: ImageSide | null
      /** Of an SVG, which is text as well. */
      text?: { old: string | null; new: string | null }
    }
  | { kind: 'binary'; oldSizeBytes: number | null; newSizeBytes: number | null }
  | { kind: 'submodule'; oldCommit: string | null; newCommit: string | null; log: string }
  | { kind: 'too-large'; oldSizeBytes: number | null; newSizeBytes: number | null; limitBytes: number }

export type LineEnding = 'lf' | 'crlf' | 'mixed' | 'none'
export interface ImageSide {
  base64: string
  sizeBytes: number
}
