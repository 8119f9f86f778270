import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import styles from './Splitter.module.css'

/**
 * The edge of a column, laid over its inner side: dragged by the pointer, moved by arrow keys in steps of 16 px, back to its usual width
 * by a double click. `side` says on which side of it the column lies that it sizes.
 */
export function Splitter({
  label,
  width,
  least,
  most,
  usual,
  side,
  onResize,
}: {
  label: string
  width: number
  least: number
  most: number
  usual: number
  side: 'left' | 'right'
  onResize(width: number): void
}) {
  const drag = useRef<{ x: number; width: number } | null>(null)
  const resize = (next: number): void => onResize(Math.round(Math.max(least, Math.min(most, next))))
  const sign = side === 'left' ? 1 : -1
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowRight: 16 * sign, ArrowLeft: -16 * sign }
    const step = steps[event.key]
    if (step !== undefined) resize(width + step)
    else if (event.key === 'Home') resize(least)
    else if (event.key === 'End') resize(most)
    else return
    event.preventDefault()
  }
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { x: event.clientX, width }
  }
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      data-side={side}
      className={styles['splitter']}
      onKeyDown={onKeyDown}
      onDoubleClick={() => resize(usual)}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => {
        if (drag.current) resize(drag.current.width + (event.clientX - drag.current.x) * sign)
      }}
      onPointerUp={() => {
        drag.current = null
      }}
      onLostPointerCapture={() => {
        drag.current = null
      }}
    />
  )
}
