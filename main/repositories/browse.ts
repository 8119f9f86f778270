import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { FolderEntry, FolderListing } from '@contract/repository.ts'
import { fail, succeed, type Result } from '@contract/result.ts'

const listed = 1000
const parallelLooks = 32

/** A path as a person types it: `~` is the home folder, and one that is not absolute begins there. */
export function typedPath(path: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1))
  return isAbsolute(path) ? path : resolve(homedir(), path)
}

/** Folders inside `path` (null: the home folder) by name, links to folders too; those that begin with a dot only if `hidden`. */
export async function browseFolder(
  path: string | null,
  hidden = false,
): Promise<Result<FolderListing, 'not-found' | 'permission-denied'>> {
  const home = homedir()
  const folder = typedPath(path ?? home)
  let names: string[]
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    names = entries
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && (hidden || !entry.name.startsWith('.')))
      .map((entry) => entry.name)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM')
      return fail('permission-denied', `The folder ${folder} may not be read.`, { paths: [folder] })
    return fail('not-found', `There is no folder ${folder}.`, { paths: [folder] })
  }
  const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
  names.sort((a, b) => order.compare(a, b))
  const entries: FolderEntry[] = []
  let at = 0
  // One more than is listed is looked for, to know whether there are more.
  while (at < names.length && entries.length <= listed) {
    const batch = names.slice(at, at + parallelLooks)
    at += batch.length
    const looked = await Promise.all(batch.map((name) => look(join(folder, name), name)))
    entries.push(...looked.filter((entry) => entry !== null))
  }
  const parent = dirname(folder)
  return succeed({
    path: folder,
    parent: parent === folder ? null : parent,
    home,
    entries: entries.slice(0, listed),
    truncated: entries.length > listed,
  })
}

async function look(path: string, name: string): Promise<FolderEntry | null> {
  try {
    if (!(await stat(path)).isDirectory()) return null
  } catch {
    return null // A link that leads nowhere, or a folder gone meanwhile.
  }
  const isRepository = await isThere(join(path, '.git')).then(
    async (dotGit) => dotGit || ((await isThere(join(path, 'HEAD'))) && (await isThere(join(path, 'objects')))),
  )
  return { name, path, isRepository }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
