/**
 * A model behind the agents: listens on 127.0.0.1 only, speaks the four protocols that coding agents use, and plays the
 * turns of a script. Several agents can share one: each prompt carries the marker of its script.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { anthropicError, anthropicEvents, anthropicWhole, parseAnthropic } from './anthropic.ts'
import { completionsEvents, completionsWhole, parseCompletions } from './completions.ts'
import {
  type Answer,
  type Choice,
  chooseTurn,
  type Conversation,
  type ModelTurn,
  type Protocol,
  type Script,
} from './conversation.ts'
import { geminiError, geminiEvents, geminiWhole, parseGemini } from './gemini.ts'
import { openaiError, parseResponses, responsesEvents, responsesWhole } from './responses.ts'
import { callFor } from './tools.ts'

export interface SeenRequest extends Conversation {
  protocol: Protocol
  path: string
  choice: Choice['kind']
  /** Of the script that answered; null for hidden and unscripted ones. */
  marker: string | null
}

export interface ModelServer {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  url: string
  /** All that were answered, in order. */
  requests: readonly SeenRequest[]
  /** Adds to the script; turns of the same marker are replaced. */
  script(turns: Script): void
  stop(): Promise<void>
}

interface Wire {
  protocol: Protocol
  parse(json: unknown): Conversation
  whole(answer: Answer): unknown
  events(answer: Answer): AsyncGenerator<unknown>
  /** Events carry their type as a line of their own. */
  named: boolean
  last: string
  error(status: number, message: string): unknown
}

function wireFor(path: string): Wire | null {
  if (path.endsWith('/messages')) {
    return {
      protocol: 'anthropic',
      parse: parseAnthropic,
      whole: anthropicWhole,
      events: anthropicEvents,
      named: true,
      last: '',
      error: anthropicError,
    }
  }
  if (path.endsWith('/responses')) {
    return {
      protocol: 'responses',
      parse: parseResponses,
      whole: responsesWhole,
      events: responsesEvents,
      named: true,
      last: '',
      error: openaiError,
    }
  }
  if (path.endsWith('/chat/completions')) {
    return {
      protocol: 'completions',
      parse: parseCompletions,
      whole: completionsWhole,
      events: completionsEvents,
      named: false,
      last: 'data: [DONE]\n\n',
      error: openaiError,
    }
  }
  const gemini = /\/models\/([^/:]+):(streamGenerateContent|generateContent)$/.exec(path)
  if (gemini) {
    return {
      protocol: 'gemini',
      parse: (json) => parseGemini(json, gemini[1] ?? '', gemini[2] === 'streamGenerateContent'),
      whole: geminiWhole,
      events: geminiEvents,
      named: false,
      last: '',
      error: geminiError,
    }
  }
  return null
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? {} : (JSON.parse(text) as unknown)
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

async function sendEvents(response: ServerResponse, wire: Wire, answer: Answer): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
  for await (const event of wire.events(answer)) {
    if (response.destroyed) return
    const name =
      wire.named && typeof event === 'object' && event !== null && 'type' in event
        ? `event: ${String(event.type)}\n`
        : ''
    response.write(`${name}data: ${JSON.stringify(event)}\n\n`)
  }
  response.end(wire.last)
}

const usual = { input: 1200, output: 34, cached: 200 }

/** Requests that agents make beside the conversation, which need an answer of the right form only. */
function sendAside(response: ServerResponse, path: string): void {
  if (path.endsWith('/count_tokens')) sendJson(response, 200, { input_tokens: 10 })
  else if (path.endsWith(':countTokens')) sendJson(response, 200, { totalTokens: 10 })
  else if (path.endsWith('/models')) {
    sendJson(response, 200, {
      object: 'list',
      data: [{ id: 'fake-model', object: 'model', owned_by: 'test' }],
      models: [],
    })
  } else sendJson(response, 404, { error: { message: 'not here', type: 'not_found' } })
}

export async function startModelServer(): Promise<ModelServer> {
  const requests: SeenRequest[] = []
  let script: Script = {}
  let count = 0

  const answerTo = async (conversation: Conversation, turn: ModelTurn | null, text: string): Promise<Answer> => {
    const id = `msg_${++count}`
    const deed = typeof turn?.deed === 'function' ? await turn.deed() : turn?.deed
    const call = deed ? callFor(deed, conversation.tools, `call_${count}`) : null
    const unable = deed && !call ? `There is no tool for: ${deed.kind}.` : ''
    return {
      id,
      model: conversation.model,
      text: [turn?.text ?? (turn ? '' : text), unable].filter(Boolean).join(' '),
      call,
      usage: turn?.usage ?? usual,
      after: turn?.after,
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname
    const wire = request.method === 'POST' ? wireFor(path) : null
    const json = await readBody(request)
    if (!wire) return sendAside(response, path)
    const conversation = wire.parse(json)
    const choice = chooseTurn(conversation, script)
    const marker = choice.kind === 'turn' ? choice.marker : null
    requests.push({ ...conversation, protocol: wire.protocol, path, choice: choice.kind, marker })
    const turn = choice.kind === 'turn' ? choice.turn : null
    if (turn?.error) {
      await turn.after
      return sendJson(response, turn.error.status, wire.error(turn.error.status, turn.error.message))
    }
    const answer = await answerTo(conversation, turn, choice.kind === 'hidden' ? 'A task' : 'Ready.')
    if (conversation.stream) return sendEvents(response, wire, answer)
    await answer.after
    sendJson(response, 200, wire.whole(answer))
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // The agent sees what is wrong with its request; a connection that it closed itself needs no answer.
      if (response.headersSent) response.destroy()
      else sendJson(response, 400, { error: { message: String(error), type: 'invalid_request_error' } })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    script: (turns) => {
      script = { ...script, ...turns }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
