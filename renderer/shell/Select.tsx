import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './Select.module.css'

export interface SelectOption<V extends string> {
  value: V
  label: string
  /** A second line in small print. */
  detail?: string
  icon?: ReactNode
  disabled?: boolean
}

/** One of a few, in a list that opens. `label` is its accessible name (show your own beside it where there is room). */
export function Select<V extends string>({
  value,
  onChange,
  options,
  label,
  disabled = false,
  id,
}: {
  value: V
  onChange(value: V): void
  options: readonly SelectOption<V>[]
  label: string
  disabled?: boolean
  id?: string
}) {
  const chosen = options.find((option) => option.value === value)
  return (
    <Base.Root<V>
      value={value}
      disabled={disabled}
      modal={false}
      onValueChange={(next) => {
        if (next !== null) onChange(next)
      }}
    >
      <Base.Trigger aria-label={label} className={styles['trigger']} {...(id ? { id } : {})}>
        {chosen?.icon}
        <span className={styles['value']}>{chosen?.label ?? value}</span>
        <ChevronDown size={16} aria-hidden className={styles['chevron']} />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className={styles['item']}
              >
                <span className={styles['mark']}>{option.value === value ? <Check size={16} /> : option.icon}</span>
                <span className={styles['text']}>
                  <Base.ItemText>{option.label}</Base.ItemText>
                  {option.detail ? <span className={styles['detail']}>{option.detail}</span> : null}
                </span>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
