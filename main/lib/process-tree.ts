/**
 * Processes as the system tells of them. A pid alone names nothing for long: every kill compares the start time first.
 * Linux reads /proc; macOS and others ask `ps`; Windows has its own tree kill.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export interface ProcessEntry {
  pid: number
  ppid: number
  pgid: number
  /** Session id on Linux; the group elsewhere. */
  session: number
  /** Process group in the foreground of its terminal; -1 without one. */
  foregroundGroup: number
  /** Start time as the system tells it; only ever compared for equality. */
  startedAt: string
  name: string
  zombie: boolean
}

export interface ProcessIdentity {
  pid: number
  startedAt: string
}

function run(file: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 16 * 1024 * 1024, windowsHide: true, env: { ...process.env, LC_ALL: 'C' } }
    execFile(file, args, options, (_error, stdout) => resolve(stdout))
  })
}

/** One line of /proc/PID/stat. The name stands in parentheses and may itself hold parentheses and spaces. */
export function parseProcStat(text: string): ProcessEntry | null {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open < 0 || close < open) return null
  const pid = Number.parseInt(text, 10)
  const fields = text.slice(close + 2).split(' ')
  const startedAt = fields[19]
  if (!Number.isInteger(pid) || startedAt === undefined) return null
  return {
    pid,
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    session: Number(fields[3]),
    foregroundGroup: Number(fields[5]),
    startedAt,
    name: text.slice(open + 1, close),
    zombie: fields[0] === 'Z' || fields[0] === 'X',
  }
}

const psColumns = 'pid=,ppid=,pgid=,tpgid=,stat=,lstart=,comm='

/** One line of `ps -o pid=,ppid=,pgid=,tpgid=,stat=,lstart=,comm=`; `lstart` is five words. */
export function parsePsLine(line: string): ProcessEntry | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line)
  if (!match) return null
  const [, pid, ppid, pgid, tpgid, stat, startedAt, command] = match
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    pgid: Number(pgid),
    session: Number(pgid),
    foregroundGroup: Number(tpgid) || -1,
    startedAt: (startedAt ?? '').replace(/\s+/g, ' '),
    name: basename(command ?? ''),
    zombie: (stat ?? '').startsWith('Z'),
  }
}

/** One process; `null` when there is none of that pid. */
export async function readProcess(pid: number): Promise<ProcessEntry | null> {
  if (process.platform === 'linux') {
    try {
      return parseProcStat(await readFile(`/proc/${pid}/stat`, 'latin1'))
    } catch {
      return null // it ended
    }
  }
  if (process.platform === 'win32') {
    try {
      process.kill(pid, 0)
      return {
        pid,
        ppid: 0,
        pgid: pid,
        session: pid,
        foregroundGroup: -1,
        startedAt: '',
        name: '',
        zombie: false,
      }
    } catch {
      return null // it ended
    }
  }
  return parsePsLine((await run('ps', ['-o', psColumns, '-p', String(pid)])).split('\n')[0] ?? '')
}

/** Every process that can be seen. Empty on Windows. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  if (process.platform === 'win32') return []
  if (process.platform !== 'linux') {
    const lines = (await run('ps', ['-A', '-o', psColumns])).split('\n')
    return lines.map(parsePsLine).filter((entry) => entry !== null)
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const entries = await Promise.all(pids.map((pid) => readProcess(Number(pid))))
  return entries.filter((entry) => entry !== null)
}

/** All that came from `root` by parenthood, and all of its session that lost their parent. `root` itself is not in it. */
export function descendantsOf(entries: readonly ProcessEntry[], root: number): ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>()
  for (const entry of entries) {
    const siblings = children.get(entry.ppid)
    if (siblings) siblings.push(entry)
    else children.set(entry.ppid, [entry])
  }
  const found = new Map<number, ProcessEntry>()
  const visit = (pid: number): void => {
    for (const child of children.get(pid) ?? []) {
      if (child.pid === root || found.has(child.pid)) continue
      found.set(child.pid, child)
      visit(child.pid)
    }
  }
  visit(root)
  for (const entry of entries) {
    if (entry.session === root && entry.pid !== root && !found.has(entry.pid)) {
      found.set(entry.pid, entry)
      visit(entry.pid)
    }
  }
  return [...found.values()]
}

/** The program in the foreground of the terminal whose leader is `leader`; `null` when it is the leader itself or cannot be told. */
export async function foregroundOf(leader: number): Promise<{ pid: number; name: string } | null> {
  const entry = await readProcess(leader)
  if (!entry || entry.foregroundGroup <= 0 || entry.foregroundGroup === entry.pgid) return null
  const front = await readProcess(entry.foregroundGroup)
  return front ? { pid: front.pid, name: front.name } : null
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // ESRCH: it ended meanwhile. EPERM: it is not ours to end (a setuid program); the caller reports what is left.
  }
}

async function stillThere(process: ProcessIdentity): Promise<boolean> {
  const entry = await readProcess(process.pid)
  return entry !== null && entry.startedAt === process.startedAt && !entry.zombie
}

async function keepLiving(known: Map<number, ProcessIdentity>): Promise<void> {
  await Promise.all(
    [...known.values()].map(async (identity) => {
      if (!(await stillThere(identity))) known.delete(identity.pid)
    }),
  )
}

/** Adds the root and its descendants as they are now; a root whose pid has been reused adds nothing. */
async function lookAgain(known: Map<number, ProcessIdentity>, root: ProcessIdentity): Promise<ProcessIdentity[]> {
  const entries = await listProcesses()
  const fresh: ProcessIdentity[] = []
  const add = (entry: ProcessEntry): void => {
    if (entry.zombie || known.has(entry.pid)) return
    known.set(entry.pid, entry)
    fresh.push(entry)
  }
  const own = entries.find((entry) => entry.pid === root.pid)
  if (own && own.startedAt !== root.startedAt) return fresh
  if (own) add(own)
  for (const entry of descendantsOf(entries, root.pid)) add(entry)
  // A child whose parent has just ended hangs below another of ours that is known.
  for (const identity of [...known.values()]) for (const entry of descendantsOf(entries, identity.pid)) add(entry)
  return fresh
}

/**
 * Ends a process, its group and all its descendants: SIGHUP (and SIGCONT, since a stopped one cannot heed it), at most `graceMs`
 * of waiting, then SIGKILL. Returns the pids that are still there after that; empty is the rule.
 */
export async function endProcessTree(root: ProcessIdentity, options: { graceMs?: number } = {}): Promise<number[]> {
  const graceMs = options.graceMs ?? 3000
  if (process.platform === 'win32') {
    await run('taskkill', ['/pid', String(root.pid), '/T', '/F'])
    return []
  }
  const known = new Map<number, ProcessIdentity>()
  const hangUp = (identity: ProcessIdentity): void => {
    signal(identity.pid, 'SIGHUP')
    signal(identity.pid, 'SIGCONT')
  }
  const first = await lookAgain(known, root)
  if (known.has(root.pid)) signal(-root.pid, 'SIGHUP')
  first.forEach(hangUp)
  const end = Date.now() + graceMs
  for (let pause = 10; known.size > 0 && Date.now() < end; pause = Math.min(pause * 2, 100)) {
    await wait(pause)
    const fresh = await lookAgain(known, root)
    fresh.forEach(hangUp)
    await keepLiving(known)
  }
  for (let tries = 0; known.size > 0 && tries < 40; tries++) {
    await lookAgain(known, root)
    await keepLiving(known)
    for (const identity of known.values()) signal(identity.pid, 'SIGKILL')
    await wait(25)
    await keepLiving(known)
  }
  return [...known.keys()]
}
