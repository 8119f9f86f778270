/**
 * Codex in its terminal. Flags are a layer of their own: the person's configuration is neither written nor replaced.
 * Without `--no-daemon` it would leave two processes behind that outlive the terminal.
 */
import { type AgentAdapter, type AgentStart, clip, fitsArgument, type StartInput } from './adapter.ts'

const modeArgs: Record<string, string[]> = {
  'read-only': ['-s', 'read-only', '-c', 'approval_policy="on-request"'],
  'workspace-write': ['-s', 'workspace-write', '-c', 'approval_policy="on-request"'],
  'danger-full-access': ['-s', 'danger-full-access', '-c', 'approval_policy="never"'],
}

function commonArgs(input: StartInput): string[] {
  return [
    '--no-daemon',
    '-C',
    input.worktree,
    ...(modeArgs[input.mode ?? 'workspace-write'] ?? []),
    '-c',
    'tui.notifications=true',
    '-c',
    'tui.notification_method="osc9"',
    '-c',
    'tui.notification_condition="always"',
  ]
}

function start(input: StartInput): AgentStart {
  const args = commonArgs(input)
  const asArgument = input.prompt !== '' && fitsArgument(input.prompt)
  if (asArgument) args.push('--', input.prompt)
  return {
    file: input.program ?? 'codex',
    args,
    env: {},
    type: asArgument || input.prompt === '' ? null : input.prompt,
  }
}

const braille = /^[\u2800-\u28FF]/u
const actionRequired = /^\[ [!.] \] Action Required/

export const codex: AgentAdapter = {
  id: 'codex',
  name: 'Codex',
  program: 'codex',
  install: 'npm install -g @openai/codex',
  documentation: 'https://developers.openai.com/codex/cli',
  modes: [
    { id: 'read-only', name: 'Read only', description: 'Reads; asks before edits and commands.' },
    {
      id: 'workspace-write',
      name: 'Workspace write',
      description: 'Edits and runs inside the worktree; asks for more.',
    },
    { id: 'danger-full-access', name: 'Full access', description: 'No sandbox and no questions.' },
  ],
  defaultMode: 'workspace-write',
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'signals',
  interruptKey: '\u001b',
  newConversation: () => null,
  start,
  // `--last` looks among the conversations of this folder only.
  resume: (input) => ({
    file: input.program ?? 'codex',
    args: ['resume', '--last', ...commonArgs(input)],
    env: {},
    type: null,
  }),
  read: (signal) => {
    if (signal.kind === 'title') {
      if (signal.title === '') return null
      if (actionRequired.test(signal.title)) return { kind: 'needs-approval', detail: '' }
      return { kind: braille.test(signal.title) ? 'working' : 'rests', detail: '' }
    }
    if (signal.kind === 'notification') {
      const text = clip(signal.body || (signal.title ?? ''))
      return /^(Codex wants to |Approval requested)/.test(text)
        ? { kind: 'needs-approval', detail: text }
        : { kind: 'turn-finished', detail: text }
    }
    return null
  },
}
