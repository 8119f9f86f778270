import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fail, succeed, type Result } from '@contract/result.ts'
import { dataFolderOf } from '../lib/data-folder.ts'

export interface WebArguments {
  /** Absolute. */
  folder: string | null
  /** Null: the last one, else any free one. */
  port: number | null
  /** Shows the page in a browser once the host listens. */
  open: boolean
  dataFolder: string
  /** Nobody sits in front of it: started by the command line or by a service. */
  headless: boolean
}

export const webUsage =
  'Usage: [folder] [--port N] [--no-open] [--data DIR] [--headless]\n' +
  '  folder      a repository to open\n' +
  '  --port N    listen on this port of 127.0.0.1\n' +
  '  --no-open   do not open a browser, print the address only\n' +
  '  --data DIR  keep everything in DIR (or QUARTERDECK_DATA)\n' +
  '  --headless  as --no-open, for a deck that nobody sits in front of\n'

/** Reads the web host's arguments; relative paths are relative to `cwd`. */
export function parseWebArguments(
  args: readonly string[],
  cwd: string,
  env: Record<string, string | undefined>,
): Result<WebArguments, 'bad-request'> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        open: { type: 'boolean', default: true },
        data: { type: 'string' },
        headless: { type: 'boolean', default: false },
      },
      allowNegative: true,
    })
    if (positionals.length > 1) return fail('bad-request', `One folder at most, not ${positionals.length}.`)
    const port = values.port === undefined ? null : Number(values.port)
    if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
      return fail('bad-request', `${values.port} is not a port (0 to 65535).`)
    }
    return succeed({
      folder: positionals[0] === undefined ? null : resolve(cwd, positionals[0]),
      port,
      open: values.open && !values.headless,
      dataFolder: dataFolderOf(values.data === undefined ? undefined : resolve(cwd, values.data), env),
      headless: values.headless,
    })
  } catch (error) {
    return fail('bad-request', error instanceof Error ? error.message : String(error))
  }
}
