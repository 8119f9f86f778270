import { useEffect, useState, type RefObject } from 'react'

/**
 * Whether the mouse is over an element. By the document's own events: React's enter and leave follow its tree, in which a
 * menu opened from the element lies inside it, and they miss a menu that vanishes under the pointer.
 */
export function usePointerInside(element: RefObject<Element | null>): boolean {
  const [inside, setInside] = useState(false)
  useEffect(() => {
    const onOver = (event: PointerEvent): void => {
      const over = event.target instanceof Node && element.current?.contains(event.target) === true
      setInside(event.pointerType === 'mouse' && over)
    }
    const onLeave = (): void => setInside(false)
    document.addEventListener('pointerover', onOver)
    document.documentElement.addEventListener('pointerleave', onLeave)
    return () => {
      document.removeEventListener('pointerover', onOver)
      document.documentElement.removeEventListener('pointerleave', onLeave)
    }
  }, [element])
  return inside
}
