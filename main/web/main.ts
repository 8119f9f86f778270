/** Entry of the web host: the whole program in plain Node, its page in a browser tab. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from '@contract/client.ts'
import type { Port } from '@contract/wire.ts'
import { startDeck, version, type Deck } from '../deck.ts'
import { parseWebArguments, webUsage, type WebArguments } from './arguments.ts'
import { openInBrowser } from './browser.ts'
import { loadIdentity, saveIdentity, ticketAddress } from './guard.ts'
import { startWebServer, type WebServer } from './server.ts'
import { openStaticFiles } from './static-files.ts'

/** The one line on standard output; scripts and tests read it. */
function announce(address: string): void {
  process.stdout.write(`Quarterdeck is at ${address}\n`)
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

async function run(args: WebArguments): Promise<number | null> {
  let ending: Promise<void> | null = null
  let server: WebServer | null = null
  let deck: Deck | null = null
  const end = (): Promise<void> => {
    const close = async (): Promise<void> => {
      await server?.close()
      await deck?.dispose()
    }
    return (ending ??= close())
  }
  const quit = (): void => {
    void end().then(
      () => process.exit(0),
      (error: unknown) => {
        deck?.log.error('the end went wrong', error)
        process.exit(1)
      },
    )
  }

  const started = await startDeck({
    dataFolder: args.dataFolder,
    folder: args.folder,
    execPath: process.execPath,
    capabilities: {
      nativeFolderPicker: false,
      nativeMenu: false,
      keyModifier: 'alt',
      openExternal: false,
      systemNotifications: false,
    },
    hostActions: {
      // A moment later, so that the answer to the request is on its way.
      quit: () => void setTimeout(quit, 50),
      address: () => server?.address ?? null,
    },
    tell,
  })
  if (started.kind === 'silent') {
    const who = started.pid === null ? 'Another process' : `Another process (${started.pid})`
    tell(`${who} has the data folder ${args.dataFolder} and does not answer. End it, or choose another with --data.`)
    return 1
  }
  if (started.kind === 'running') return handOver(started.client, args)

  const running = started.deck
  deck = running
  const { log } = running
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, quit)
  // A bug in one corner must not take the deck from the person; the log has it whole.
  process.on('uncaughtException', (error) => log.error('an error was not caught', error))
  process.on('unhandledRejection', (error) => log.error('a promise was rejected and nobody looked', error))

  try {
    return await serveDeck(running, args, (made) => (server = made))
  } catch (error) {
    await end()
    throw error
  }
}

/** A second start on one data folder: says where the first is, and has it open the folder. */
async function handOver(client: Client, args: WebArguments): Promise<number> {
  if (args.folder !== null) {
    const opened = await client.call('repository.open', { path: args.folder })
    if (!opened.ok) tell(`${args.folder} could not be opened: ${opened.error.message}`)
  }
  const status = await client.call('host.status', {})
  client.dispose()
  if (!status.ok) {
    tell(`Quarterdeck runs already and did not say where: ${status.error.message}`)
    return 1
  }
  const { address, pid } = status.value
  if (address === null) {
    tell(`Quarterdeck runs already as the desktop program (${pid}).`)
    return 0
  }
  announce(address)
  if (args.open) await openInBrowser(ticketAddress(address))
  return 0
}

/** Opens the door and says where it is; an exit code when that cannot be. */
async function serveDeck(deck: Deck, args: WebArguments, opened: (server: WebServer) => void): Promise<number | null> {
  const identityPath = join(args.dataFolder, 'web.json')
  const identity = await loadIdentity(identityPath)
  const files = await openStaticFiles(fileURLToPath(new URL('../renderer', import.meta.url)))
  const common = { token: identity.token, files, connect: (port: Port) => deck.app.connect(port) }
  let made = await startWebServer({ ...common, port: args.port ?? identity.port })
  // The port of the last run is a wish, one that was asked for is not.
  if (!made.ok && args.port === null) made = await startWebServer({ ...common, port: 0 })
  if (!made.ok) {
    tell(made.error.message)
    await deck.dispose()
    return 1
  }
  const server = made.value
  opened(server)
  await saveIdentity(identityPath, { token: identity.token, port: server.port })
  await deck.publish(server.address)
  announce(server.address)
  if (args.open && !(await openInBrowser(ticketAddress(server.address)))) tell('Open that address in a browser.')
  return null
}

const argv = process.argv.slice(2)
if (argv.includes('--help')) {
  tell(webUsage)
  process.exit(0)
}
if (argv.includes('--version')) {
  process.stdout.write(`${version}\n`)
  process.exit(0)
}
const parsed = parseWebArguments(argv, process.cwd(), process.env)
if (!parsed.ok) {
  tell(`${parsed.error.message}\n${webUsage}`)
  process.exit(2)
}
run(parsed.value).then(
  (code) => {
    if (code !== null) process.exit(code)
  },
  (error: unknown) => {
    tell(error instanceof Error ? error.message : String(error))
    process.exit(1)
  },
)
