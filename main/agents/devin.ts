/** Devin's command line agent (Windsurf's successor), from its documentation. Output alone tells its state. */
import { type AgentAdapter, type AgentStart, fitsArgument, readGenericSignal, type StartInput } from './adapter.ts'

function modeArgs(input: StartInput): string[] {
  return input.mode === null || input.mode === 'normal' ? [] : ['--permission-mode', input.mode]
}

function start(input: StartInput): AgentStart {
  const args = modeArgs(input)
  const asArgument = input.prompt !== '' && fitsArgument(input.prompt)
  // Without `--` the first word of a prompt could be a subcommand.
  if (asArgument) args.push('--', input.prompt)
  const type = asArgument || input.prompt === '' ? null : input.prompt
  return { file: input.program ?? 'devin', args, env: {}, type }
}

export const devin: AgentAdapter = {
  id: 'devin',
  name: 'Devin CLI',
  program: 'devin',
  install: 'curl -fsSL https://cli.devin.ai/install.sh | bash',
  documentation: 'https://docs.devin.ai/cli/essential-commands',
  modes: [
    { id: 'normal', name: 'Normal', description: 'Reads without asking; asks before edits and commands.' },
    {
      id: 'accept-edits',
      name: 'Accept Edits',
      description: 'Edits in the worktree without asking; asks for the rest.',
    },
    { id: 'bypass', name: 'Bypass', description: 'Asks for nothing. For sandboxes only.' },
  ],
  defaultMode: 'normal',
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'output',
  interruptKey: '\u0003',
  newConversation: () => null,
  start,
  resume: (input) => ({
    file: input.program ?? 'devin',
    args: [...modeArgs(input), '--continue'],
    env: {},
    type: null,
  }),
  read: readGenericSignal,
}
