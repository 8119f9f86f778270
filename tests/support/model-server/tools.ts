/** Turns a deed into a call of one of the tools that the agent offers. Each agent has its own names for the same things. */
import type { Call, Deed, OfferedTool } from './conversation.ts'

const toolNames: Record<Deed['kind'], readonly string[]> = {
  read: ['Read', 'read', 'view', 'read_file'],
  write: ['Write', 'write', 'create', 'write_file'],
  edit: ['Edit', 'edit', 'replace', 'str_replace'],
  shell: ['Bash', 'bash', 'exec_command', 'shell_command', 'shell', 'run_shell_command', 'exec'],
  ask: ['AskUserQuestion', 'ask_user', 'question', 'request_user_input'],
}

const argumentNames = {
  path: ['file_path', 'filePath', 'path', 'absolute_path'],
  content: ['content', 'file_text', 'contents'],
  before: ['old_string', 'oldString', 'old_str', 'oldText'],
  after: ['new_string', 'newString', 'new_str', 'newText'],
  command: ['command', 'cmd'],
} as const

function lines(text: string, sign: string): string {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => sign + line)
    .join('\n')
}

/** The patch language of OpenAI's models. Pure. */
export function patchOf(deed: Extract<Deed, { kind: 'write' | 'edit' }>): string {
  const body =
    deed.kind === 'write'
      ? `*** Add File: ${deed.path}\n${lines(deed.content, '+')}`
      : `*** Update File: ${deed.path}\n@@\n${lines(deed.before, '-')}\n${lines(deed.after, '+')}`
  return `*** Begin Patch\n${body}\n*** End Patch\n`
}

function isArray(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'array'
}

function questions(question: string, options: readonly string[]): Record<string, unknown>[] {
  const choices = options.map((label) => ({ label, description: `The choice ${label}.` }))
  return [
    { id: 'q1', header: 'Choice', question, type: 'choice', options: choices, multiSelect: false, multiple: false },
  ]
}

/** Fills the tool's own argument names; what else it requires gets a harmless value. */
function argumentsFor(tool: OfferedTool, deed: Deed): Record<string, unknown> {
  const filled: Record<string, unknown> = {}
  const put = (what: keyof typeof argumentNames, value: string): void => {
    const name = argumentNames[what].find((each) => each in tool.properties) ?? argumentNames[what][0]
    filled[name] = isArray(tool.properties[name]) ? ['bash', '-lc', value] : value
  }
  if (deed.kind === 'shell') put('command', deed.command)
  else if (deed.kind === 'ask') {
    if ('questions' in tool.properties) filled['questions'] = questions(deed.question, deed.options)
    else Object.assign(filled, { question: deed.question, choices: deed.options })
  } else {
    put('path', deed.path)
    if (deed.kind === 'write') put('content', deed.content)
    if (deed.kind === 'edit') {
      if ('edits' in tool.properties) filled['edits'] = [{ oldText: deed.before, newText: deed.after }]
      else {
        put('before', deed.before)
        put('after', deed.after)
      }
    }
  }
  for (const name of tool.required) filled[name] ??= 'Needed by the test.'
  return filled
}

/** JavaScript for the one tool of "code mode", which runs the others. */
function codeFor(deed: Deed): string {
  if (deed.kind === 'write' || deed.kind === 'edit') {
    return `text(await tools.apply_patch(${JSON.stringify(patchOf(deed))}))`
  }
  const command =
    deed.kind === 'shell' ? deed.command : deed.kind === 'read' ? `cat -- '${deed.path}'` : `echo '${deed.question}'`
  return `text(await tools.exec_command({ cmd: ${JSON.stringify(command)} }))`
}

/** Null where the agent offers nothing that does it. */
export function callFor(deed: Deed, tools: readonly OfferedTool[], id: string): Call | null {
  const code = tools.find((tool) => tool.freeform && tool.name === 'exec')
  if (code) return { id, name: code.name, namespace: code.namespace, input: codeFor(deed) }
  const patch = tools.find((tool) => tool.name === 'apply_patch')
  const known = toolNames[deed.kind].flatMap((name) => tools.find((tool) => tool.name === name) ?? [])[0]
  if (known) return { id, name: known.name, namespace: known.namespace, input: argumentsFor(known, deed) }
  if (patch && (deed.kind === 'write' || deed.kind === 'edit')) {
    const text = patchOf(deed)
    return { id, name: patch.name, namespace: patch.namespace, input: patch.freeform ? text : { input: text } }
  }
  if (deed.kind === 'read') return callFor({ kind: 'shell', command: `cat -- '${deed.path}'` }, tools, id)
  return null
}
