/** Cursor's command line agent, from its documentation. It has signals of no kind in a terminal: output alone tells. */
import { type AgentAdapter, type AgentStart, fitsArgument, readGenericSignal, type StartInput } from './adapter.ts'

function modeArgs(input: StartInput): string[] {
  if (input.mode === 'plan' || input.mode === 'ask') return [`--mode=${input.mode}`]
  return input.mode === 'force' ? ['--force'] : []
}

function start(input: StartInput): AgentStart {
  const args = modeArgs(input)
  const asArgument = input.prompt !== '' && fitsArgument(input.prompt)
  // `--` ends the options: a prompt may begin with a dash.
  if (asArgument) args.push('--', input.prompt)
  const type = asArgument || input.prompt === '' ? null : input.prompt
  return { file: input.program ?? 'cursor-agent', args, env: {}, type }
}

export const cursor: AgentAdapter = {
  id: 'cursor',
  name: 'Cursor CLI',
  // Also installed as `agent`, a name that others take too.
  program: 'cursor-agent',
  install: 'curl https://cursor.com/install -fsS | bash',
  documentation: 'https://cursor.com/docs/cli/overview',
  modes: [
    { id: 'agent', name: 'Agent', description: 'Asks for what your own settings say.' },
    { id: 'plan', name: 'Plan', description: 'Reads and plans, changes nothing.' },
    { id: 'ask', name: 'Ask', description: 'Answers questions, changes nothing.' },
    { id: 'force', name: 'Force', description: 'Runs all that is not denied without asking.' },
  ],
  defaultMode: 'agent',
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'output',
  interruptKey: '\u0003',
  newConversation: () => null,
  start,
  resume: (input) => ({
    file: input.program ?? 'cursor-agent',
    args: [...modeArgs(input), '--continue'],
    env: {},
    type: null,
  }),
  read: readGenericSignal,
}
