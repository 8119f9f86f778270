/** Anthropic Messages. */
import { z } from 'zod'
import { type Answer, type Conversation, pieces, type Said } from './conversation.ts'

const block = z.looseObject({ type: z.string(), text: z.string().optional(), content: z.unknown().optional() })
const body = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(block)]) })),
  tools: z
    .array(
      z.looseObject({
        name: z.string(),
        input_schema: z
          .looseObject({
            properties: z.record(z.string(), z.unknown()).default({}),
            required: z.array(z.string()).default([]),
          })
          .optional(),
      }),
    )
    .default([]),
})

export function parseAnthropic(json: unknown): Conversation {
  const { model, stream, messages, tools } = body.parse(json)
  const said = messages.flatMap(({ role, content }): Said[] => {
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content, content: undefined }] : content
    return blocks.flatMap((each): Said[] => {
      if (each.type === 'tool_result') return [{ by: 'tool', text: JSON.stringify(each.content ?? '') }]
      return each.type === 'text' ? [{ by: role === 'assistant' ? 'model' : 'user', text: each.text ?? '' }] : []
    })
  })
  return {
    model,
    stream,
    said,
    tools: tools.map((tool) => ({
      name: tool.name,
      freeform: false,
      properties: tool.input_schema?.properties ?? {},
      required: tool.input_schema?.required ?? [],
    })),
  }
}

function usageOf({ usage }: Answer): Record<string, number> {
  return {
    input_tokens: usage.input - usage.cached,
    cache_read_input_tokens: usage.cached,
    cache_creation_input_tokens: 0,
    output_tokens: usage.output,
  }
}

export function anthropicWhole(answer: Answer): unknown {
  const content: unknown[] = [{ type: 'text', text: answer.text }]
  if (answer.call)
    content.push({ type: 'tool_use', id: answer.call.id, name: answer.call.name, input: answer.call.input })
  return {
    id: answer.id,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content,
    stop_reason: answer.call ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: usageOf(answer),
  }
}

/** Events in order; the ones after the first wait for `answer.after`. */
export async function* anthropicEvents(answer: Answer): AsyncGenerator<{ type: string }> {
  const start = {
    id: answer.id,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content: [],
    stop_reason: null,
  }
  yield Object.assign(
    { type: 'message_start' },
    { message: { ...start, usage: { ...usageOf(answer), output_tokens: 1 } } },
  )
  await answer.after
  let index = 0
  if (answer.text !== '') {
    yield Object.assign({ type: 'content_block_start' }, { index, content_block: { type: 'text', text: '' } })
    for (const piece of pieces(answer.text)) {
      yield Object.assign({ type: 'content_block_delta' }, { index, delta: { type: 'text_delta', text: piece } })
    }
    yield Object.assign({ type: 'content_block_stop' }, { index })
    index++
  }
  if (answer.call) {
    const { id, name, input } = answer.call
    yield Object.assign(
      { type: 'content_block_start' },
      { index, content_block: { type: 'tool_use', id, name, input: {} } },
    )
    const delta = { type: 'input_json_delta', partial_json: JSON.stringify(input) }
    yield Object.assign({ type: 'content_block_delta' }, { index, delta })
    yield Object.assign({ type: 'content_block_stop' }, { index })
  }
  const delta = { stop_reason: answer.call ? 'tool_use' : 'end_turn', stop_sequence: null }
  yield Object.assign({ type: 'message_delta' }, { delta, usage: usageOf(answer) })
  yield { type: 'message_stop' }
}

export function anthropicError(status: number, message: string): unknown {
  const type = status === 429 ? 'rate_limit_error' : status >= 500 ? 'api_error' : 'invalid_request_error'
  return { type: 'error', error: { type, message } }
}
