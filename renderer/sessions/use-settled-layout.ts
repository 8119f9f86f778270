import { useState } from 'react'
import { hold, sameLayout, type Layout } from './grouping.ts'

export interface Settled {
  layout: Layout
  /** The order that it should have is another one, held back while the person is here. */
  pending: boolean
  settle(): void
}

/** The order to show: as it should be while nobody is there, held still while `busy`. */
export function useSettledLayout(wanted: Layout, busy: boolean): Settled {
  const [shown, setShown] = useState(wanted)
  const next = busy ? hold(shown, wanted) : wanted
  const same = next === shown || sameLayout(next, shown)
  // Derived from the state before, as React asks for it: set while drawing, and drawn again at once.
  if (!same) setShown(next)
  const layout = same ? shown : next
  return { layout, pending: !sameLayout(layout, wanted), settle: () => setShown(wanted) }
}
