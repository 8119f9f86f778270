import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ModelServer, startModelServer } from '../support/model-server/model-server.ts'

let server: ModelServer
beforeEach(async () => {
  server = await startModelServer()
  server.script({
    '(marker write)': [
      { deed: { kind: 'write', path: 'a.txt', content: 'a\n' }, usage: { input: 100, output: 7, cached: 40 } },
      { text: 'It is written.' },
    ],
    '(marker fail)': [{ error: { status: 429, message: 'slow down' } }],
  })
})
afterEach(() => server.stop())

async function post(path: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, text: await response.text() }
}

const object = { type: 'object', properties: { file_path: {}, content: {} }, required: ['file_path', 'content', 'why'] }
const say = (text: string): { role: string; content: string } => ({ role: 'user', content: text })
/** Each protocol's request for the same turn, before and after the tool's result. */
const wires = [
  {
    name: 'Anthropic Messages',
    path: '/v1/messages?beta=true',
    ask: (text: string, done: boolean) => ({
      model: 'm',
      stream: true,
      messages: [
        say(text),
        ...(done ? [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x', content: 'ok' }] }] : []),
      ],
      tools: [{ name: 'Write', input_schema: object }],
    }),
    usage: '"cache_read_input_tokens":40',
  },
  {
    name: 'OpenAI Responses',
    path: '/v1/responses',
    ask: (text: string, done: boolean) => ({
      model: 'm',
      stream: true,
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
        ...(done ? [{ type: 'function_call_output', call_id: 'x', output: 'ok' }] : []),
      ],
      tools: [{ type: 'function', name: 'write', parameters: object }],
    }),
    usage: '"cached_tokens":40',
  },
  {
    name: 'chat completions',
    path: '/v1/chat/completions',
    ask: (text: string, done: boolean) => ({
      model: 'm',
      stream: true,
      messages: [say(text), ...(done ? [{ role: 'tool', tool_call_id: 'x', content: 'ok' }] : [])],
      tools: [{ type: 'function', function: { name: 'write', parameters: object } }],
    }),
    usage: '"cached_tokens":40',
  },
  {
    name: 'Gemini',
    path: '/v1beta/models/m:streamGenerateContent?alt=sse',
    ask: (text: string, done: boolean) => ({
      contents: [
        { role: 'user', parts: [{ text }] },
        ...(done ? [{ role: 'user', parts: [{ functionResponse: { name: 'write_file', response: {} } }] }] : []),
      ],
      tools: [{ functionDeclarations: [{ name: 'write_file', parametersJsonSchema: object }] }],
    }),
    usage: '"cachedContentTokenCount":40',
  },
]

it.each(wires)('a turn with a tool, its end and an error come in the words of $name', async (wire) => {
  const first = await post(wire.path, wire.ask('Do it (marker write)', false))
  expect(first.status).toBe(200)
  expect(first.text).toContain('a.txt')
  expect(first.text).toContain('Needed by the test.')
  expect(first.text).toContain(wire.usage)
  const again = await post(wire.path, wire.ask('Do it (marker write)', false))
  expect(again.text).toContain('a.txt')
  const second = await post(wire.path, wire.ask('Do it (marker write)', true))
  expect(second.text.replaceAll(/[^]*?"(?:text|delta|content)":"([^"]*)"|[^]/g, '$1')).toContain('It is written.')
  const failed = await post(wire.path, wire.ask('Do it (marker fail)', false))
  expect(failed).toMatchObject({ status: 429 })
  expect(failed.text).toContain('slow down')
  expect(server.requests.map((request) => request.marker)).toEqual([
    '(marker write)',
    '(marker write)',
    '(marker write)',
    '(marker fail)',
  ])
})

it('in code mode the edit is a program for the one tool that runs the others', async () => {
  const tools = [{ type: 'namespace', name: 'functions', tools: [{ type: 'custom', name: 'exec' }] }]
  const { text } = await post('/v1/responses', {
    model: 'm',
    stream: true,
    input: [
      { type: 'additional_tools', tools },
      { role: 'user', content: 'Do it (marker write)' },
    ],
  })
  expect(text).toContain('"type":"custom_tool_call"')
  expect(text).toContain('"namespace":"functions"')
  expect(text).toContain('tools.apply_patch')
})

it('a helper’s request for a title plays no turn of the script', async () => {
  const title = { model: 'm', messages: [say('Do it (marker write)')] }
  expect((await post('/v1/chat/completions', title)).text).toContain('A task')
  const asked = wires[1]?.ask('Generate a concise, single-line task title for: (marker write)', false)
  expect((await post('/v1/responses', asked)).text).not.toContain('a.txt')
  expect(server.requests.map((request) => request.choice)).toEqual(['hidden', 'hidden'])
})

it('an answer that waits begins at once and ends when it may', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.script({ '(marker wait)': [{ after: promise, text: 'Late.' }] })
  const response = await fetch(`${server.url}/v1/messages`, {
    method: 'POST',
    body: JSON.stringify(wires[0]?.ask('(marker wait)', false)),
  })
  const reader = response.body?.getReader()
  const begun = await reader?.read()
  expect(new TextDecoder().decode(begun?.value)).toContain('message_start')
  resolve()
  let rest = ''
  for (;;) {
    const part = await reader?.read()
    if (!part || part.done) break
    rest += new TextDecoder().decode(part.value)
  }
  expect(rest).toContain('Late.')
})
