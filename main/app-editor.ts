/** Opens a file in the person's editor. Arguments as a list, never a shell line. */
import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { findProgram } from './agents/find.ts'

export interface EditorTarget {
  path: string
  line: number | undefined
  column: number | undefined
}

type ArgsOf = (target: EditorTarget) => string[]

const gotoArgs: ArgsOf = ({ path, line, column }) =>
  line === undefined ? [path] : ['--goto', `${path}:${line}:${column ?? 1}`]
const colonArgs: ArgsOf = ({ path, line, column }) => [line === undefined ? path : `${path}:${line}:${column ?? 1}`]
const lineOption: ArgsOf = ({ path, line }) => (line === undefined ? [path] : ['--line', String(line), path])
const plusArgs: ArgsOf = ({ path, line }) => (line === undefined ? [path] : [`+${line}`, path])

/** Editors with a window of their own, and how each takes a line. Those that need a terminal would open unseen. */
const known: Record<string, ArgsOf> = {
  code: gotoArgs,
  'code-insiders': gotoArgs,
  codium: gotoArgs,
  cursor: gotoArgs,
  windsurf: gotoArgs,
  zed: colonArgs,
  zeditor: colonArgs,
  subl: colonArgs,
  idea: lineOption,
  webstorm: lineOption,
  pycharm: lineOption,
  goland: lineOption,
  clion: lineOption,
  rubymine: lineOption,
  phpstorm: lineOption,
  gvim: plusArgs,
  mvim: plusArgs,
  gedit: plusArgs,
  kate: lineOption,
}
const lookedFor = ['code', 'cursor', 'zed', 'zeditor', 'subl', 'windsurf', 'codium']

/** Fills `{path}`, `{line}`, `{column}`; a command that names no path gets it at the end. Pure. */
export function fillEditorCommand(command: readonly string[], target: EditorTarget): string[] {
  const filled = command.map((part) =>
    part
      .replaceAll('{line}', String(target.line ?? 1))
      .replaceAll('{column}', String(target.column ?? 1))
      .replaceAll('{path}', () => target.path),
  )
  return command.some((part) => part.includes('{path}')) ? filled : [...filled, target.path]
}

function start(file: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { detached: true, stdio: 'ignore', windowsHide: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}

/** Name of the editor that was started, or null when none could be. */
export async function openInEditor(
  target: EditorTarget,
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | null> {
  const [chosen, ...rest] = command
  if (chosen !== undefined) {
    const args = fillEditorCommand(rest, target)
    return (await start(chosen, args)) ? basename(chosen) : null
  }
  for (const wanted of [env['VISUAL'], env['EDITOR']]) {
    const parts = wanted?.trim().split(/\s+/) ?? []
    const [program, ...given] = parts
    const name = program ? basename(program).replace(/\.exe$/i, '') : ''
    const argsOf = known[name]
    if (!program || !argsOf) continue
    // `--wait` is for programs that read the file back; we do not.
    const args = [...given.filter((each) => each !== '--wait' && each !== '-w'), ...argsOf(target)]
    if (await start(program, args)) return name
  }
  for (const name of lookedFor) {
    const program = await findProgram(name, env)
    const argsOf = known[name]
    if (program && argsOf && (await start(program, argsOf(target)))) return name
  }
  const opener = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer.exe' : 'xdg-open'
  const program = process.platform === 'linux' ? await findProgram(opener, env) : opener
  return program && (await start(program, [target.path])) ? opener : null
}
