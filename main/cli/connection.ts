import { spawn } from 'node:child_process'
import { mkdir, open, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Event, ParamsIn, StreamName } from '@contract/api.ts'
import type { Client } from '@contract/client.ts'
import { fail, type Failure, type Result } from '@contract/result.ts'
import { makePrivateFolder } from '../lib/data-folder.ts'
import { connectDeck, waitForDeck } from '../rpc/deck-connect.ts'
import { CommandFailed } from './outcome.ts'

const startDeadlineMs = 60_000

/** The running deck of a data folder, or a headless one started for it. `tell` gets a line when one is started. */
export async function reachDeck(
  dataFolder: string,
  tell: (text: string) => void,
): Promise<Result<Client, 'connection-lost'>> {
  const running = await connectDeck(dataFolder)
  if (running) return { ok: true, value: running }
  tell('No deck runs on this data folder; starting one without a window.')
  await makePrivateFolder(dataFolder)
  const logs = join(dataFolder, 'logs')
  await mkdir(logs, { recursive: true })
  const logPath = join(logs, 'headless.log')
  const log = await open(logPath, 'w', 0o600)
  const host = fileURLToPath(new URL('./web.js', import.meta.url))
  const child = spawn(process.execPath, [host, '--headless', '--no-open', '--data', dataFolder], {
    // Nobody's folder is held by a process that lives on.
    cwd: homedir(),
    detached: true,
    stdio: ['ignore', 'ignore', log.fd],
    windowsHide: true,
  })
  let failed = false
  // Status 0 means that another deck was quicker: that one answers.
  child.once('exit', (code) => (failed = code !== 0))
  child.once('error', () => (failed = true))
  child.unref()
  const client = await waitForDeck(dataFolder, startDeadlineMs, () => failed)
  await log.close()
  if (client) return { ok: true, value: client }
  const said = (await readFile(logPath, 'utf8').catch(() => '')).trim().slice(-2000)
  return fail('connection-lost', `No deck could be started${said === '' ? `; see ${logPath}` : `: ${said}`}`)
}

/** Looks at a stream until `judge` gives something other than `undefined`, and closes it. A stream that ends, and a lost connection, end the command. */
export function watchStream<N extends StreamName, T>(
  client: Client,
  name: N,
  params: ParamsIn<N>,
  judge: (event: Event<N>) => T | undefined,
  timeout?: { ms: number; failure: () => Failure },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      clearTimeout(timer)
      forget()
      stream.close()
      act()
    }
    const refuse = (failure: Failure): void => finish(() => reject(new CommandFailed(failure)))
    const timer = timeout ? setTimeout(() => refuse(timeout.failure()), timeout.ms) : undefined
    const forget = client.onState((state) => {
      if (state !== 'open') refuse({ code: 'connection-lost', message: 'The deck went away.' })
    })
    const stream = client.open(name, params, {
      event: (value) => {
        try {
          const found = judge(value)
          if (found !== undefined) finish(() => resolve(found))
        } catch (error) {
          finish(() => reject(error instanceof Error ? error : new Error(String(error))))
        }
      },
      end: (error) => refuse(error ?? { code: 'internal', message: `${name} ended without a word.` }),
    })
  })
}

/** The whole state that a stream begins with. */
export function firstEvent<N extends StreamName>(client: Client, name: N, params: ParamsIn<N>): Promise<Event<N>> {
  return watchStream(client, name, params, (event) => event)
}
