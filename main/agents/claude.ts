/**
 * Claude Code in its terminal. It tells "works" or "rests" by its title; whether it rests for a permission stands in its
 * own status file, and on its screen where there is no such file. Nothing is written into its configuration.
 */
import { randomUUID } from 'node:crypto'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import {
  type AgentAdapter,
  type AgentSignal,
  type AgentStart,
  clip,
  fitsArgument,
  readGenericSignal,
  type StartInput,
} from './adapter.ts'

function configFolder(env: Record<string, string>): string {
  return env['CLAUDE_CONFIG_DIR'] || join(env['HOME'] || homedir(), '.claude')
}

function modeArgs(mode: string | null): string[] {
  // The agent's own default lets a classifier decide ("auto"); whoever directs several wants to be asked.
  return ['--permission-mode', mode ?? 'manual']
}

function program(input: StartInput): string {
  return input.program ?? 'claude'
}

function start(input: StartInput): AgentStart {
  const args = modeArgs(input.mode)
  if (input.conversation !== null) args.push('--session-id', input.conversation)
  const asArgument = input.prompt !== '' && fitsArgument(input.prompt)
  // `--` ends the options: a prompt may begin with a dash.
  if (asArgument) args.push('--', input.prompt)
  return { file: program(input), args, env: {}, type: asArgument || input.prompt === '' ? null : input.prompt }
}

function resume(input: StartInput): AgentStart {
  const conversation = input.conversation === null ? ['--continue'] : ['--resume', input.conversation]
  return { file: program(input), args: [...modeArgs(input.mode), ...conversation], env: {}, type: null }
}

const statusSchema = z.object({
  status: z.enum(['busy', 'idle', 'waiting']),
  waitingFor: z.string().optional(),
  pid: z.number().optional(),
})

function readStatus(text: string, pid: number): AgentSignal | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null // read in the middle of a write: the next change is read again
  }
  const status = statusSchema.safeParse(parsed)
  if (!status.success || (status.data.pid !== undefined && status.data.pid !== pid)) return null
  switch (status.data.status) {
    case 'busy':
      return { kind: 'working', detail: '' }
    case 'idle':
      return { kind: 'rests', detail: '' }
    case 'waiting': {
      const why = clip(status.data.waitingFor ?? '')
      return /permission|sandbox|worker/.test(why)
        ? { kind: 'needs-approval', detail: why === 'permission prompt' ? '' : why }
        : { kind: 'asks-question', detail: why }
    }
  }
}

const works = /^[◐◑◒◓\u2800-\u28FF]/u
const rests = /^✳/u

/**
 * "Bash command: rm -rf build" out of a permission dialog: its heading under the rule, and the command between the dashes
 * or else the next line (a file's name).
 */
function readPermissionDialog(lines: readonly string[]): AgentSignal | null {
  const question = lines.findLastIndex((line) => /^[\s│]*(Do you want|Would you like)/iu.test(line))
  if (question < 0) return null
  const top = lines.slice(0, question).findLastIndex((line) => /^\s*─{10}/u.test(line))
  const words = lines.slice(top + 1, question).map((line) => line.replaceAll(/[│╭╮╰╯]/gu, '').trim())
  const isDash = (line: string): boolean => /^╌{5}/u.test(line)
  const told = words.filter((line) => line !== '' && !isDash(line) && !line.startsWith('Tip:'))
  const [heading] = told
  const dash = words.findIndex(isDash)
  const quoted = dash < 0 ? undefined : words.slice(dash + 1).find((line) => line !== '' && !isDash(line))
  const what = heading?.endsWith('command') ? (quoted ?? told[1]) : told[1]
  const detail = top < 0 || !heading ? (lines[question] ?? '') : what ? `${heading}: ${what}` : heading
  return { kind: 'needs-approval', detail: clip(detail) }
}

export const claude: AgentAdapter = {
  id: 'claude',
  name: 'Claude Code',
  program: 'claude',
  install: 'npm install -g @anthropic-ai/claude-code',
  documentation: 'https://docs.anthropic.com/en/docs/claude-code',
  modes: [
    { id: 'manual', name: 'Manual', description: 'Asks before edits and commands.' },
    { id: 'acceptEdits', name: 'Accept edits', description: 'Edits files without asking; asks before commands.' },
    { id: 'plan', name: 'Plan', description: 'Reads and plans, changes nothing.' },
    { id: 'auto', name: 'Auto', description: 'A classifier of the agent decides what needs asking.' },
    { id: 'dontAsk', name: "Don't ask", description: 'Refuses what is not allowed beforehand instead of asking.' },
    { id: 'bypassPermissions', name: 'Bypass permissions', description: 'Asks for nothing. For sandboxes only.' },
  ],
  defaultMode: 'manual',
  takesPrompt: true,
  takesCommand: false,
  canResume: true,
  comesBackQuietly: true,
  speaks: 'signals',
  interruptKey: '\u001b',
  newConversation: () => randomUUID(),
  start,
  resume,
  hasConversation: async (input, env) => {
    if (input.conversation === null) return true
    // Transcripts are filed under the worktree's path with everything but letters and digits turned into `-`.
    const folder = input.worktree.replaceAll(/[^A-Za-z0-9]/g, '-')
    const transcript = join(configFolder(env), 'projects', folder, `${input.conversation}.jsonl`)
    return access(transcript).then(
      () => true,
      () => false,
    )
  },
  read: (signal) => {
    if (signal.kind === 'title') {
      if (works.test(signal.title)) return { kind: 'working', detail: '' }
      return rests.test(signal.title) ? { kind: 'rests', detail: '' } : null
    }
    if (signal.kind === 'notification') {
      const text = clip(signal.body || (signal.title ?? ''))
      if (/needs your permission/i.test(text)) return { kind: 'needs-approval', detail: text }
      if (/waiting for your input/i.test(text)) return { kind: 'rests', detail: '' }
    }
    return signal.kind === 'progress' ? readGenericSignal(signal) : null
  },
  readScreen: (screen) => {
    const tail = screen.trimEnd().split('\n').slice(-25).join('\n')
    if (!/❯\s*1\.|❯\s*(Yes|No)/u.test(tail)) return null
    if (/trust (the files in )?this folder|Quick safety check/i.test(tail))
      return { kind: 'asks-question', detail: 'Do you trust this folder?' }
    return readPermissionDialog(tail.split('\n'))
  },
  statusFile: {
    path: (pid, env) => join(configFolder(env), 'sessions', `${pid}.json`),
    read: readStatus,
  },
}
