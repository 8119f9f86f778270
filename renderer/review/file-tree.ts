/** From the files of a change list to the rows that are drawn: tree or list, filtered, folded, generated files at the end. */
import type { ChangedFile, ChangeList } from '@contract/diff.ts'

export interface FileRow {
  kind: 'file'
  key: string
  file: ChangedFile
  depth: number
  /** Name in a tree; whole path in a list. */
  name: string
  /** Folder of the file, for lists; empty in a tree. */
  folder: string
}

export interface FolderRow {
  kind: 'folder'
  /** Path of the deepest of the folders that were joined. */
  key: string
  name: string
  depth: number
  open: boolean
  files: number
  viewed: number
  added: number
  removed: number
}

export interface SectionRow {
  kind: 'section'
  key: string
  section: 'unmerged' | 'generated' | 'left-out'
  count: number
  open: boolean
  added: number
  removed: number
}

/** A path that is named but is not part of the diff. */
export interface NamedRow {
  kind: 'named'
  key: string
  path: string
  sizeBytes: number | null
}

export type Row = FileRow | FolderRow | SectionRow | NamedRow

export interface RowOptions {
  layout: 'tree' | 'list'
  filter: string
  /** Keys of folders that are folded, and of sections that are unfolded. */
  folded: ReadonlySet<string>
  viewed: Readonly<Record<string, string>>
}

/** By what a mark "viewed" is bound to a version of the file: its content, or that it is gone. */
export function contentId(file: ChangedFile): string {
  return file.newId ?? file.oldId ?? 'none'
}

export function isViewed(file: ChangedFile, viewed: Readonly<Record<string, string>>): boolean {
  return viewed[file.path] === contentId(file)
}

/** Seen once, and changed since. */
export function changedSinceViewed(file: ChangedFile, viewed: Readonly<Record<string, string>>): boolean {
  const seen = viewed[file.path]
  return seen !== undefined && seen !== contentId(file)
}

/** Folders before files, names as people sort them; equal on every machine. */
const collator = new Intl.Collator('en', { numeric: true })

