import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { SplitLine } from '../shell/SplitLine.tsx'
import styles from './Pane.module.css'

const least = 0.2
const most = 0.8
/** From this width on two parts stand side by side, else one above the other. */
const sideBySide = 760

const clamp = (share: number): number => Math.min(most, Math.max(least, share))

/** Two parts with a movable line between them. */
export function Split({
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

  return (
    <div ref={box} className={styles['split']} data-wide={wide || undefined}>
      <div className={styles['part']} style={{ flexGrow: share }}>
        {children[0]}
      </div>
      <SplitLine
        vertical={wide}
        label={t('stage.resize')}
        percent={share * 100}
        onMove={(pixels, whole) => onShare(clamp(pixels / whole))}
      />
      <div className={styles['part']} style={{ flexGrow: 1 - share }}>
        {children[1]}
      </div>
    </div>
  )
}
