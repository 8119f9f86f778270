/** What the four protocols have in common: what was said, which tools are offered, and what the script answers. Pure. */

export type Protocol = 'anthropic' | 'responses' | 'completions' | 'gemini'

export interface OfferedTool {
  name: string
  /** Where an agent groups its tools. */
  namespace?: string
  /** Takes a text of its own grammar in place of a JSON object. */
  freeform: boolean
  /** JSON schema of each argument. */
  properties: Record<string, unknown>
  required: readonly string[]
}

export interface Said {
  by: 'user' | 'model' | 'tool'
  text: string
}

/** A request in the words of no protocol. */
export interface Conversation {
  model: string
  stream: boolean
  said: readonly Said[]
  tools: readonly OfferedTool[]
}

export interface Usage {
  /** Tokens, those of the cache included. */
  input: number
  output: number
  cached: number
}

/** What the model wants done, in the words of no agent; `path` should be absolute where an agent asks for that. */
export type Deed =
  | { kind: 'read'; path: string }
  | { kind: 'write'; path: string; content: string }
  | { kind: 'edit'; path: string; before: string; after: string }
  | { kind: 'shell'; command: string }
  | { kind: 'ask'; question: string; options: readonly string[] }

/** One answer of the model. With a deed the turn goes on once its result came; without one it ends. */
export interface ModelTurn {
  text?: string
  /** A function is asked when the turn is played: what a test learns only later can still be part of it. */
  deed?: Deed | (() => Deed | Promise<Deed>)
  /** The answer begins, then waits for this. */
  after?: Promise<unknown>
  /** An error in place of an answer. */
  error?: { status: number; message: string }
  usage?: Usage
}

/** Turns by the marker that a prompt carries, such as `(marker edit)`; no `@`, at which some open a menu. */
export type Script = Readonly<Record<string, readonly ModelTurn[]>>

export type Choice =
  | { kind: 'turn'; marker: string; turn: ModelTurn }
  /** A helper's request behind the person's back (a title, a summary, a classification). */
  | { kind: 'hidden' }
  /** Nothing is scripted for it. */
  | { kind: 'unscripted' }

const titleRequest = /\b(task|conversation|session|thread|brief) titles?\b|\btitle generator\b|generate a .{0,40}title/i

/**
 * Which turn comes next. It depends on the request alone: the last prompt with a marker names the script, and the
 * results of tools since then are the turns already played. So a request that is repeated gets the same answer.
 */
export function chooseTurn(conversation: Conversation, script: Script): Choice {
  const { said, tools } = conversation
  if (tools.length === 0) return { kind: 'hidden' }
  const markers = Object.keys(script)
  for (let at = said.length - 1; at >= 0; at--) {
    const one = said[at]
    if (one?.by !== 'user') continue
    if (titleRequest.test(one.text)) return { kind: 'hidden' }
    const marker = markers.find((each) => one.text.includes(each))
    if (marker === undefined) continue
    const played = said.slice(at).filter((each) => each.by === 'tool').length
    const turn = script[marker]?.[played]
    return turn === undefined ? { kind: 'unscripted' } : { kind: 'turn', marker, turn }
  }
  return { kind: 'unscripted' }
}

export interface Call {
  id: string
  name: string
  namespace?: string
  /** An object, or the text of a freeform tool. */
  input: Record<string, unknown> | string
}

/** What is written back, in the words of no protocol. */
export interface Answer {
  id: string
  model: string
  text: string
  call: Call | null
  usage: Usage
  after: Promise<unknown> | undefined
}

/** A text in the pieces that a stream has. Pure. */
export function pieces(text: string): string[] {
  return text.match(/\S*\s*/g)?.filter((piece) => piece !== '') ?? []
}
