/** Any command line of the person's own, run by their shell in the worktree. */
import { type AgentAdapter, type AgentStart, fitsArgument, readGenericSignal, type StartInput } from './adapter.ts'

/**
 * Puts the prompt where the command says `{prompt}`: as a reference to $QUARTERDECK_PROMPT, quoted so that the shell
 * takes it as one word wherever it stands. The prompt itself never becomes part of the line. Pure.
 */
export function placePrompt(command: string): { line: string; placed: boolean } {
  let line = ''
  let placed = false
  let quote: "'" | '"' | null = null
  for (let at = 0; at < command.length; at++) {
    const char = command.charAt(at)
    if (command.startsWith('{prompt}', at)) {
      placed = true
      if (quote === "'") line += `'"$QUARTERDECK_PROMPT"'`
      else line += quote === '"' ? '$QUARTERDECK_PROMPT' : '"$QUARTERDECK_PROMPT"'
      at += '{prompt}'.length - 1
      continue
    }
    if (char === '\\' && quote !== "'") {
      line += char + command.charAt(at + 1)
      at++
      continue
    }
    if (char === quote) quote = null
    else if (quote === null && (char === "'" || char === '"')) quote = char
    line += char
  }
  return { line, placed }
}

function start(input: StartInput): AgentStart {
  const { line, placed } = placePrompt(input.command ?? '')
  const env: Record<string, string> = fitsArgument(input.prompt) ? { QUARTERDECK_PROMPT: input.prompt } : {}
  const args = process.platform === 'win32' ? ['/d', '/s', '/c', line] : ['-l', '-c', line]
  const file = process.platform === 'win32' ? (process.env['ComSpec'] ?? 'cmd.exe') : input.shell
  return { file, args, env, type: placed || input.prompt === '' ? null : input.prompt }
}

export const command: AgentAdapter = {
  id: 'command',
  name: 'Command',
  program: null,
  install: null,
  documentation: null,
  modes: [],
  defaultMode: null,
  takesPrompt: true,
  takesCommand: true,
  canResume: true,
  comesBackQuietly: false,
  speaks: 'output',
  interruptKey: '\u0003',
  newConversation: () => null,
  start,
  resume: (input) => ({ ...start(input), type: null }),
  read: readGenericSignal,
}
