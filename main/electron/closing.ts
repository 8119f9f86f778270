import type { Settings } from '@contract/settings.ts'

/** What closing does: agents go on, agents are stopped, or it was not meant. */
export type CloseAnswer = 'keep' | 'stop' | 'cancel'

export interface CloseQuestion {
  /** Agents that run now. */
  agents: number
  setting: Settings['onQuit']
  ask(): Promise<{ answer: CloseAnswer; remember: boolean }>
  /** Keeps the answer as the setting. */
  remember(answer: 'keep' | 'stop'): Promise<void>
}

/** Decides what becomes of the agents: as set; asked when it is not and any run. */
export async function decideClosing(question: CloseQuestion): Promise<CloseAnswer> {
  if (question.agents === 0) return 'keep'
  if (question.setting !== 'ask') return question.setting
  const { answer, remember } = await question.ask()
  if (answer !== 'cancel' && remember) await question.remember(answer)
  return answer
}