/** Orders paths as the tree shows them: at each level folders first, then files. */
export function comparePaths(one: string, other: string): number {
  const a = one.split('/')
  const b = other.split('/')
  const least = Math.min(a.length, b.length)
  for (let level = 0; level < least; level++) {
    const aIsFile = level === a.length - 1
    const bIsFile = level === b.length - 1
    if (aIsFile !== bIsFile) return aIsFile ? 1 : -1
    const order = collator.compare(a[level] as string, b[level] as string) || compareText(a[level], b[level])
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareText(one = '', other = ''): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Every word of the filter must occur in the path (new or old), in any case. */
export function matchesFilter(file: Pick<ChangedFile, 'path' | 'oldPath'>, filter: string): boolean {
  const text = `${file.path} ${file.oldPath ?? ''}`.toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** Sorts once per list; comparing split paths is what costs with thousands of files. */
export function sortFiles(files: readonly ChangedFile[]): ChangedFile[] {
  return [...files].sort((one, other) => comparePaths(one.path, other.path))
}

interface Folder {
  path: string
  name: string
  folders: Map<string, Folder>
  files: ChangedFile[]
}

const sectionKey = (section: SectionRow['section']): string => `section:${section}`

/** `sorted` are the files of `list` in the order of `sortFiles`. */
export function buildRows(list: ChangeList, sorted: readonly ChangedFile[], options: RowOptions): Row[] {
  const filtering = options.filter.trim() !== ''
  const shown = filtering ? sorted.filter((file) => matchesFilter(file, options.filter.trim())) : sorted
  const unmerged = new Set(list.unmerged)
  const isUnmerged = (file: ChangedFile): boolean => file.status === 'unmerged' || unmerged.has(file.path)
  const conflicting = shown.filter(isUnmerged)
  const plain = shown.filter((file) => !file.generated && !isUnmerged(file))
  const generated = shown.filter((file) => file.generated && !isUnmerged(file))
  const rows: Row[] = []

  const known = new Set(sorted.map((file) => file.path))
  const onlyNamed = list.unmerged.filter(
    (path) => !known.has(path) && matchesFilter({ path, oldPath: null }, options.filter.trim()),
  )
  if (conflicting.length + onlyNamed.length > 0) {
    rows.push(sectionRow('unmerged', conflicting, conflicting.length + onlyNamed.length, true))
    for (const file of conflicting) rows.push(listRow(file))
    for (const path of onlyNamed) rows.push({ kind: 'named', key: `unmerged:${path}`, path, sizeBytes: null })
  }

  if (options.layout === 'list') for (const file of plain) rows.push(listRow(file))
  else pushFolder(rows, growTree(plain), 0, options, filtering)

  if (generated.length > 0) {
    const open = filtering || options.folded.has(sectionKey('generated'))
    rows.push(sectionRow('generated', generated, generated.length, open))
    if (open) for (const file of generated) rows.push(listRow(file))
  }

  const leftOut = list.leftOut.filter((entry) =>
    matchesFilter({ path: entry.path, oldPath: null }, options.filter.trim()),
  )
  if (leftOut.length > 0) {
    const open = filtering || options.folded.has(sectionKey('left-out'))
    rows.push({ ...sectionRow('left-out', [], leftOut.length, open) })
    if (open)
      for (const entry of leftOut)
        rows.push({ kind: 'named', key: `left-out:${entry.path}`, path: entry.path, sizeBytes: entry.sizeBytes })
  }
  return rows
}

function sectionRow(
  section: SectionRow['section'],
  files: readonly ChangedFile[],
  count: number,
  open: boolean,
): SectionRow {
  return { kind: 'section', key: sectionKey(section), section, count, open, ...countLines(files) }
}

function listRow(file: ChangedFile): FileRow {
  const slash = file.path.lastIndexOf('/')
  return {
    kind: 'file',
    key: file.path,
    file,
    depth: 0,
    name: file.path.slice(slash + 1),
    folder: slash === -1 ? '' : file.path.slice(0, slash),
  }
}

function growTree(files: readonly ChangedFile[]): Folder {
  const root: Folder = { path: '', name: '', folders: new Map(), files: [] }
  for (const file of files) {
    const parts = file.path.split('/')
    let folder = root
    for (let level = 0; level < parts.length - 1; level++) {
      const name = parts[level] as string
      let next = folder.folders.get(name)
      if (!next) {
        next = { path: folder.path === '' ? name : `${folder.path}/${name}`, name, folders: new Map(), files: [] }
        folder.folders.set(name, next)
      }
      folder = next
    }
    folder.files.push(file)
  }
  return root
}

interface Totals {
  files: number
  viewed: number
  added: number
  removed: number
}

/** Writes the folder's rows and gives its totals; a folder's row is written before what is in it and filled in after. */
function pushFolder(
  rows: Row[],
  folder: Folder,
  depth: number,
  options: RowOptions,
  filtering: boolean,
  hidden = false,
): Totals {
  const totals: Totals = { files: 0, viewed: 0, added: 0, removed: 0 }
  for (const child of folder.folders.values()) {
    let deepest = child
    let name = child.name
    // A folder that holds one folder and nothing else is one row with it.
    while (deepest.files.length === 0 && deepest.folders.size === 1) {
      deepest = deepest.folders.values().next().value as Folder
      name = `${name}/${deepest.name}`
    }
    const open = filtering || !options.folded.has(deepest.path)
    const row: FolderRow = {
      kind: 'folder',
      key: deepest.path,
      name,
      depth,
      open,
      files: 0,
      viewed: 0,
      added: 0,
      removed: 0,
    }
    if (!hidden) rows.push(row)
    const inside = pushFolder(rows, deepest, depth + 1, options, filtering, hidden || !open)
    Object.assign(row, inside)
    totals.files += inside.files
    totals.viewed += inside.viewed
    totals.added += inside.added
    totals.removed += inside.removed
  }
  for (const file of folder.files) {
    totals.files++
    if (isViewed(file, options.viewed)) totals.viewed++
    totals.added += file.added
    totals.removed += file.removed
    if (hidden) continue
    const name = file.path.slice(file.path.lastIndexOf('/') + 1)
    rows.push({ kind: 'file', key: file.path, file, depth, name, folder: '' })
  }
  return totals
}

function countLines(files: readonly ChangedFile[]): { added: number; removed: number } {
  let added = 0
  let removed = 0
  for (const file of files) {
    added += file.added
    removed += file.removed
  }
  return { added, removed }
}

/** Files in the order they are read: as shown, generated ones last; folded folders are not skipped. */
export function readingOrder(list: ChangeList, sorted: readonly ChangedFile[], options: RowOptions): ChangedFile[] {
  const everything = new Set([sectionKey('generated'), sectionKey('left-out')])
  return buildRows(list, sorted, { ...options, folded: everything }).flatMap((row) =>
    row.kind === 'file' ? [row.file] : [],
  )
}

/**
 * The next (`step` 1) or previous (-1) file that `wanted` accepts after `path`, round the end; null when there is none.
 * A path that is not among them (any more) stands where it would be sorted.
 */
export function stepFile(
  order: readonly ChangedFile[],
  path: string | null,
  step: 1 | -1,
  wanted: (file: ChangedFile) => boolean = () => true,
): ChangedFile | null {
  if (order.length === 0) return null
  let from = path === null ? -1 : order.findIndex((file) => file.path === path)
  if (from === -1) {
    if (path === null) from = step === 1 ? -1 : 0
    else {
      const after = order.findIndex((file) => comparePaths(file.path, path) > 0)
      const gap = after === -1 ? order.length : after
      from = step === 1 ? gap - 1 : gap
    }
  }
  for (let distance = 1; distance <= order.length; distance++) {
    const index = (((from + step * distance) % order.length) + order.length) % order.length
    const file = order[index]
    if (file && file.path !== path && wanted(file)) return file
  }
  return null
}

/**
 * How far (pixels) the list must be scrolled so that what the reader has in sight stays there after rows came or went:
 * the selected row if it is in sight, else the topmost row that is still there. `rowHeight` in pixels.
 */
export function keepInPlace(
  before: readonly Row[],
  after: readonly Row[],
  selected: string | null,
  view: { scrollTop: number; height: number },
  rowHeight: number,
): number {
  const first = Math.floor(view.scrollTop / rowHeight)
  const last = Math.min(before.length - 1, Math.ceil((view.scrollTop + view.height) / rowHeight))
  const places = new Map(after.map((row, index) => [row.key, index]))
  const shift = (index: number): number | null => {
    const row = before[index]
    const now = row ? places.get(row.key) : undefined
    return now === undefined ? null : (now - index) * rowHeight
  }
  if (selected !== null) {
    const index = before.findIndex((row) => row.key === selected)
    if (index >= first && index <= last) {
      const moved = shift(index)
      if (moved !== null) return moved
    }
  }
  for (let index = first; index <= last; index++) {
    const moved = shift(index)
    if (moved !== null) return moved
  }
  return 0
}
