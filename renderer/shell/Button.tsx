import type { ComponentProps, ReactNode } from 'react'
import styles from './Button.module.css'

export interface ButtonProps extends ComponentProps<'button'> {
  /** `primary`: the one thing to do here; `quiet`: without a frame until pointed at. */
  variant?: 'primary' | 'plain' | 'quiet' | 'danger'
  size?: 'small' | 'normal'
  icon?: ReactNode
}

/** A button with a verb on it. */
export function Button({
  variant = 'plain',
  size = 'normal',
  icon,
  className,
  children,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={[styles['button'], styles[variant], size === 'small' ? styles['small'] : '', className ?? ''].join(
        ' ',
      )}
      {...rest}
    >
      {icon}
      {children === undefined ? null : <span className={styles['label']}>{children}</span>}
    </button>
  )
}
