/** Goose, from its documentation. The session's name is ours, so that it is found again; output alone tells its state. */
import { randomUUID } from 'node:crypto'
import { type AgentAdapter, type AgentStart, fitsArgument, readGenericSignal, type StartInput } from './adapter.ts'

function environment(input: StartInput): Record<string, string> {
  return input.mode === null || input.mode === 'own' ? {} : { GOOSE_MODE: input.mode }
}

function nameArgs(input: StartInput): string[] {
  return input.conversation === null ? [] : ['--name', input.conversation]
}

function start(input: StartInput): AgentStart {
  const asArgument = input.prompt !== '' && fitsArgument(input.prompt)
  // One word: a prompt may begin with a dash.
  const args = asArgument
    ? ['run', '--interactive', ...nameArgs(input), `--text=${input.prompt}`]
    : ['session', ...nameArgs(input)]
  const type = asArgument || input.prompt === '' ? null : input.prompt
  return { file: input.program ?? 'goose', args, env: environment(input), type }
}

export const goose: AgentAdapter = {
  id: 'goose',
  name: 'Goose',
  program: 'goose',
  install: 'curl -fsSL https://github.com/block/goose/releases/download/stable/download_cli.sh | bash',
  documentation: 'https://block.github.io/goose/docs/guides/goose-cli-commands',
  modes: [
    { id: 'own', name: 'As configured', description: 'Asks for what your own settings say.' },
    { id: 'approve', name: 'Approve', description: 'Asks before each tool.' },
    { id: 'smart_approve', name: 'Smart approve', description: 'Asks before what it takes for risky.' },
    { id: 'chat', name: 'Chat', description: 'Talks only, uses no tools.' },
    { id: 'auto', name: 'Auto', description: 'Asks for nothing.' },
  ],
  defaultMode: 'own',
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'output',
  interruptKey: '\u0003',
  newConversation: () => randomUUID(),
  start,
  resume: (input) => ({
    file: input.program ?? 'goose',
    args: ['session', '--resume', ...nameArgs(input)],
    env: environment(input),
    type: null,
  }),
  read: readGenericSignal,
}
