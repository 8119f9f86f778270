/**
 * One timer for everything on screen that tells time. It stands still while nothing listens or the page is hidden.
 */
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | null = null
let quarter = 0

function tick(): void {
  quarter = (quarter + 1) % 4
  document.documentElement.dataset['quarter'] = String(quarter)
  for (const listener of [...listeners]) listener()
}

function update(): void {
  const wanted = listeners.size > 0 && document.visibilityState === 'visible'
  if (wanted && timer === null) {
    timer = setInterval(tick, 1000)
  } else if (!wanted && timer !== null) {
    clearInterval(timer)
    timer = null
  }
}

function onVisibility(): void {
  update()
  if (timer !== null) tick()
}

/** Calls `listener` about once a second while the page is visible. Returns what ends it. */
export function onTick(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', onVisibility)
  listeners.add(listener)
  update()
  return () => {
    listeners.delete(listener)
    update()
    if (listeners.size === 0) document.removeEventListener('visibilitychange', onVisibility)
  }
}
