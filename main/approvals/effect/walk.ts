/**
 * Walks a parsed shell script and lists what each command in it would do. Every branch is taken: what may happen counts.
 * Folders are tracked through `cd`; where the folder is not known, relative paths are not either.
 */
import {
  parse,
  type CommandNode,
  type PipelineNode,
  type Redirection,
  type Statement,
  type SyntaxNode,
  type Word,
} from 'unbash'
import { forEachChild } from 'unbash'
import { judgeProgram } from './commands.ts'
import type { Call, Operation } from './operation.ts'
import { runOthers } from './runners.ts'
import { copyShell, deeper, type Runner, type Shell } from './shell.ts'
import { expandWord, fieldText, literal, type Field } from './words.ts'

export interface WalkContext {
  home: string
  /** Of the agent, as far as it may be shown. */
  environment: Readonly<Record<string, string>>
  isFolder(path: string): Promise<boolean>
  join(folder: string, path: string): string
}

const maxDepth = 8
const maxOperations = 2000

export class Walk implements Runner {
  readonly operations: Operation[] = []
  readonly #context: WalkContext

  constructor(context: WalkContext) {
    this.#context = context
  }

  add(...operations: Operation[]): void {
    for (const operation of operations) {
      if (this.operations.length < maxOperations) this.operations.push(operation)
      else if (this.operations.length === maxOperations)
        this.operations.push({ kind: 'unforeseen', what: '…', why: 'syntax' })
    }
  }

  async script(text: string, shell: Shell): Promise<void> {
    if (shell.depth > maxDepth) return this.add({ kind: 'unforeseen', what: text.slice(0, 80), why: 'syntax' })
    const parsed = parse(text)
    if (parsed.errors && parsed.errors.length > 0)
      this.add({ kind: 'unforeseen', what: parsed.errors[0]?.message ?? text, why: 'syntax' })
    for (const statement of parsed.commands) await this.#statement(statement, shell)
  }

  fields(words: readonly Word[], shell: Shell): Field[] {
    const variables = {
      get: (name: string): string | null | undefined => {
        if (shell.variables.has(name)) return shell.variables.get(name)
        if (name === 'PWD') return shell.folders.length === 1 ? shell.folders[0] : null
        if (name === 'HOME') return this.#context.home
        return this.#context.environment[name]
      },
    }
    return words.flatMap((word) => expandWord(word, { variables, home: this.#context.home }))
  }

  async #statement(statement: Statement, shell: Shell): Promise<void> {
    const { command } = statement
    if (command.type === 'AndOr') {
      for (const part of command.commands) await this.#pipeline(part, shell)
    } else await this.#pipeline(command, statement.background ? copyShell(shell) : shell)
  }

  async #pipeline(node: PipelineNode, shell: Shell): Promise<void> {
    if (node.type !== 'Pipeline') return this.#command(node, shell, false, null)
    let fed: readonly Field[] | null = null
    for (const [index, command] of node.commands.entries()) {
      // Each part of a pipeline is a shell of its own.
      const own = node.commands.length > 1 ? copyShell(shell) : shell
      await this.#command(command, own, index > 0, fed)
      fed = this.#printed(command, own)
    }
  }

  /** What a plain `echo` or `printf` prints, so that `echo a b | xargs rm` is foreseen. */
  #printed(node: CommandNode, shell: Shell): Field[] | null {
    if (node.type !== 'Command' || node.redirects.length > 0) return null
    const name = node.name?.value
    if (name !== 'echo' && name !== 'printf') return null
    const fields = this.fields(
      node.args.filter((arg): arg is Word => arg.type === 'Word'),
      shell,
    )
    if (name === 'echo') return fields.filter((field) => !/^-[neE]+$/.test(fieldText(field)))
    const format = literal(fields[0])
    return format !== null && /^(%s(\\n|\\0|\s)?)+$/.test(format)
      ? fields.slice(1)
      : fields.length === 1
        ? fields
        : null
  }

