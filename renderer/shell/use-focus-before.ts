import { useCallback, useState } from 'react'

/**
 * For a sheet's `finalFocus`: where the keyboard was before the sheet opened. The sheet itself looks only after a field
 * with `autoFocus` has taken it, which it must at once, so that nothing typed right away goes to a terminal.
 */
export function useFocusBefore(open: boolean): () => HTMLElement | boolean {
  const [known, setKnown] = useState<{ open: boolean; element: Element | null }>({ open: false, element: null })
  if (known.open !== open) setKnown({ open, element: open ? document.activeElement : known.element })
  const { element } = known
  return useCallback(
    () => (element instanceof HTMLElement && element !== document.body && element.isConnected ? element : true),
    [element],
  )
}
