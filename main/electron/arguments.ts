import { resolve } from 'node:path'
import { dataFolderOf } from '../lib/data-folder.ts'
import type { ShellOptions } from './shell.ts'

/**
 * What the desktop program was started with. Switches of Chromium may stand among ours, and a system that opens the
 * program by itself adds its own: what is not ours is passed over.
 */
export function readShellArguments(
  argv: readonly string[],
  packaged: boolean,
  cwd: string,
  env: Record<string, string | undefined>,
): ShellOptions {
  // Unpackaged: electron, the folder of the program, then ours.
  const args = argv.slice(packaged ? 1 : 2)
  let data: string | undefined
  let folder: string | null = null
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    if (arg === '--data') data = args[++index]
    else if (arg.startsWith('--data=')) data = arg.slice('--data='.length)
    else if (!arg.startsWith('-') && arg !== '') folder ??= resolve(cwd, arg)
  }
  return { dataFolder: dataFolderOf(data === undefined ? undefined : resolve(cwd, data), env), folder }
}
