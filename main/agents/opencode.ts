/** OpenCode in its terminal. It tells nothing by escape sequences: its state is judged by its output alone. */
import { execFile } from 'node:child_process'
import { z } from 'zod'
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

const listed = z.array(z.object({ id: z.string().regex(/^ses_\w+$/), directory: z.string(), updated: z.number() }))

/** The last conversation of this worktree. `--continue` would take the repository's last, which may be another's. */
export function readOpencodeSessions(text: string, worktree: string): string | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null // it prints a sentence where there are none
  }
  const sessions = listed.safeParse(parsed)
  if (!sessions.success) return null
  const own = sessions.data.filter((session) => session.directory === worktree)
  return own.sort((a, b) => b.updated - a.updated)[0]?.id ?? null
}

function findConversation(input: StartInput, env: Record<string, string>): Promise<string | null> {
  return new Promise((resolve) => {
    const args = ['session', 'list', '--format', 'json']
    const options = { cwd: input.worktree, env, timeout: 15_000, windowsHide: true, maxBuffer: 16 * 1024 * 1024 }
    const child = execFile(input.program ?? 'opencode', args, options, (error, stdout) => {
      resolve(error ? null : readOpencodeSessions(stdout, input.worktree))
    })
    child.stdin?.end()
  })
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
  findConversation,
  resume: (input) => ({
    file: input.program ?? 'opencode',
    args: input.conversation === null ? modeArgs(input) : [...modeArgs(input), '--session', input.conversation],
    env: environment(input),
    type: null,
  }),
  read: readGenericSignal,
}
