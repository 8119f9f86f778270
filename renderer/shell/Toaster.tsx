import { CircleCheck, CircleX, Info, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { createPortal } from 'react-dom'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { Button } from './Button.tsx'
import { IconButton } from './IconButton.tsx'
import { dropNotice, notices, type Notice } from './notices.ts'
import styles from './Toaster.module.css'

/** Long enough to read and to reach Undo; stands still while pointed at or focused. Failures stay until closed. */
const shownMs = 8000

/** Short messages in the corner. Failures are spoken at once, the rest when the screen reader is done. */
export function Toaster() {
  const { t } = useTranslation()
  const shown = useStore(notices, (state) => state.notices)
  // Outside of the page's own layers, so that a sheet does not cover the failure it caused; `aria-live` keeps it spoken.
  return createPortal(
    <section aria-label={t('shell.notices')} aria-live="polite" className={styles['corner']}>
      {shown.map((notice) => (
        <Toast key={notice.id} notice={notice} />
      ))}
    </section>,
    document.body,
  )
}

const kindIcons = {
  done: <CircleCheck size={16} />,
  note: <Info size={16} />,
  failed: <CircleX size={16} />,
}

function Toast({ notice }: { notice: Notice }) {
  const { t } = useTranslation()
  const [held, setHeld] = useState(false)
  useEffect(() => {
    if (notice.kind === 'failed' || held) return
    const timer = setTimeout(() => dropNotice(notices, notice.id), shownMs)
    return () => clearTimeout(timer)
  }, [notice, held])
  const { action } = notice
  return (
    <div
      role={notice.kind === 'failed' ? 'alert' : 'status'}
      className={styles['toast']}
      data-kind={notice.kind}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={styles['mark']} aria-hidden>
        {kindIcons[notice.kind]}
      </span>
      <div className={styles['words']}>
        <p className={styles['text']}>{notice.text}</p>
        {notice.detail ? (
          <details className={styles['detail']}>
            <summary>{t('shell.details')}</summary>
            <pre tabIndex={0}>{notice.detail}</pre>
          </details>
        ) : null}
      </div>
      {action ? (
        <Button
          size="small"
          onClick={() => {
            dropNotice(notices, notice.id)
            action.run()
          }}
        >
          {action.label}
        </Button>
      ) : null}
      <IconButton
        size="small"
        label={t('shell.close')}
        icon={<X size={14} />}
        onClick={() => dropNotice(notices, notice.id)}
      />
    </div>
  )
}
