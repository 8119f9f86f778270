import { useId, type ComponentProps, type ReactNode } from 'react'
import styles from './TextField.module.css'

export interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  value: string
  onChange(value: string): void
  label: string
  /** The label is not drawn, only spoken. */
  hideLabel?: boolean
  /** What is wrong with the value; spoken and shown under it. */
  problem?: string | null
  hint?: ReactNode
  /** In the code font. */
  code?: boolean
  /** Drawn inside, before the text. */
  icon?: ReactNode
}

/** One line of text with its label, hint and problem. */
export function TextField({
  value,
  onChange,
  label,
  hideLabel = false,
  problem,
  hint,
  code = false,
  icon,
  className,
  ...rest
}: TextFieldProps) {
  const id = useId()
  const described = problem || hint ? `${id}-more` : undefined
  return (
    <div className={`${styles['field']} ${className ?? ''}`}>
      {hideLabel ? null : (
        <label htmlFor={id} className={styles['label']}>
          {label}
        </label>
      )}
      <div className={styles['frame']}>
        {icon ? <span className={styles['icon']}>{icon}</span> : null}
        <input
          id={id}
          type="text"
          autoComplete="off"
          spellCheck={false}
          {...rest}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={`${styles['input']} ${code ? styles['code'] : ''} ${icon ? styles['with-icon'] : ''}`}
          {...(hideLabel ? { 'aria-label': label } : {})}
          {...(described ? { 'aria-describedby': described } : {})}
          {...(problem ? { 'aria-invalid': true } : {})}
        />
      </div>
      {described ? (
        <div id={described} className={problem ? styles['problem'] : styles['hint']}>
          {problem || hint}
        </div>
      ) : null}
    </div>
  )
}
