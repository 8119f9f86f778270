/** Which live processes stand in a folder. Seen from outside: no agent has to tell us. */
import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { sep } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { resolved } from './locate.ts'

export interface ProcessInside {
  pid: number
  name: string
}

/** A prompt's or an editor's short helper is gone by then; whoever works there is not. */
const secondLookMs = 150

/**
 * Processes that stay in `path` or below with their working folder, but for `ignorePids` and the git children by which this
 * program looks at worktrees. Those of other users may stay unseen.
 */
export async function findProcessesInside(path: string, ignorePids: readonly number[] = []): Promise<ProcessInside[]> {
  const top = await resolved(path)
  const ignored = new Set([...ignorePids, process.pid])
  const isInside = (cwd: string): boolean => cwd === top || cwd.startsWith(top + sep)
  // Windows itself refuses to move a folder that is in use.
  if (process.platform === 'win32') return []
  const look = process.platform === 'linux' ? findInProc : findByLsof
  const found = await look(isInside, ignored)
  if (found.length === 0) return []
  await wait(secondLookMs)
  const still = new Set((await look(isInside, ignored)).map(({ pid }) => pid))
  return found.filter(({ pid }) => still.has(pid))
}

interface Found extends ProcessInside {
  parent: number
}

/** Leaves out the git processes that this program started, and those that they started. */
function withoutOurGit(found: readonly Found[]): ProcessInside[] {
  const ours = new Set([process.pid])
  for (let before = 0; before !== ours.size; ) {
    before = ours.size
    for (const { pid, parent, name } of found) if (name === 'git' && ours.has(parent)) ours.add(pid)
  }
  return found.filter(({ pid }) => !ours.has(pid)).map(({ pid, name }) => ({ pid, name }))
}

async function findInProc(isInside: (cwd: string) => boolean, ignored: Set<number>): Promise<ProcessInside[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid): Promise<Found | null> => {
      if (ignored.has(pid)) return null
      try {
        if (!isInside(await readlink(`/proc/${pid}/cwd`))) return null
        // `pid (name) state parent …`; the name may hold anything, parentheses too.
        const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
        const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        return { pid, parent, name }
      } catch {
        return null // Ended meanwhile, a zombie, or another user's.
      }
    }),
  )
  return withoutOurGit(found.filter((each) => each !== null))
}

function findByLsof(isInside: (cwd: string) => boolean, ignored: Set<number>): Promise<ProcessInside[]> {
  return new Promise((resolve) => {
    // lsof ends with 1 when anything at all could not be read; what it printed still holds.
    execFile('lsof', ['-a', '-d', 'cwd', '-F', 'pRcn', '-n', '-P'], { maxBuffer: 64 << 20 }, (_error, stdout) => {
      const found = parseLsof(stdout).filter(({ pid, cwd }) => !ignored.has(pid) && isInside(cwd))
      resolve(withoutOurGit(found))
    })
  })
}

/** Reads `lsof -d cwd -F pRcn`: lines `p<pid>`, `R<parent>`, `c<command>`, `n<path>`. */
export function parseLsof(text: string): (ProcessInside & { parent: number; cwd: string })[] {
  const found: (ProcessInside & { parent: number; cwd: string })[] = []
  let pid = 0
  let parent = 0
  let name = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('p')) [pid, parent, name] = [Number(line.slice(1)), 0, '']
    else if (line.startsWith('R')) parent = Number(line.slice(1))
    else if (line.startsWith('c')) name = line.slice(1)
    else if (line.startsWith('n')) found.push({ pid, parent, name, cwd: line.slice(1) })
  }
  return found
}
