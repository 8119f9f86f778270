/**
 * Waits for a condition that no event tells of, looking again every `everyMs`. Fails with `what` after `deadlineMs`.
 * A look that throws counts as "not yet"; its error is part of the failure.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  options: { deadlineMs?: number; everyMs?: number } = {},
): Promise<NonNullable<Awaited<T>>> {
  const end = Date.now() + (options.deadlineMs ?? 20_000)
  let last: unknown
  for (;;) {
    try {
      const value = await look()
      if (value) return value as NonNullable<Awaited<T>>
      last = value
    } catch (error) {
      last = error
    }
    if (Date.now() > end) {
      throw new Error(`never came: ${what} (last: ${last instanceof Error ? last.message : JSON.stringify(last)})`)
    }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 25))
  }
}
