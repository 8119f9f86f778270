import type { AgentId } from './ids.ts'

export interface AgentMode {
  id: string
  /** In the agent's own words. */
  name: string
  description: string
}

/** One agent program as found on this machine. */
export interface AgentReport {
  id: AgentId
  name: string
  /** `unknown` while the look-up runs. */
  found: 'unknown' | 'yes' | 'no'
  path: string | null
  version: string | null
  /** The vendor's own command to install it, shown to be copied, never run by us. */
  install: string | null
  documentation: string | null
  modes: AgentMode[]
  /** Whether it takes a prompt at start, a conversation to resume, a command of the person's own. */
  takesPrompt: boolean
  canResume: boolean
  takesCommand: boolean
}
