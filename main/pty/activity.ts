/** Tells when output begins after a quiet second and when it has been quiet for one. A timer runs only in between. */
export class Activity {
  active = false
  lastAt = 0
  #timer: NodeJS.Timeout | null = null
  readonly #quietMs: number
  readonly #changed: (active: boolean) => void

  constructor(changed: (active: boolean) => void, quietMs = 1000) {
    this.#changed = changed
    this.#quietMs = quietMs
  }

  /** Output came. */
  note(): void {
    this.lastAt = Date.now()
    if (this.active) return
    this.active = true
    this.#wait(this.#quietMs)
    this.#changed(true)
  }

  /** Quiet at once, without waiting and without a word. */
  stop(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.active = false
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      const left = this.lastAt + this.#quietMs - Date.now()
      if (left > 0) {
        this.#wait(left)
        return
      }
      this.#timer = null
      this.active = false
      this.#changed(false)
    }, ms)
  }
}

/** Runs the first of a burst at once, then the last of it. */
export class Burst<T> {
  #timer: NodeJS.Timeout | null = null
  #waiting: { value: T } | null = null
  readonly #run: (value: T) => void
  readonly #gapMs: number

  constructor(run: (value: T) => void, gapMs: number) {
    this.#run = run
    this.#gapMs = gapMs
  }

  /** Whether a value waits for the end of its burst. */
  get waiting(): boolean {
    return this.#waiting !== null
  }

  push(value: T): void {
    if (this.#timer === null) {
      this.#open()
      this.#run(value)
    } else this.#waiting = { value }
  }

  /** Runs what waits now. */
  flush(): void {
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting) this.#run(waiting.value)
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#waiting = null
  }

  #open(): void {
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (!this.#waiting) return
      this.#open()
      this.flush()
    }, this.#gapMs)
  }
}
