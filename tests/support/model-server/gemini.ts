/** Gemini generateContent and streamGenerateContent. The model stands in the path. */
import { z } from 'zod'
import { type Answer, type Conversation, pieces, type Said } from './conversation.ts'

const body = z.looseObject({
  contents: z.array(
    z.looseObject({
      role: z.string().default('user'),
      parts: z
        .array(
          z.looseObject({
            text: z.string().optional(),
            thought: z.boolean().optional(),
            functionResponse: z.unknown().optional(),
          }),
        )
        .default([]),
    }),
  ),
  tools: z
    .array(
      z.looseObject({
        functionDeclarations: z
          .array(
            z.looseObject({
              name: z.string(),
              parameters: z.unknown().optional(),
              parametersJsonSchema: z.unknown().optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
})
const schema = z
  .looseObject({ properties: z.record(z.string(), z.unknown()).default({}), required: z.array(z.string()).default([]) })
  .catch({ properties: {}, required: [] })

export function parseGemini(json: unknown, model: string, stream: boolean): Conversation {
  const { contents, tools } = body.parse(json)
  const said = contents.flatMap(({ role, parts }) =>
    parts.flatMap((part): Said[] => {
      if (part.functionResponse !== undefined) return [{ by: 'tool', text: JSON.stringify(part.functionResponse) }]
      if (part.text === undefined || part.thought) return []
      return [{ by: role === 'model' ? 'model' : 'user', text: part.text }]
    }),
  )
  return {
    model,
    stream,
    said,
    tools: tools.flatMap((tool) =>
      tool.functionDeclarations.map((each) => ({
        name: each.name,
        freeform: false,
        ...schema.parse(each.parametersJsonSchema ?? each.parameters ?? {}),
      })),
    ),
  }
}

function chunk(answer: Answer, parts: unknown[], last: boolean): unknown {
  const { input, output, cached } = answer.usage
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, ...(last ? { finishReason: 'STOP' } : {}) }],
    modelVersion: answer.model,
    responseId: answer.id,
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount: output,
      cachedContentTokenCount: cached,
      totalTokenCount: input + output,
    },
  }
}

function callParts(answer: Answer): unknown[] {
  return answer.call ? [{ functionCall: { id: answer.call.id, name: answer.call.name, args: answer.call.input } }] : []
}

export function geminiWhole(answer: Answer): unknown {
  return chunk(answer, [{ text: answer.text }, ...callParts(answer)], true)
}

export async function* geminiEvents(answer: Answer): AsyncGenerator<unknown> {
  await answer.after
  for (const text of pieces(answer.text)) yield chunk(answer, [{ text }], false)
  yield chunk(answer, answer.call ? callParts(answer) : [{ text: '' }], true)
}

export function geminiError(status: number, message: string): unknown {
  return { error: { code: status, message, status: status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT' } }
}
