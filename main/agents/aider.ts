/**
 * aider, from its documentation. Its questions at the start are answered by flags of this run, so that the prompt is not
 * taken for an answer; its own setting decides whether it commits.
 */
import { type AgentAdapter, type AgentStart, readGenericSignal, type StartInput } from './adapter.ts'

function commonArgs(input: StartInput): string[] {
  const args = ['--no-gitignore', '--no-check-update', '--no-show-release-notes', '--notifications']
  if (input.mode === 'yes-always') args.push('--yes-always')
  else if (input.mode === 'ask' || input.mode === 'architect') args.push('--chat-mode', input.mode)
  return args
}

function start(input: StartInput): AgentStart {
  // `--message` would end the chat after one answer.
  const type = input.prompt === '' ? null : input.prompt
  return { file: input.program ?? 'aider', args: commonArgs(input), env: {}, type }
}

export const aider: AgentAdapter = {
  id: 'aider',
  name: 'aider',
  program: 'aider',
  install: 'python -m pip install aider-install && aider-install',
  documentation: 'https://aider.chat/docs/',
  modes: [
    { id: 'code', name: 'Code', description: 'Edits files it was given or may add; asks before commands.' },
    { id: 'architect', name: 'Architect', description: 'Plans first, then proposes the edits.' },
    { id: 'ask', name: 'Ask', description: 'Answers questions, changes nothing.' },
    { id: 'yes-always', name: 'Yes always', description: 'Says yes to each question.' },
  ],
  defaultMode: 'code',
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'output',
  interruptKey: '\u0003',
  newConversation: () => null,
  start,
  // The history lies in the worktree itself.
  resume: (input) => ({
    file: input.program ?? 'aider',
    args: [...commonArgs(input), '--restore-chat-history'],
    env: {},
    type: null,
  }),
  // It rings when it waits for the person.
  read: (signal) =>
    signal.kind === 'bell' ? { kind: 'notified', detail: 'It waits for you.' } : readGenericSignal(signal),
}
