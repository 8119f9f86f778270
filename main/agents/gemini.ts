/** Gemini CLI in its terminal. Its title says what it does; its conversation gets an id of ours at the start. */
import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type AgentAdapter, type AgentStart, clip, fitsArgument, type StartInput } from './adapter.ts'

function modeArgs(input: StartInput): string[] {
  return ['--approval-mode', input.mode ?? 'default']
}

function start(input: StartInput): AgentStart {
  const args = modeArgs(input)
  if (input.conversation !== null) args.push('--session-id', input.conversation)
  const asArgument = input.prompt !== '' && fitsArgument(input.prompt)
  // One word: a prompt may begin with a dash.
  if (asArgument) args.push(`--prompt-interactive=${input.prompt}`)
  const type = asArgument || input.prompt === '' ? null : input.prompt
  return { file: input.program ?? 'gemini', args, env: {}, type }
}

/** Conversations are files named after the first eight signs of their id, in a folder for each project. */
async function hasConversation(input: StartInput, env: Record<string, string>): Promise<boolean> {
  if (input.conversation === null) return true
  const projects = join(env['GEMINI_CLI_HOME'] || env['HOME'] || homedir(), '.gemini', 'tmp')
  const ending = `-${input.conversation.slice(0, 8)}.jsonl`
  for (const project of await readdir(projects).catch(() => [])) {
    const chats = await readdir(join(projects, project, 'chats')).catch(() => [])
    if (chats.some((name) => name.endsWith(ending))) return true
  }
  return false
}

export const gemini: AgentAdapter = {
  id: 'gemini',
  name: 'Gemini CLI',
  program: 'gemini',
  install: 'npm install -g @google/gemini-cli',
  documentation: 'https://geminicli.com/docs',
  modes: [
    { id: 'default', name: 'Default', description: 'Asks before edits and commands.' },
    { id: 'auto_edit', name: 'Auto edit', description: 'Edits files without asking; asks before commands.' },
    { id: 'plan', name: 'Plan', description: 'Reads and plans, changes nothing.' },
    { id: 'yolo', name: 'YOLO', description: 'Asks for nothing. For sandboxes only.' },
  ],
  defaultMode: 'default',
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'signals',
  interruptKey: '\u001b',
  newConversation: () => randomUUID(),
  start,
  resume: (input) => ({
    file: input.program ?? 'gemini',
    args: [...modeArgs(input), '--resume', input.conversation ?? 'latest'],
    env: {},
    type: null,
  }),
  hasConversation,
  enterDelayMs: 150,
  read: (signal) => {
    if (signal.kind === 'title') {
      if (signal.title.startsWith('✦')) return { kind: 'working', detail: '' }
      if (signal.title.startsWith('✋')) return { kind: 'needs-approval', detail: '' }
      return signal.title.startsWith('◇') ? { kind: 'rests', detail: '' } : null
    }
    if (signal.kind === 'notification') {
      const text = clip(signal.body)
      if (/needs your attention/i.test(signal.title ?? '')) return { kind: 'needs-approval', detail: text }
      if (/session complete/i.test(signal.title ?? '')) return { kind: 'turn-finished', detail: '' }
    }
    return null
  },
  readScreen: (screen) =>
    /Do you trust (the files in )?this folder/i.test(screen) && /●\s*1\./u.test(screen)
      ? { kind: 'asks-question', detail: 'Do you trust this folder?' }
      : null,
}
