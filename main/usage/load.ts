/** Memory and processor time of the program's own processes and everything below its terminals. Looked at only when asked. */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'

export interface Load {
  memoryBytes: number
  /** 100 is one processor fully used. 0 in the first look: it takes two. */
  cpuPercent: number
}

export interface LoadMeter {
  look(roots: readonly number[]): Promise<Load | null>
}

export interface ProcessFacts {
  pid: number
  parent: number
  memoryBytes: number
  /** Processor time used so far, in milliseconds. */
  cpuMs: number
}

/** Clock ticks a second and page size are 100 and 4 KiB on every Linux that Node runs on but for arm64 with larger pages. */
const tickMs = 10
const pageBytes = 4096

/** One line of /proc/PID/stat; the name may hold spaces and parentheses. Pure. */
export function parseProcStat(text: string): ProcessFacts | null {
  const end = text.lastIndexOf(')')
  const pid = Number.parseInt(text, 10)
  const fields = text.slice(end + 2).split(' ')
  if (end < 0 || Number.isNaN(pid) || fields.length < 22) return null
  return {
    pid,
    parent: Number(fields[1]),
    cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
    memoryBytes: Number(fields[21]) * pageBytes,
  }
}

/** One line of `ps -o pid=,ppid=,rss=,time=`. Pure. */
export function parsePsLine(line: string): ProcessFacts | null {
  const [pid, parent, rss, time] = line.trim().split(/\s+/)
  if (!pid || !parent || !rss || !time) return null
  const [days, clock] = time.includes('-') ? time.split('-', 2) : ['0', time]
  let seconds = 0
  for (const part of (clock ?? '').split(':')) seconds = seconds * 60 + Number(part)
  return {
    pid: Number(pid),
    parent: Number(parent),
    memoryBytes: Number(rss) * 1024,
    cpuMs: (Number(days) * 86_400 + seconds) * 1000,
  }
}

/** The roots and all that descends from them. Pure. */
export function familyOf(all: readonly ProcessFacts[], roots: readonly number[]): ProcessFacts[] {
  const children = new Map<number, ProcessFacts[]>()
  for (const each of all) children.set(each.parent, [...(children.get(each.parent) ?? []), each])
  const wanted = new Set(roots)
  const found = new Map<number, ProcessFacts>()
  const queue = all.filter((each) => wanted.has(each.pid))
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (found.has(next.pid)) continue
    found.set(next.pid, next)
    queue.push(...(children.get(next.pid) ?? []))
  }
  return [...found.values()]
}

async function readProc(): Promise<ProcessFacts[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(names.map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')))
  return stats.map(parseProcStat).filter((facts) => facts !== null)
}

function readPs(): Promise<ProcessFacts[]> {
  return new Promise((resolve) => {
    execFile('ps', ['-A', '-o', 'pid=,ppid=,rss=,time='], { maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
      resolve(
        error
          ? []
          : stdout
              .split('\n')
              .map(parsePsLine)
              .filter((facts) => facts !== null),
      )
    })
  })
}

export function createLoadMeter(): LoadMeter {
  let before: { at: number; cpuMs: Map<number, number> } | null = null
  return {
    look: async (roots) => {
      if (process.platform === 'win32') return null
      const all = process.platform === 'linux' ? await readProc() : await readPs()
      const family = familyOf(all, roots)
      const at = performance.now()
      let usedMs = 0
      if (before !== null) {
        for (const each of family) {
          const earlier = before.cpuMs.get(each.pid)
          if (earlier !== undefined) usedMs += Math.max(0, each.cpuMs - earlier)
        }
      }
      const spanMs = before === null ? 0 : at - before.at
      before = { at, cpuMs: new Map(family.map((each) => [each.pid, each.cpuMs])) }
      return {
        memoryBytes: family.reduce((sum, each) => sum + each.memoryBytes, 0),
        cpuPercent: spanMs > 0 ? Math.round((usedMs / spanMs) * 1000) / 10 : 0,
      }
    },
  }
}
