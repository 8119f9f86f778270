/** OpenCode in its terminal. It tells nothing by escape sequences: its state is judged by its output alone. */
import { type AgentAdapter, type AgentStart, fitsArgument, readGenericSignal, type StartInput } from './adapter.ts'

function modeArgs(input: StartInput): string[] {
  if (input.mode === 'plan') return ['--agent', 'plan']
  return input.mode === 'auto' ? ['--auto'] : []
}

function environment(input: StartInput): Record<string, string> {
  return input.mode === 'ask' ? { OPENCODE_PERMISSION: JSON.stringify({ edit: 'ask', bash: 'ask' }) } : {}
}

function start(input: StartInput): AgentStart {
  const asArgument = input.prompt !== '' && fitsArgument(input.prompt)
  // One word: a prompt may begin with a dash.
  const args = asArgument ? [...modeArgs(input), `--prompt=${input.prompt}`] : modeArgs(input)
  const type = asArgument || input.prompt === '' ? null : input.prompt
  return { file: input.program ?? 'opencode', args, env: environment(input), type }
}

export const opencode: AgentAdapter = {
  id: 'opencode',
  name: 'OpenCode',
  program: 'opencode',
  install: 'npm install -g opencode-ai',
  documentation: 'https://opencode.ai/docs',
  modes: [
    { id: 'build', name: 'Build', description: 'Asks for what your own settings say, which by default is nothing.' },
    { id: 'ask', name: 'Ask', description: 'Asks before edits and commands, in place of your settings for both.' },
    { id: 'plan', name: 'Plan', description: 'Reads and plans, changes nothing.' },
    { id: 'auto', name: 'Auto', description: 'Approves by itself all that your settings do not deny.' },
  ],
  defaultMode: 'build',
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'output',
  interruptKey: '\u001b',
  newConversation: () => null,
  start,
  // It goes on with the last conversation of this folder.
  resume: (input) => ({
    file: input.program ?? 'opencode',
    args: [...modeArgs(input), '--continue'],
    env: environment(input),
    type: null,
  }),
  read: readGenericSignal,
}