  async #command(node: SyntaxNode, shell: Shell, piped: boolean, fed: readonly Field[] | null): Promise<void> {
    switch (node.type) {
      case 'Command':
        return this.#simple(node, shell, piped, fed)
      case 'Redirected':
        await this.#redirects(node.redirects, shell)
        return this.#command(node.command, shell, piped, fed)
      case 'Subshell':
        return this.#list(node.body.commands, copyShell(shell))
      case 'BraceGroup':
        return this.#list(node.body.commands, shell)
      case 'CompoundList':
        return this.#list(node.commands, shell)
      case 'If':
        for (const list of [node.clause, node.then, ...node.elif.flatMap((one) => [one.clause, one.then]), node.else]) {
          if (list) await this.#list(list.commands, shell)
        }
        return undefined
      case 'While':
        await this.#list(node.clause.commands, shell)
        return this.#list(node.body.commands, shell)
      case 'Case':
        await this.#substitutions(node.word, shell)
        for (const item of node.items) await this.#list(item.body.commands, shell)
        return undefined
      case 'For':
      case 'Select': {
        const words = node.wordlist ?? []
        for (const word of words) await this.#substitutions(word, shell)
        const values = this.fields(words, shell).map(literal)
        const known =
          node.type === 'For' && values.length > 0 && values.length <= 64 && values.every((value) => value !== null)
        for (const value of known ? values : [null]) {
          shell.variables.set(node.name.value, value)
          await this.#list(node.body.commands, shell)
        }
        return undefined
      }
      case 'ArithmeticFor':
        return this.#list(node.body.commands, shell)
      case 'Function':
        shell.functions.set(node.name.value, node.body)
        return undefined
      case 'Coproc':
        return this.#command(node.body, copyShell(shell), piped, fed)
      case 'TestCommand':
      case 'ArithmeticCommand':
        return this.#substitutions(node, shell)
      case 'Pipeline':
        return this.#pipeline(node, shell)
      default:
        return this.add({ kind: 'unforeseen', what: node.type, why: 'syntax' })
    }
  }

  async #list(statements: readonly Statement[], shell: Shell): Promise<void> {
    for (const statement of statements) await this.#statement(statement, shell)
  }

  /** Commands in `$(…)`, backquotes and `<(…)` run too, wherever they stand. */
  async #substitutions(node: SyntaxNode, shell: Shell): Promise<void> {
    const scripts: { commands: readonly Statement[] }[] = []
    const visit = (child: SyntaxNode): void => {
      if (child.type === 'Script') scripts.push(child)
      else forEachChild(child, visit)
    }
    forEachChild(node, visit)
    for (const script of scripts) await this.#list(script.commands, copyShell(shell))
  }

  async #redirects(redirects: readonly Redirection[], shell: Shell): Promise<void> {
    for (const redirect of redirects) {
      await this.#substitutions(redirect, shell)
      if (redirect.type !== 'Redirect' || !redirect.target) continue
      const targets = this.fields([redirect.target], shell)
      for (const target of targets) {
        const text = fieldText(target)
        if (/^(\d+-?|-)$/.test(text) && redirect.operator.includes('&')) continue
        if (/^\/dev\/(tcp|udp)\//.test(text)) this.add({ kind: 'send', what: text, force: true })
        else
          this.add({
            kind: redirect.operator === '<' ? 'read' : 'write',
            target,
            folders: shell.folders,
            follows: true,
          })
      }
    }
  }

  async #simple(
    node: Extract<CommandNode, { type: 'Command' }>,
    shell: Shell,
    piped: boolean,
    fed: readonly Field[] | null,
  ): Promise<void> {
    await this.#substitutions(node, shell)
    await this.#redirects(node.redirects, shell)
    for (const prefix of node.prefix) {
      if (prefix.type !== 'Assignment') continue
      if (
        /^(PATH|LD_PRELOAD|LD_LIBRARY_PATH|BASH_ENV|ENV|IFS|GIT_\w+|NODE_OPTIONS|PYTHONSTARTUP|PROMPT_COMMAND)$/.test(
          prefix.name,
        )
      )
        this.add({ kind: 'unforeseen', what: prefix.text, why: 'variable' })
      if (node.name) continue
      const value = prefix.value.type === 'Word' && !prefix.append ? this.fields([prefix.value], shell) : []
      shell.variables.set(prefix.name, value.length === 1 ? literal(value[0]) : null)
    }
    if (!node.name) return
    const words: Word[] = [node.name]
    for (const arg of node.args) {
      if (arg.type === 'Word') words.push(arg)
      else {
        // `export X=1`, `local X=…`
        const value = arg.value.type === 'Word' ? this.fields([arg.value], shell) : []
        shell.variables.set(arg.name, value.length === 1 && !arg.append ? literal(value[0]) : null)
      }
    }
    const fields = this.fields(words, shell)
    const hereText = hereDocument(node.redirects)
    const [name, ...args] = fields
    if (!name) return
    const text = fields.map((field) => field.source).join(' ')
    await this.call(name, args, shell, { piped: piped || hereText !== undefined, fed, text, hereText })
  }

  /** One program with its arguments, wherever the words came from. */
  async call(
    name: Field,
    args: readonly Field[],
    shell: Shell,
    how: { piped: boolean; fed: readonly Field[] | null; text: string; hereText?: string | null },
  ): Promise<void> {
    const program = literal(name)
    if (program === null) return this.add({ kind: 'unforeseen', what: how.text, why: name.unknown ?? 'variable' })
    const call: Call = {
      name: program,
      args,
      folders: [...shell.folders],
      text: how.text,
      piped: how.piped,
      fed: how.fed,
    }
    if (/[^\x20-\x7e]/.test(program)) return this.add({ kind: 'unforeseen', what: how.text, why: 'program' })
    if (program === 'cd' || program === 'pushd') return this.#changeFolder(args, shell)
    if (program === 'popd') {
      shell.folders = []
      return undefined
    }
    if (program === 'read' || program === 'mapfile' || program === 'readarray') {
      for (const field of args) shell.variables.set(fieldText(field), null)
      return undefined
    }
    if (program === 'alias') return this.add({ kind: 'unforeseen', what: how.text, why: 'alias' })
    if (program === 'trap') {
      const action = literal(args[0])
      if (args.length < 2 || action === '-' || action === '') return undefined
      return action === null
        ? this.add({ kind: 'unforeseen', what: how.text, why: 'eval' })
        : this.script(action, deeper(copyShell(shell)))
    }
    const body = shell.functions.get(program)
    if (body) {
      if (shell.depth > maxDepth) return this.add({ kind: 'unforeseen', what: how.text, why: 'syntax' })
      const inner = deeper(shell)
      for (const [index, field] of args.entries()) inner.variables.set(String(index + 1), literal(field))
      return this.#command(body, inner, how.piped, how.fed)
    }
    if (await runOthers(this, call, shell, how.hereText)) return undefined
    this.add(...judgeProgram(call))
    return undefined
  }

  async #changeFolder(args: readonly Field[], shell: Shell): Promise<void> {
    const operand = args.find((field) => !/^-[LPe@]*$/.test(fieldText(field)) || fieldText(field) === '-')
    const path = operand === undefined ? this.#context.home : literal(operand)
    if (path === null || path === '-') {
      shell.folders = []
      return
    }
    const next = new Set<string>()
    for (const folder of shell.folders) {
      const target = this.#context.join(folder, path)
      next.add(target)
      // A `cd` that fails leaves the shell where it was, and what follows runs there.
      if (!(await this.#context.isFolder(target))) next.add(folder)
    }
    if (shell.folders.length === 0 && path.startsWith('/')) next.add(path)
    shell.folders = [...next].slice(0, 16)
  }
}

/** Text of a here-document or here-string on standard input; null where it is not known; undefined where there is none. */
function hereDocument(redirects: readonly Redirection[]): string | null | undefined {
  for (const redirect of redirects) {
    if (redirect.type === 'HereDoc') {
      const quoted = redirect.delimiter?.quoted ?? false
      return quoted || !/[$`]/.test(redirect.body.text) ? redirect.body.text : null
    }
    if (redirect.type === 'HereString')
      return redirect.target && !/[$`]/.test(redirect.target.text) ? redirect.target.value : null
  }
  return undefined
}

/** A whole command line, begun in `folder`. */
export async function walkCommand(command: string, folder: string, context: WalkContext): Promise<Operation[]> {
  const walk = new Walk(context)
  await walk.script(command, { folders: [folder], variables: new Map(), functions: new Map(), depth: 0 })
  return walk.operations
}
