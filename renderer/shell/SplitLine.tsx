import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import styles from './SplitLine.module.css'

/** The line between two parts of a grid or a row: dragged, or moved by arrow keys. `onMove` gets the first part's size and the whole's (pixels). */
export function SplitLine({
  vertical,
  label,
  percent,
  onMove,
}: {
  vertical: boolean
  label: string
  /** Share of the first part, for screen readers. */
  percent: number
  onMove(pixels: number, whole: number): void
}) {
  const line = useRef<HTMLDivElement>(null)
  const place = (): { at: number; start: number; whole: number } | null => {
    const own = line.current?.getBoundingClientRect()
    const around = line.current?.parentElement?.getBoundingClientRect()
    if (!own || !around) return null
    return vertical
      ? { at: own.left, start: around.left, whole: around.width }
      : { at: own.top, start: around.top, whole: around.height }
  }
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const now = place()
    if (now) onMove((vertical ? event.clientX : event.clientY) - now.start, now.whole)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = vertical
      ? { ArrowLeft: -24, ArrowRight: 24 }
      : { ArrowUp: -24, ArrowDown: 24 }
    const step = steps[event.key]
    const now = place()
    if (step === undefined || !now) return
    event.preventDefault()
    onMove(now.at - now.start + step, now.whole)
  }
  return (
    <div
      ref={line}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-valuenow={Math.round(percent)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-orientation={vertical ? 'vertical' : 'horizontal'}
      className={styles['line']}
      data-vertical={vertical || undefined}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  )
}
