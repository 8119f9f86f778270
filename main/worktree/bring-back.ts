/** The way back out of the trash: folder, branch, index, files as they were, under other names where the old ones are taken. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fail, succeed, type Result } from '@contract/result.ts'
import { runGit } from '../git/run.ts'
import { readWorktrees } from './locate.ts'
import { uniqueBranch } from './naming.ts'
import { restoreFiles } from './snapshot.ts'
import { dropRecord, placesOf, writeRecord, type TrashRecord } from './trash-record.ts'
import { dropRefs, fileFailure, isThere, remakeBranch, type TrashCode } from './trash-steps.ts'

export interface BroughtBack {
  path: string
  /** Short name; null when it was detached. */
  branch: string | null
}

type ReturnTo = NonNullable<TrashRecord['returnTo']>

/** To be run under the repository's lock, also for a record whose return was cut short. */
export async function returnRecord(trashFolder: string, record: TrashRecord): Promise<Result<BroughtBack, TrashCode>> {
  const places = placesOf(trashFolder, record)
  if (!(await isThere(join(record.commonDir, 'HEAD'))))
    return fail('git-failed', `The repository ${record.repositoryPath} is gone. The files are in ${places.folder}.`, {
      paths: [places.folder],
    })
  const to = record.returnTo ?? (await decide(record))
  if (!('path' in to)) return to
  const returning: TrashRecord = { ...record, state: 'returning', returnTo: to }
  await writeRecord(trashFolder, returning)
  const done = await takeBack(trashFolder, returning, to)
  if (!done.ok) {
    await giveUp(trashFolder, record, to)
    return done
  }
  await dropRefs(trashFolder, record)
  await dropRecord(trashFolder, record)
  return succeed({ path: to.path, branch: to.branch })
}

async function decide(record: TrashRecord): Promise<ReturnTo | Extract<Result<never, TrashCode>, { ok: false }>> {
  const listed = await readWorktrees(record.commonDir)
  if (!listed.ok) return listed
  const taken = new Set(listed.value.map((worktree) => worktree.path))
  const path = await freePath(record.path, taken)
  const entries = new Set(await readdir(join(record.commonDir, 'worktrees')).catch(() => []))
  let entryName = record.entryName
  for (let number = 2; entries.has(entryName); number++) entryName = `${record.entryName}-${number}`
  if (record.branch === null) return { path, entryName, branch: null }

  const refs = await runGit({
    cwd: record.commonDir,
    args: ['for-each-ref', '--format=%(refname)%00%(objectname)%00', 'refs/heads'],
  })
  if (!refs.ok) return refs
  const fields = refs.value.fields().map((field) => field.replace(/^\n/, ''))
  const heads = new Map<string, string>()
  for (let at = 0; at + 1 < fields.length; at += 2) heads.set(fields[at] ?? '', fields[at + 1] ?? '')
  const isSame = heads.get(`refs/heads/${record.branch}`) === record.head
  const isFree = !listed.value.some((worktree) => worktree.branch === record.branch)
  const branch = isSame && isFree ? record.branch : uniqueBranch(record.branch, new Set(heads.keys()))
  return { path, entryName, branch }
}

async function freePath(wanted: string, taken: ReadonlySet<string>): Promise<string> {
  let path = wanted
  for (let number = 2; taken.has(path) || (await isThere(path)); number++)
    path = join(dirname(wanted), `${basename(wanted)}-${number}`)
  return path
}

async function takeBack(trashFolder: string, record: TrashRecord, to: ReturnTo): Promise<Result<null, TrashCode>> {
  const { folder, gitEntry, refs } = placesOf(trashFolder, record)
  const listed = join(record.commonDir, 'worktrees', to.entryName)
  if (to.branch !== null && record.head !== '') {
    const made = await remakeBranch(trashFolder, record, to.branch)
    if (!made.ok) return made
  }
  try {
    await mkdir(dirname(listed), { recursive: true })
    if (await isThere(gitEntry)) await rename(gitEntry, listed)
    else if (!(await isThere(listed))) await remakeGitEntry(record, listed, to.path)
    await rm(join(listed, 'quarterdeck-branch-log'), { force: true })
    const isAsBefore = to.path === record.path && to.entryName === record.entryName
    if (!isAsBefore) await writeFile(join(listed, 'gitdir'), `${join(to.path, '.git')}\n`)
    const dotGit = isAsBefore && record.dotGit !== '' ? record.dotGit : `gitdir: ${listed}\n`

    await mkdir(dirname(to.path), { recursive: true })
    let rebuilt = false
    if (await isThere(folder)) {
      await writeFile(join(folder, '.git'), dotGit)
      await rename(folder, to.path)
    } else if (!(await isThere(to.path))) {
      // Someone lost the folder: what the snapshot holds is written anew.
      await mkdir(to.path)
      await writeFile(join(to.path, '.git'), dotGit)
      rebuilt = true
    }
    if (to.branch !== null && to.branch !== record.branch) {
      const renamed = await runGit({ cwd: to.path, args: ['symbolic-ref', 'HEAD', `refs/heads/${to.branch}`] })
      if (!renamed.ok) return renamed
    }
    if (!isAsBefore) await moveSubmodules(listed, record, to.path)
    if (!rebuilt) return succeed(null)
    const filled = await rebuildFiles(to.path, refs, record.head)
    // Half a folder must never pass for the whole one at the next try.
    if (!filled.ok) await rm(to.path, { recursive: true, force: true })
    return filled
  } catch (error) {
    return fileFailure(error, 'Bringing the worktree back')
  }
}

