import { ContextMenu as BaseContext } from '@base-ui/react/context-menu'
import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Keys } from './Keys.tsx'
import styles from './Menu.module.css'

export interface MenuAction {
  label: string
  /** A second line in small print. */
  detail?: string
  icon?: ReactNode
  /** Chord, as `useCommandKeys` gives it. */
  keys?: string
  danger?: boolean
  disabled?: boolean
  /** For items that switch something, or choose one of several. */
  checked?: boolean
  run(): void
}
export type MenuItem = MenuAction | 'separator' | { heading: string }

/** A drop-down menu on `trigger`, which is a button. */
export function Menu({
  trigger,
  items,
  align = 'start',
}: {
  trigger: ReactElement
  items: readonly MenuItem[]
  align?: 'start' | 'end'
}) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>
            <Items items={items} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

/** The same menu by right click, long press or the menu key on anything inside `children`. `items` is asked when it opens. */
export function ContextMenu({
  children,
  items,
  onOpenChange,
}: {
  children: ReactElement
  items: readonly MenuItem[]
  onOpenChange?: (open: boolean) => void
}) {
  return (
    <BaseContext.Root {...(onOpenChange ? { onOpenChange } : {})}>
      <BaseContext.Trigger render={children} />
      <BaseContext.Portal>
        <BaseContext.Positioner className={styles['positioner']}>
          <BaseContext.Popup className={styles['popup']}>
            <Items items={items} />
          </BaseContext.Popup>
        </BaseContext.Positioner>
      </BaseContext.Portal>
    </BaseContext.Root>
  )
}

function Items({ items }: { items: readonly MenuItem[] }) {
  // Items have no identity of their own; a menu is rebuilt whole.
  return items.map((item, index) => {
    if (item === 'separator') return <Base.Separator key={index} className={styles['separator']} />
    if ('heading' in item) {
      return (
        <div key={index} role="presentation" className={styles['heading']}>
          {item.heading}
        </div>
      )
    }
    const content = (
      <>
        <span className={styles['icon']}>{item.checked ? <Check size={16} /> : item.icon}</span>
        <span className={styles['text']}>
          <span className={styles['label']}>{item.label}</span>
          {item.detail ? <span className={styles['detail']}>{item.detail}</span> : null}
        </span>
        {item.keys ? <Keys chord={item.keys} /> : null}
      </>
    )
    const shared = {
      className: `${styles['item']} ${item.danger ? styles['danger'] : ''}`,
      disabled: item.disabled ?? false,
      onClick: item.run,
    }
    if (item.checked !== undefined) {
      return (
        <Base.CheckboxItem key={index} checked={item.checked} closeOnClick {...shared}>
          {content}
        </Base.CheckboxItem>
      )
    }
    return (
      <Base.Item key={index} {...shared}>
        {content}
      </Base.Item>
    )
  })
}
