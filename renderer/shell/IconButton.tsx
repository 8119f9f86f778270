import type { ReactNode } from 'react'
import { Button, type ButtonProps } from './Button.tsx'
import styles from './Button.module.css'
import { Tooltip } from './Tooltip.tsx'

export interface IconButtonProps extends Omit<ButtonProps, 'children'> {
  /** Its name, for screen readers and as tooltip. */
  label: string
  icon: ReactNode
  /** Chord shown in the tooltip, as `useCommandKeys` gives it. */
  keys?: string
  /** For buttons that switch something on and off. */
  pressed?: boolean
}

/** A button that shows only an icon; its name is in the tooltip and in the accessibility tree. */
export function IconButton({ label, keys, pressed, variant = 'quiet', className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} {...(keys ? { keys } : {})}>
      <Button
        variant={variant}
        aria-label={label}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        className={`${styles['icon']} ${className ?? ''}`}
        {...rest}
      />
    </Tooltip>
  )
}
