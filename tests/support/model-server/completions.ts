/** OpenAI chat completions. */
import { z } from 'zod'
import { type Answer, type Conversation, pieces, type Said } from './conversation.ts'

const body = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  messages: z.array(
    z.looseObject({
      role: z.string(),
      content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).nullish(),
    }),
  ),
  tools: z
    .array(
      z.looseObject({
        type: z.string().default('function'),
        function: z
          .looseObject({
            name: z.string(),
            parameters: z
              .looseObject({
                properties: z.record(z.string(), z.unknown()).default({}),
                required: z.array(z.string()).default([]),
              })
              .optional(),
          })
          .optional(),
        custom: z.looseObject({ name: z.string() }).optional(),
      }),
    )
    .nullish(),
})

export function parseCompletions(json: unknown): Conversation {
  const { model, stream, messages, tools } = body.parse(json)
  const said = messages.flatMap(({ role, content }): Said[] => {
    const text = typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n')
    if (role === 'tool') return [{ by: 'tool', text }]
    if (role !== 'user' && role !== 'assistant') return []
    return [{ by: role === 'user' ? 'user' : 'model', text }]
  })
  return {
    model,
    stream,
    said,
    tools: (tools ?? []).flatMap((tool) => {
      const name = tool.function?.name ?? tool.custom?.name
      if (name === undefined) return []
      const { properties = {}, required = [] } = tool.function?.parameters ?? {}
      return [{ name, freeform: tool.custom !== undefined, properties, required }]
    }),
  }
}

function usageOf({ usage }: Answer): Record<string, unknown> {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
  }
}

function callsOf(answer: Answer): Record<string, unknown>[] {
  if (!answer.call) return []
  const { id, name, input } = answer.call
  return typeof input === 'string'
    ? [{ index: 0, id, type: 'custom', custom: { name, input } }]
    : [{ index: 0, id, type: 'function', function: { name, arguments: JSON.stringify(input) } }]
}

export function completionsWhole(answer: Answer): unknown {
  const calls = callsOf(answer)
  const message = { role: 'assistant', content: answer.text, ...(calls.length > 0 ? { tool_calls: calls } : {}) }
  return {
    id: answer.id,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: answer.model,
    choices: [{ index: 0, message, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' }],
    usage: usageOf(answer),
  }
}

export async function* completionsEvents(answer: Answer): AsyncGenerator<unknown> {
  const common = {
    id: answer.id,
    object: 'chat.completion.chunk',
    created: Math.floor(Date.now() / 1000),
    model: answer.model,
  }
  const chunk = (delta: unknown, finish: string | null = null): unknown => ({
    ...common,
    choices: [{ index: 0, delta, finish_reason: finish }],
  })
  yield chunk({ role: 'assistant', content: '' })
  await answer.after
  for (const content of pieces(answer.text)) yield chunk({ content })
  const calls = callsOf(answer)
  if (calls.length > 0) yield chunk({ tool_calls: calls })
  yield chunk({}, calls.length > 0 ? 'tool_calls' : 'stop')
  yield { ...common, choices: [], usage: usageOf(answer) }
}
