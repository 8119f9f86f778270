import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { useRef, type ReactNode, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './Dialog.module.css'
import { IconButton } from './IconButton.tsx'
import { useFocusBefore } from './use-focus-before.ts'

export interface DialogProps {
  open: boolean
  /** Esc, the close button or a press outside. The caller keeps what the person typed. */
  onClose(): void
  title: string
  children: ReactNode
  /** Buttons, the primary one last. */
  footer?: ReactNode
  /** In pixels; 520 unless told; never wider than the window. */
  width?: number
  /** What gets the focus first; unless told the first field of the content, else the sheet itself. */
  initialFocus?: RefObject<HTMLElement | null>
}

/** A modal sheet. Focus stays inside and goes back to where it was; the content scrolls between title and footer. */
export function Dialog({ open, onClose, title, children, footer, width = 520, initialFocus }: DialogProps) {
  const { t } = useTranslation()
  const popup = useRef<HTMLDivElement>(null)
  const before = useFocusBefore(open)
  // Not the close button, which comes first in the document.
  const firstField = (): HTMLElement | null =>
    popup.current?.querySelector<HTMLElement>(':is(input, textarea, [role=combobox]):not(:disabled)') ?? popup.current
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup
          className={styles['popup']}
          style={{ width: `min(${width}px, calc(100vw - 24px))` }}
          data-modal=""
          initialFocus={initialFocus ?? firstField}
          finalFocus={before}
          ref={popup}
        >
          <header className={styles['head']}>
            <Base.Title className={styles['title']}>{title}</Base.Title>
            <IconButton label={t('shell.close')} icon={<X size={16} />} onClick={onClose} />
          </header>
          <div className={styles['body']}>{children}</div>
          {footer ? <footer className={styles['foot']}>{footer}</footer> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
