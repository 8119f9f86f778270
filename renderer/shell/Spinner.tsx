import { useEffect, useState } from 'react'
import styles from './Spinner.module.css'

/** Tells what is being waited for. Shows itself after 300 ms, so that short waits do not flash. */
export function Spinner({ label }: { label: string }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" className={styles['spinner']} data-shown={shown || undefined}>
      {shown ? (
        <>
          <span className={styles['mark']} aria-hidden />
          {label}
        </>
      ) : null}
    </div>
  )
}
