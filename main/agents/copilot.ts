/**
 * GitHub Copilot CLI in its terminal. It tells work and rest by the progress sequence, which it sends to terminals that
 * are known for it; what it waits for stands in the event log of its session.
 */
import { randomUUID } from 'node:crypto'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type AgentAdapter, type AgentSignal, type AgentStart, clip, fitsArgument, type StartInput } from './adapter.ts'

const modeArgs: Record<string, string[]> = {
  interactive: [],
  plan: ['--plan'],
  autopilot: ['--autopilot'],
  'allow-all': ['--allow-all'],
}

/** Without this name it sends no progress. */
const env = { TERM_PROGRAM: 'ghostty' }

function eventLog(conversation: string, own: Record<string, string>): string {
  const home = own['COPILOT_HOME'] || join(own['HOME'] || homedir(), '.copilot')
  return join(home, 'session-state', conversation, 'events.jsonl')
}

function args(input: StartInput): string[] {
  const conversation = input.conversation === null ? ['--continue'] : ['--session-id', input.conversation]
  return [...(modeArgs[input.mode ?? 'interactive'] ?? []), ...conversation]
}

function start(input: StartInput): AgentStart {
  const own = input.conversation === null ? [] : ['--session-id', input.conversation]
  const line = [...(modeArgs[input.mode ?? 'interactive'] ?? []), ...own]
  const asArgument = input.prompt !== '' && fitsArgument(input.prompt)
  // One word: a prompt may begin with a dash.
  if (asArgument) line.push(`--interactive=${input.prompt}`)
  const type = asArgument || input.prompt === '' ? null : input.prompt
  return { file: input.program ?? 'copilot', args: line, env, type }
}

const event = z.object({
  type: z.string(),
  data: z.object({ toolName: z.string().optional(), permissionRequest: z.unknown().optional() }).loose().optional(),
})
const permission = z
  .object({
    kind: z.string(),
    fullCommandText: z.string(),
    fileName: z.string(),
    path: z.string(),
    intention: z.string(),
  })
  .partial()

function permissionWords(request: unknown): string {
  const known = permission.safeParse(request)
  if (!known.success) return ''
  const { kind, fullCommandText, fileName, path, intention } = known.data
  return clip([kind, fullCommandText ?? fileName ?? path ?? intention].filter(Boolean).join(': '))
}

/** The state after the last event that tells of one. The end of a turn is left to the progress: it has several parts. */
export function readCopilotEvents(text: string): AgentSignal | null {
  for (const line of text.trimEnd().split('\n').reverse()) {
    let parsed: unknown
    try {
      parsed = JSON.parse(line)
    } catch {
      continue // cut off at its start, or still being written
    }
    const known = event.safeParse(parsed)
    if (!known.success) continue
    switch (known.data.type) {
      case 'permission.requested':
        return { kind: 'needs-approval', detail: permissionWords(known.data.data?.permissionRequest) }
      case 'user_input.requested':
      case 'elicitation.requested':
        return { kind: 'asks-question', detail: '' }
      case 'permission.completed':
      case 'user_input.completed':
      case 'user.message':
      case 'assistant.turn_start':
      case 'tool.execution_start':
      case 'tool.execution_complete':
        return { kind: 'working', detail: '' }
      case 'assistant.turn_end':
      case 'abort':
      case 'session.error':
      case 'session.resume':
      case 'session.start':
      case 'session.shutdown':
        return null
    }
  }
  return null
}

export const copilot: AgentAdapter = {
  id: 'copilot',
  name: 'GitHub Copilot',
  program: 'copilot',
  install: 'npm install -g @github/copilot',
  documentation: 'https://docs.github.com/en/copilot/concepts/agents/about-copilot-cli',
  modes: [
    { id: 'interactive', name: 'Interactive', description: 'Asks before edits and commands.' },
    { id: 'plan', name: 'Plan', description: 'Makes a plan first and asks whether to carry it out.' },
    { id: 'autopilot', name: 'Autopilot', description: 'Goes on by itself; still asks for what it may not do.' },
    { id: 'allow-all', name: 'Allow all', description: 'Asks for nothing: all tools, paths and addresses.' },
  ],
  defaultMode: 'interactive',
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'signals',
  interruptKey: '\u001b',
  newConversation: () => randomUUID(),
  start,
  resume: (input) => ({ file: input.program ?? 'copilot', args: args(input), env, type: null }),
  hasConversation: async (input, own) => {
    if (input.conversation === null) return true
    return access(eventLog(input.conversation, own)).then(
      () => true,
      () => false,
    )
  },
  // It repeats "works" while it waits for an answer, too: only its end is to be believed.
  read: (signal) => (signal.kind === 'progress' && signal.state === 0 ? { kind: 'rests', detail: '' } : null),
  readScreen: (screen) => {
    const tail = screen.trimEnd().split('\n').slice(-25).join('\n')
    return /trust (the files in )?this folder/i.test(tail) && /❯\s*1\./u.test(tail)
      ? { kind: 'asks-question', detail: 'Do you trust this folder?' }
      : null
  },
  statusFile: {
    path: (_pid, own, conversation) => (conversation === null ? null : eventLog(conversation, own)),
    tailBytes: 64 * 1024,
    read: readCopilotEvents,
  },
}
