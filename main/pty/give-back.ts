/**
 * Gives memory back after screens were packed. An idle process allocates nothing, so the collector would not run for hours and
 * hundreds of megabytes of dead cells would stay ours.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Several packed together are collected together. */
const afterMs = 2000

let collect: (() => void) | null = null
let timer: NodeJS.Timeout | null = null

/** Collects soon, once for all calls of that time. */
export function giveMemoryBackSoon(): void {
  timer ??= setTimeout(() => {
    timer = null
    if (!collect) {
      setFlagsFromString('--expose-gc')
      collect = runInNewContext('gc') as () => void
    }
    collect()
  }, afterMs)
}
