import type { ReactNode } from 'react'
import styles from './EmptyState.module.css'

/** What stands where nothing is yet, with the next step. */
export function EmptyState({
  icon,
  title,
  text,
  action,
}: {
  icon?: ReactNode
  title: string
  text?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className={styles['empty']}>
      {icon ? (
        <div className={styles['icon']} aria-hidden>
          {icon}
        </div>
      ) : null}
      <p className={styles['title']}>{title}</p>
      {text ? <p className={styles['text']}>{text}</p> : null}
      {action ? <div className={styles['action']}>{action}</div> : null}
    </div>
  )
}
