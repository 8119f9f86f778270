import type { SessionState } from '@contract/session.ts'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './StateGlyph.module.css'

const round = <circle cx="8" cy="8" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
const dashed = (
  <circle cx="8" cy="8" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.2 2.1" />
)
const stroke = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 2,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const

/** Drawn, not typed: fonts disagree about ▲ ◐ ‖. */
const shapes: Record<SessionState, ReactNode> = {
  'needs-approval': <path d="M8 2.5 14 13H2Z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />,
  'asks-question': (
    <g {...stroke}>
      <path d="M5 5.6a3 3 0 1 1 4.4 2.7C8.4 8.9 8 9.3 8 10.3" />
      <path d="M8 13.2v.01" />
    </g>
  ),
  starting: dashed,
  working: (
    <>
      {round}
      <path d="M8 2.75a5.25 5.25 0 0 1 0 10.500Z" fill="currentColor" />
    </>
  ),
  'turn-finished': <path d="m3 8.5 3.5 3.500L13 4.5" {...stroke} />,
  failed: <path d="m4 4 8 8m0-8-8 8" {...stroke} />,
  idle: round,
  paused: <path d="M5.5 3.500v9m5-9v9" {...stroke} />,
  interrupted: <path d="M5.5 3.500v9m5-9v9" {...stroke} />,
  exited: <path d="M3.5 8h9" {...stroke} />,
  unsure: (
    <g {...stroke} strokeWidth="1.5">
      <path d="M3 6.500c1.7-1.7 3.3-1.7 5 0s3.3 1.7 5 0M3 10.500c1.7-1.7 3.3-1.7 5 0s3.3 1.7 5 0" />
    </g>
  ),
}

/** A session's state as shape and hue; the word is its accessible name and its hover text. `spoken` false where the word stands beside it. */
export function StateGlyph({
  state,
  size = 16,
  spoken = true,
}: {
  state: SessionState
  size?: number
  spoken?: boolean
}) {
  const { t } = useTranslation()
  const name = t(`state.${state}`)
  return (
    <span
      className={styles['glyph']}
      data-state={state}
      title={name}
      {...(spoken ? { role: 'img', 'aria-label': name } : { 'aria-hidden': true })}
    >
      <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden>
        {shapes[state]}
      </svg>
    </span>
  )
}
