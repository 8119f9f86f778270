/** What the rest of the program knows of an agent. Only this folder names one. */
import type { AgentMode } from '@contract/agent.ts'

/** What a terminal told without being asked; the same shapes as the pty host's events. */
export type TerminalSignal =
  | { kind: 'title'; title: string }
  | { kind: 'notification'; title: string | null; body: string }
  | { kind: 'progress'; state: number }
  | { kind: 'bell' }

/** A terminal signal in the words of sessions. `rests`: it no longer works; whether it finished or never began is the rules' to say. */
export interface AgentSignal {
  kind: 'working' | 'rests' | 'needs-approval' | 'asks-question' | 'turn-finished' | 'notified'
  /** Hostile text, at most 500 characters. */
  detail: string
}

export interface AgentStart {
  file: string
  args: string[]
  /** Added to the session's environment. */
  env: Record<string, string>
  /** Text for the terminal once the program takes input; null where the prompt went as an argument, or there is none. */
  type: string | null
}

export interface StartInput {
  /** Where the program was found; null for agents that have none of their own. */
  program: string | null
  worktree: string
  prompt: string
  mode: string | null
  command: string | null
  conversation: string | null
  /** The person's login shell. */
  shell: string
}

export interface AgentAdapter {
  id: string
  name: string
  /** Name of the program on the PATH; null for what is always there. */
  program: string | null
  install: string | null
  documentation: string | null
  modes: readonly AgentMode[]
  defaultMode: string | null
  takesPrompt: boolean
  takesCommand: boolean
  canResume: boolean
  /** Starting it again does nothing by itself: it may come back unasked where the person's settings say so. */
  comesBackQuietly: boolean
  /**
   * Where its state is read: `foreground` (a shell: which program runs in front), `output` (any program: does it print),
   * `signals` (it tells by titles and notifications).
   */
  speaks: 'foreground' | 'output' | 'signals'
  /** What interrupts its turn, as typed. */
  interruptKey: string
  /** An id for a conversation that is resumable later, made before the start; null where the agent makes its own or has none. */
  newConversation(): string | null
  start(input: StartInput): AgentStart
  /** Whether the conversation was ever begun; where it was not, the agent is started anew with its prompt. */
  hasConversation?(input: StartInput, env: Record<string, string>): Promise<boolean>
  /** The id of the worktree's last conversation, asked before a resume where none was made at the start. */
  findConversation?(input: StartInput, env: Record<string, string>): Promise<string | null>
  /** It takes an Enter that follows a paste at once for part of the paste: so long it has to wait, in milliseconds. */
  enterDelayMs?: number
  /** Goes on with the old conversation where it can. */
  resume(input: StartInput): AgentStart
  /** Null: says nothing about the state. */
  read(signal: TerminalSignal): AgentSignal | null
  /** Looked at when the agent stops working, for what its signals do not tell apart. */
  readScreen?(screen: string): AgentSignal | null
  /** A file the agent keeps about its own state, which is exact where it exists. */
  statusFile?: {
    /** Null where it cannot be told which file it is. */
    path(pid: number, env: Record<string, string>, conversation: string | null): string | null
    /** How much of a growing file's end is read; all of it when left out. */
    tailBytes?: number
    read(text: string, pid: number): AgentSignal | null
  }
}

/** Linux takes at most 128 KiB in one argument or variable. */
const maxArgumentBytes = 120_000

/** Whether a prompt can be handed over as an argument; a longer one is typed. Pure. */
export function fitsArgument(prompt: string): boolean {
  return Buffer.byteLength(prompt) <= maxArgumentBytes && !prompt.includes('\0')
}

/** First 500 characters, control characters taken out. Pure. */
export function clip(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, 500)
}

/** OSC 9, 777 and 9;4 as any program may send them. Pure. */
export function readGenericSignal(signal: TerminalSignal): AgentSignal | null {
  switch (signal.kind) {
    case 'progress':
      return { kind: signal.state === 0 ? 'rests' : 'working', detail: '' }
    case 'notification':
      return { kind: 'notified', detail: clip([signal.title, signal.body].filter(Boolean).join(': ')) }
    default:
      return null
  }
}
