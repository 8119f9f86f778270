/** OpenAI Responses, with the tools in the request or, in "code mode", in an item of the input. */
import { z } from 'zod'
import { type Answer, type Conversation, type OfferedTool, pieces, type Said } from './conversation.ts'

const schema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
})
const plainTool = z.looseObject({ type: z.string(), name: z.string().optional(), parameters: schema.optional() })
/** A namespace holds tools of its own. */
const tool = plainTool.extend({ tools: z.array(plainTool).optional() })
const item = z.looseObject({
  type: z.string().default('message'),
  role: z.string().optional(),
  content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).nullish(),
  output: z.unknown().optional(),
  tools: z.array(tool).optional(),
})
const body = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  input: z.union([z.string(), z.array(item)]),
  tools: z.array(tool).nullish(),
})

function offered(tools: readonly z.infer<typeof tool>[]): OfferedTool[] {
  return tools
    .flatMap(
      (each) => each.tools?.map((inner) => ({ ...inner, namespace: each.name })) ?? [{ ...each, namespace: undefined }],
    )
    .flatMap(({ name, namespace, type, parameters }) => {
      if (name === undefined) return []
      const { properties = {}, required = [] } = parameters ?? {}
      return [{ name, namespace, freeform: type === 'custom', properties, required }]
    })
}

export function parseResponses(json: unknown): Conversation {
  const { model, stream, input, tools } = body.parse(json)
  const items = typeof input === 'string' ? [item.parse({ role: 'user', content: input })] : input
  const said = items.flatMap((each): Said[] => {
    if (each.type.endsWith('_call_output')) return [{ by: 'tool', text: JSON.stringify(each.output ?? '') }]
    if (each.type !== 'message' || (each.role !== 'user' && each.role !== 'assistant')) return []
    const text =
      typeof each.content === 'string' ? each.content : (each.content ?? []).map((part) => part.text ?? '').join('\n')
    return [{ by: each.role === 'assistant' ? 'model' : 'user', text }]
  })
  const inInput = items.flatMap((each) => (each.type === 'additional_tools' ? (each.tools ?? []) : []))
  return { model, stream, said, tools: offered([...(tools ?? []), ...inInput]) }
}

function itemsOf(answer: Answer): Record<string, unknown>[] {
  const items: Record<string, unknown>[] = []
  if (answer.text !== '') {
    const content = [{ type: 'output_text', text: answer.text, annotations: [] }]
    items.push({ type: 'message', id: `${answer.id}_m`, role: 'assistant', status: 'completed', content })
  }
  if (answer.call) {
    const { id, name, namespace, input } = answer.call
    const common = { id: `${answer.id}_c`, call_id: id, name, namespace, status: 'completed' }
    items.push(
      typeof input === 'string'
        ? { type: 'custom_tool_call', ...common, input }
        : { type: 'function_call', ...common, arguments: JSON.stringify(input) },
    )
  }
  return items
}

export function responsesWhole(answer: Answer): unknown {
  const { input, output, cached } = answer.usage
  return {
    id: answer.id,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'completed',
    model: answer.model,
    output: itemsOf(answer),
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  }
}

export async function* responsesEvents(answer: Answer): AsyncGenerator<{ type: string }> {
  const begun = { id: answer.id, object: 'response', status: 'in_progress', model: answer.model, output: [] }
  yield Object.assign({ type: 'response.created' }, { response: begun })
  await answer.after
  for (const [index, whole] of itemsOf(answer).entries()) {
    const at = { output_index: index }
    const empty =
      whole['type'] === 'message'
        ? { content: [] }
        : whole['type'] === 'function_call'
          ? { arguments: '' }
          : { input: '' }
    yield Object.assign(
      { type: 'response.output_item.added' },
      { ...at, item: { ...whole, ...empty, status: 'in_progress' } },
    )
    if (whole['type'] === 'message') {
      const where = { ...at, item_id: whole['id'], content_index: 0 }
      yield Object.assign(
        { type: 'response.content_part.added' },
        { ...where, part: { type: 'output_text', text: '' } },
      )
      for (const delta of pieces(answer.text))
        yield Object.assign({ type: 'response.output_text.delta' }, { ...where, delta })
      yield Object.assign({ type: 'response.output_text.done' }, { ...where, text: answer.text })
    } else {
      const name = whole['type'] === 'function_call' ? 'function_call_arguments' : 'custom_tool_call_input'
      const text = whole['arguments'] ?? whole['input']
      yield Object.assign({ type: `response.${name}.delta` }, { ...at, item_id: whole['id'], delta: text })
    }
    yield Object.assign({ type: 'response.output_item.done' }, { ...at, item: whole })
  }
  yield Object.assign({ type: 'response.completed' }, { response: responsesWhole(answer) })
}

/** The errors of both of OpenAI's protocols. */
export function openaiError(status: number, message: string): unknown {
  return { error: { message, type: status >= 500 ? 'server_error' : 'invalid_request_error', code: null, param: null } }
}
