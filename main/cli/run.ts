/** One call of the command line, from its arguments to its exit status. Everything it touches is handed in. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { fail, succeed, type Result } from '@contract/result.ts'
import { dataFolderOf } from '../lib/data-folder.ts'
import { connectDeck } from '../rpc/deck-connect.ts'
import type { Command, OptionValues } from './command.ts'
import { reachDeck } from './connection.ts'
import { CommandFailed, exitCodeOf, exitCodes, type CliFailure, type CommandResult } from './outcome.ts'
import { repositoryCommands } from './repository-commands.ts'
import { reviewCommands } from './review-commands.ts'
import { sessionCommands } from './session-commands.ts'
import { startCommands } from './session-start.ts'

/** Order of the help text. */
const order = ['repository', 'session', 'worktree', 'diff', 'approve', 'land', 'discard', 'status', 'quit']

export const commands: readonly Command[] = [
  ...repositoryCommands,
  ...startCommands,
  ...sessionCommands,
  ...reviewCommands,
].toSorted((a, b) => order.indexOf(a.words[0] ?? '') - order.indexOf(b.words[0] ?? ''))

const globalOptions: ParseArgsOptionsConfig = {
  data: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
}

export interface CliSurroundings {
  cwd: string
  env: Record<string, string | undefined>
  version: string
  /** Standard output: results. */
  print(text: string | Uint8Array): void
  /** Standard error: a line for people. */
  tell(text: string): void
  readStdin(): Promise<string>
}

export function helpText(): string {
  const lines = commands.map((command) => {
    const words = command.words.join(' ')
    return `  ${words}${command.usage === '' ? '' : ` ${command.usage}`}\n      ${command.about}`
  })
  return (
    'Usage: quarterdeck [--data DIR] [--json] COMMAND\n' +
    'Speaks to the running deck, and starts one without a window where none runs. Ids may be shortened.\n\n' +
    `${lines.join('\n')}\n\n` +
    'Exit status: 0 done, 1 unexpected failure, 2 wrong usage, 3 refused, 4 not found, 5 timed out.\n'
  )
}

interface Parsed {
  command: Command
  positionals: string[]
  values: OptionValues
}

/** The command whose words stand first among the arguments that are no options. */
function parseCommand(args: readonly string[]): Result<Parsed, 'bad-request'> {
  const loose = parseArgs({
    args: [...args],
    options: globalOptions,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const words = loose.tokens.filter((token) => token.kind === 'positional').map((token) => token.value)
  const command = commands
    .filter((one) => one.words.every((word, index) => words[index] === word))
    .toSorted((a, b) => b.words.length - a.words.length)[0]
  if (!command) {
    const typed = words.slice(0, 2).join(' ')
    return fail('bad-request', typed === '' ? 'No command was given.' : `There is no command ${typed}.`)
  }
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...globalOptions, ...command.options },
      allowPositionals: true,
    })
    const rest = positionals.slice(command.words.length)
    const [fewest, most] = command.arity
    if (rest.length < fewest || rest.length > most) {
      return fail('bad-request', `Usage: quarterdeck ${command.words.join(' ')} ${command.usage}`)
    }
    return succeed({ command, positionals: rest, values: values as OptionValues })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return fail('bad-request', `${why}\nUsage: quarterdeck ${command.words.join(' ')} ${command.usage}`)
  }
}

/** Runs one command and gives its exit status. */
export async function runCli(args: readonly string[], surroundings: CliSurroundings): Promise<number> {
  const { print, tell } = surroundings
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  const asJson = own.includes('--json')
  const refuse = (failure: CliFailure): number => {
    const { more, ...error } = failure
    if (asJson) print(`${JSON.stringify({ error, ...more })}\n`)
    const paths = failure.paths?.map((path) => `\n  ${path}`).join('') ?? ''
    tell(`quarterdeck: ${failure.message}${paths}`)
    return exitCodeOf(failure.code)
  }
  if (own.includes('--version')) {
    print(asJson ? `${JSON.stringify({ version: surroundings.version })}\n` : `${surroundings.version}\n`)
    return exitCodes.done
  }
  if (own.includes('--help') || own.includes('-h') || args[0] === 'help') {
    print(asJson ? `${JSON.stringify({ help: helpText() })}\n` : helpText())
    return exitCodes.done
  }
  const parsed = parseCommand(args)
  if (!parsed.ok) return refuse(parsed.error)
  const { command, positionals, values } = parsed.value
  const data = typeof values['data'] === 'string' ? values['data'] : undefined
  const dataFolder = dataFolderOf(data, surroundings.env)

  const result = await runCommand(command, positionals, values, dataFolder, surroundings)
  if (!result.ok) return refuse(result.error)
  if (asJson) print(`${JSON.stringify(result.value.json)}\n`)
  else {
    const { text } = result.value
    if (typeof text !== 'string' || text.endsWith('\n')) print(text)
    else if (text !== '') print(`${text}\n`)
  }
  return exitCodes.done
}

async function runCommand(
  command: Command,
  positionals: string[],
  values: OptionValues,
  dataFolder: string,
  { cwd, tell, readStdin }: CliSurroundings,
): Promise<CommandResult> {
  const quitting = command.words[0] === 'quit'
  let client
  if (quitting) {
    client = await connectDeck(dataFolder)
    if (!client) return { ok: true, value: { json: { quit: { running: false } }, text: 'No deck runs.' } }
  } else {
    const reached = await reachDeck(dataFolder, tell)
    if (!reached.ok) return reached
    client = reached.value
  }
  try {
    return await command.run({ client, cwd, dataFolder, positionals, values, tell, readStdin })
  } catch (error) {
    if (error instanceof CommandFailed) return { ok: false, error: error.failure }
    throw error
  } finally {
    client.dispose()
  }
}
