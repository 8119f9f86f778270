/** How long ago, in the largest unit that is not zero. `seconds` under a minute, and never negative: clocks of one machine may still step. */
export type Age = { unit: 'seconds' | 'minutes' | 'hours' | 'days'; count: number }

/** Age of an ISO 8601 time at `nowMs` (milliseconds since 1970). Null for text that is no time. */
export function ageOf(at: string, nowMs: number): Age | null {
  const then = Date.parse(at)
  if (Number.isNaN(then)) return null
  const seconds = Math.max(0, Math.floor((nowMs - then) / 1000))
  if (seconds < 60) return { unit: 'seconds', count: seconds }
  if (seconds < 3600) return { unit: 'minutes', count: Math.floor(seconds / 60) }
  if (seconds < 86_400) return { unit: 'hours', count: Math.floor(seconds / 3600) }
  return { unit: 'days', count: Math.floor(seconds / 86_400) }
}

const byteUnits = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** `1.9 GB`, `340 MB`, `12 B`: at most three digits, units of 1,024. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0
  return `${value.toFixed(digits)} ${byteUnits[unit]}`
}

/** Last part of a path of either kind of separator; the path itself where it has none. */
export function baseName(path: string): string {
  const parts = path.split(/[/\\]/).filter((part) => part !== '')
  return parts.at(-1) ?? path
}

/** `main` for `refs/heads/main`, `origin/main` for `refs/remotes/origin/main`; for the screen only. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|remotes|tags)\//, '')
}
