import { useRef, type KeyboardEvent, type ReactNode } from 'react'
import styles from './Segmented.module.css'

export interface SegmentedOption<V extends string> {
  value: V
  label: string
  /** Drawn instead of the label, which stays as its name. */
  icon?: ReactNode
}

/** One of two to four, all in sight. Arrow keys move, as in any radio group. */
export function Segmented<V extends string>({
  value,
  onChange,
  options,
  label,
}: {
  value: V
  onChange(value: V): void
  options: readonly SegmentedOption<V>[]
  label: string
}) {
  const group = useRef<HTMLDivElement>(null)
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = options.findIndex((option) => option.value === value)
    const index = (at + step + options.length) % options.length
    const next = options[index]
    if (!next) return
    onChange(next.value)
    group.current?.querySelectorAll<HTMLElement>('[role=radio]')[index]?.focus()
  }
  const chosen = options.some((option) => option.value === value)
  return (
    <div ref={group} role="radiogroup" aria-label={label} className={styles['group']} onKeyDown={move}>
      {options.map((option, index) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value || (!chosen && index === 0) ? 0 : -1}
          className={styles['segment']}
          onClick={() => onChange(option.value)}
          {...(option.icon ? { 'aria-label': option.label, title: option.label } : {})}
        >
          {option.icon ?? option.label}
        </button>
      ))}
    </div>
  )
}
