import type { Field } from './words.ts'

/** One thing that a command would do, before it is held against the disk. */
export type Operation =
  | {
      kind: 'read' | 'write' | 'delete'
      target: Field
      /** Folders it may run in; empty: not known. */
      folders: readonly string[]
      /** A folder goes with all that is in it. */
      recursive?: boolean
      /** The last symlink is followed (redirections and most writes), not replaced or removed itself. */
      follows?: boolean
    }
  /** What `git clean` would take. */
  | { kind: 'clean'; folders: readonly string[]; ignored: 'no' | 'also' | 'only' }
  /** Uncommitted changes of tracked files are thrown away. */
  | { kind: 'throw-away'; folders: readonly string[]; what: string }
  /** Leaves the machine. */
  | { kind: 'send'; what: string; force?: boolean }
  /** Reaches beyond files: other processes, the system, another user's rights. */
  | { kind: 'system'; what: string; key: 'elevated' | 'system' | 'device' | 'processes' | 'history' }
  /** Changes git's own records (refs, index) in a way that can be taken back. */
  | { kind: 'git-change'; what: string }
  | { kind: 'unforeseen'; what: string; why: string }

/** A program about to be run, as far as it is known. */
export interface Call {
  name: string
  args: readonly Field[]
  folders: readonly string[]
  /** As written, for the screen. */
  text: string
  /** Its input comes from the program before it. */
  piped: boolean
  /** Fields that the program before it is known to print, one a line, when that is a plain `echo` or `printf`. */
  fed: readonly Field[] | null
}
