/** A plain shell: the person's own, as a login shell. */
import { type AgentAdapter, type AgentStart, readGenericSignal, type StartInput } from './adapter.ts'

function start(input: StartInput): AgentStart {
  return {
    file: input.shell,
    args: process.platform === 'win32' ? [] : ['-l'],
    env: {},
    type: input.prompt === '' ? null : input.prompt,
  }
}

export const shell: AgentAdapter = {
  id: 'shell',
  name: 'Shell',
  program: null,
  install: null,
  documentation: null,
  modes: [],
  defaultMode: null,
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'foreground',
  interruptKey: '\u0003',
  newConversation: () => null,
  start,
  // A new shell in the same worktree; what was typed once is not typed again.
  resume: (input) => ({ ...start(input), type: null }),
  read: readGenericSignal,
}
