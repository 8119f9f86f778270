import type { ReactNode } from 'react'
import styles from './Checkbox.module.css'

/** A box with its label; the whole line can be pressed. */
export function Checkbox({
  checked,
  onChange,
  label,
  hint,
  disabled = false,
  hideLabel = false,
}: {
  checked: boolean
  onChange(checked: boolean): void
  label: string
  hint?: ReactNode
  disabled?: boolean
  /** The label is not drawn, only spoken. */
  hideLabel?: boolean
}) {
  return (
    <label className={styles['line']} data-disabled={disabled || undefined}>
      <input
        type="checkbox"
        className={styles['box']}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        {...(hideLabel ? { 'aria-label': label } : {})}
      />
      {hideLabel ? null : (
        <span className={styles['text']}>
          {label}
          {hint ? <span className={styles['hint']}>{hint}</span> : null}
        </span>
      )}
    </label>
  )
}
