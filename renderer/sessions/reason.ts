import type { Reason, Session, Stage } from '@contract/session.ts'
import type { TFunction } from 'i18next'

/** Why a session is in its state, in the person's language; the backend's English where there is no translation. */
export function reasonToText(t: TFunction, reason: Reason): string {
  const values: Record<string, string | number> = { ...reason.values }
  if (typeof values['stage'] === 'string') values['stage'] = t(`session.stage-${values['stage']}`)
  const bare = values['detail'] === ''
  return t(`reason.${reason.key}${bare ? '-bare' : ''}`, { ...values, defaultValue: reason.text })
}

/** The stage that runs now, if one does. */
export function runningStage(session: Session): Stage | undefined {
  return session.stages.find((stage) => stage.state === 'running')
}

/** Reasons that say no more than glyph and group do. */
const plain = new Set(['agent-working', 'output-flows', 'agent-idle', 'shell-prompt', 'exited', 'stopped', 'quiet'])

/** Whether the reason deserves the row's second line instead of branch and agent. */
export function isTelling(session: Session): boolean {
  if (session.pendingScript || session.state === 'starting') return true
  if (plain.has(session.reason.key)) return false
  return reasonHasWords(session.reason)
}

function reasonHasWords(reason: Reason): boolean {
  return reason.text !== '' && reason.values['detail'] !== ''
}