/** Git's own entry is lost too: a new one, its index from the snapshot. */
async function remakeGitEntry(record: TrashRecord, listed: string, worktree: string): Promise<void> {
  await mkdir(listed, { recursive: true })
  await writeFile(join(listed, 'gitdir'), `${join(worktree, '.git')}\n`)
  await writeFile(join(listed, 'commondir'), '../..\n')
  await writeFile(
    join(listed, 'HEAD'),
    record.branch === null ? `${record.head}\n` : `ref: refs/heads/${record.branch}\n`,
  )
}

async function rebuildFiles(worktree: string, refs: string, head: string): Promise<Result<null, TrashCode>> {
  const index = await runGit({ cwd: worktree, args: ['ls-files', '--cached', '-z'] })
  if (index.ok && index.value.stdout.length === 0) {
    for (const source of [`${refs}/index`, head]) {
      const read = await runGit({ cwd: worktree, args: ['read-tree', '--end-of-options', source], okCodes: [128] })
      if (read.ok && read.value.exitCode === 0) break
    }
  }
  for (const source of [`${refs}/files`, `${refs}/index`, head]) {
    const known = await runGit({
      cwd: worktree,
      args: ['rev-parse', '--verify', '--quiet', `${source}^{tree}`],
      okCodes: [1, 128],
    })
    if (!known.ok || known.value.exitCode !== 0) continue
    const restored = await restoreFiles(worktree, known.value.text().trim())
    await runGit({ cwd: worktree, args: ['update-index', '-q', '--refresh'], okCodes: [1] })
    return restored
  }
  return fail('git-failed', 'Neither the folder nor a snapshot of its files is there any more.')
}

/** Submodules and their git folders name each other by relative paths, which changed on both sides. */
async function moveSubmodules(gitDir: string, record: TrashRecord, worktree: string): Promise<void> {
  const modules = join(gitDir, 'modules')
  const oldModules = join(record.commonDir, 'worktrees', record.entryName, 'modules')
  for (const moduleDir of await findModules(modules)) {
    const read = await runGit({
      cwd: gitDir,
      args: ['config', '--file', join(moduleDir, 'config'), 'core.worktree'],
      okCodes: [1, 128],
    })
    const configured = read.ok ? read.value.text().replace(/\n$/, '') : ''
    if (configured === '') continue
    const oldTop = isAbsolute(configured)
      ? configured
      : resolve(join(oldModules, relative(modules, moduleDir)), configured)
    const inside = relative(record.path, oldTop)
    if (inside.startsWith('..') || isAbsolute(inside)) continue
    const top = join(worktree, inside)
    if (
      !(await readFile(join(top, '.git'), 'utf8').then(
        (text) => text.startsWith('gitdir:'),
        () => false,
      ))
    )
      continue
    await writeFile(join(top, '.git'), `gitdir: ${relative(top, moduleDir)}\n`)
    await runGit({
      cwd: gitDir,
      args: ['config', '--file', join(moduleDir, 'config'), 'core.worktree', relative(moduleDir, top)],
    })
  }
}

/** Git folders of submodules, nested ones too. Their names may hold slashes. */
async function findModules(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const inside = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name))
  if (entries.some((entry) => entry.name === 'HEAD')) return [folder, ...(await findModules(join(folder, 'modules')))]
  return (await Promise.all(inside.map(findModules))).flat()
}

/** Back into the trash as far as it came out, so that the person can try again. */
async function giveUp(trashFolder: string, record: TrashRecord, to: ReturnTo): Promise<void> {
  const { folder, gitEntry } = placesOf(trashFolder, record)
  const listed = join(record.commonDir, 'worktrees', to.entryName)
  try {
    if (!(await isThere(folder)) && (await isThere(to.path)) && record.hasFolder) await rename(to.path, folder)
    if (!(await isThere(gitEntry)) && (await isThere(listed))) {
      await mkdir(dirname(gitEntry), { recursive: true })
      await rename(listed, gitEntry)
    }
    await writeRecord(trashFolder, { ...record, state: 'kept', returnTo: null })
  } catch {
    // The record says `returning` still, and where to: the next start finishes it.
  }
}
