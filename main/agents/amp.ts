/** Amp, from its documentation. It takes no prompt for its terminal as an argument; output alone tells its state. */
import { type AgentAdapter, type AgentStart, readGenericSignal, type StartInput } from './adapter.ts'

function start(input: StartInput): AgentStart {
  return { file: input.program ?? 'amp', args: [], env: {}, type: input.prompt === '' ? null : input.prompt }
}

export const amp: AgentAdapter = {
  id: 'amp',
  name: 'Amp',
  program: 'amp',
  install: 'npm install -g @ampcode/cli',
  documentation: 'https://ampcode.com/manual',
  // What it may do is a matter of its own permission settings.
  modes: [],
  defaultMode: null,
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'output',
  interruptKey: '\u0003',
  newConversation: () => null,
  start,
  // Threads live on its servers and belong to no folder: without an id it lets the person choose.
  resume: (input) => ({ file: input.program ?? 'amp', args: ['threads', 'continue'], env: {}, type: null }),
  read: readGenericSignal,
}
