import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './Pane.module.css'

const least = 0.2
const most = 0.8
/** From this width on two parts stand side by side, else one above the other. */
const sideBySide = 760

const clamp = (share: number): number => Math.min(most, Math.max(least, share))

/** Two parts with a movable line between them. */
export function Splitter({
  share,
  onShare,
  children,
}: {
  /** Part of the room that the first has. */
  share: number
  onShare(share: number): void
  children: [ReactNode, ReactNode]
}) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const [wide, setWide] = useState(false)

  useEffect(() => {
    const element = box.current
    if (!element) return undefined
    const observer = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? 0
      if (width > 0) setWide(width >= sideBySide)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const move = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || !box.current) return
    const { left, top, width, height } = box.current.getBoundingClientRect()
    onShare(clamp(wide ? (event.clientX - left) / width : (event.clientY - top) / height))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -0.05, ArrowUp: -0.05, ArrowRight: 0.05, ArrowDown: 0.05 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    onShare(clamp(share + step))
  }
  return (
    <div ref={box} className={styles['split']} data-wide={wide || undefined}>
      <div className={styles['part']} style={{ flexGrow: share }}>
        {children[0]}
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a separator that can be moved is a widget */}
      <div
        className={styles['line']}
        role="separator"
        tabIndex={0}
        aria-label={t('stage.resize')}
        aria-orientation={wide ? 'vertical' : 'horizontal'}
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={least * 100}
        aria-valuemax={most * 100}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={move}
        onKeyDown={onKeyDown}
      />
      <div className={styles['part']} style={{ flexGrow: 1 - share }}>
        {children[1]}
      </div>
    </div>
  )
}
