/** Whoever starts it ends it: a bag of endings, run once, last first. */
export interface Disposable {
  dispose(): void | Promise<void>
}

export class DisposableBag implements Disposable {
  #endings: (() => void | Promise<void>)[] = []
  #disposed = false

  get disposed(): boolean {
    return this.#disposed
  }

  /** After the bag is disposed, `ending` runs at once. */
  add(ending: (() => void | Promise<void>) | Disposable): void {
    const run = typeof ending === 'function' ? ending : () => ending.dispose()
    if (this.#disposed) void run()
    else this.#endings.push(run)
  }

  /** Runs every ending even if one throws; the first error is thrown at the end. */
  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    const errors: unknown[] = []
    for (const run of this.#endings.reverse()) {
      try {
        await run()
      } catch (error) {
        errors.push(error)
      }
    }
    this.#endings = []
    if (errors.length > 0) throw errors[0]
  }
}
