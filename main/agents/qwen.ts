/** Qwen Code, from its documentation. Output alone tells its state. */
import { type AgentAdapter, type AgentStart, fitsArgument, readGenericSignal, type StartInput } from './adapter.ts'

function modeArgs(input: StartInput): string[] {
  return ['--approval-mode', input.mode ?? 'default']
}

function start(input: StartInput): AgentStart {
  const args = modeArgs(input)
  const asArgument = input.prompt !== '' && fitsArgument(input.prompt)
  // One word: a prompt may begin with a dash.
  if (asArgument) args.push(`--prompt-interactive=${input.prompt}`)
  const type = asArgument || input.prompt === '' ? null : input.prompt
  return { file: input.program ?? 'qwen', args, env: {}, type }
}

export const qwen: AgentAdapter = {
  id: 'qwen',
  name: 'Qwen Code',
  program: 'qwen',
  install: 'npm install -g @qwen-code/qwen-code',
  documentation: 'https://qwenlm.github.io/qwen-code-docs/',
  modes: [
    { id: 'default', name: 'Ask permissions', description: 'Asks before edits and commands.' },
    { id: 'auto-edit', name: 'Auto-Edit', description: 'Edits files without asking; asks before commands.' },
    { id: 'plan', name: 'Plan', description: 'Reads and plans, changes nothing.' },
    { id: 'yolo', name: 'YOLO', description: 'Asks for nothing. For sandboxes only.' },
  ],
  defaultMode: 'default',
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'output',
  interruptKey: '\u001b',
  newConversation: () => null,
  start,
  // Its conversations are kept by project folder: the last one of this worktree.
  resume: (input) => ({ file: input.program ?? 'qwen', args: [...modeArgs(input), '--continue'], env: {}, type: null }),
  read: readGenericSignal,
}
