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
  const connecting = Promise.withResolvers<Deck>()
  // Nobody may be waiting when the start fails.
  connecting.promise.catch(() => undefined)
  let ending: Promise<void> | null = null
  let server = null as WebServer | null
  let deck = null as Deck | null
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

  try {
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
      prepare: async () => {
        server = await openDoor(args, connecting.promise)
      },
    })
    if (started.kind === 'silent') {
      const who = started.pid === null ? 'Another process' : `Another process (${started.pid})`
      tell(`${who} has the data folder ${args.dataFolder} and does not answer. End it, or choose another with --data.`)
      return 1
    }
    if (started.kind === 'running') return await handOver(started.client, args)

    const { log } = started.deck
    deck = started.deck
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, quit)
    // A bug in one corner must not take the deck from the person; the log has it whole.
    process.on('uncaughtException', (error) => log.error('an error was not caught', error))
    process.on('unhandledRejection', (error) => log.error('a promise was rejected and nobody looked', error))
    connecting.resolve(started.deck)
    const address = server?.address ?? ''
    await started.deck.publish(address)
    announce(address)
    if (args.open && !(await openInBrowser(ticketAddress(address)))) tell('Open that address in a browser.')
    return null
  } catch (error) {
    connecting.reject(error)
    await end()
    throw error
  }
}

/** Opens the page's door before the deck is up; connections wait for it. Throws when the port cannot be had. */
async function openDoor(args: WebArguments, deck: Promise<Deck>): Promise<WebServer> {
  const identityPath = join(args.dataFolder, 'web.json')
  const identity = await loadIdentity(identityPath)
  const files = await openStaticFiles(fileURLToPath(new URL('../renderer', import.meta.url)))
  const common = {
    token: identity.token,
    files,
    ready: deck,
    connect: (port: Port) => void deck.then(({ app }) => app.connect(port)),
  }
  let made = await startWebServer({ ...common, port: args.port ?? identity.port })
  // The port of the last run is a wish, one that was asked for is not.
  if (!made.ok && args.port === null) made = await startWebServer({ ...common, port: 0 })
  if (!made.ok) throw new Error(made.error.message)
  await saveIdentity(identityPath, { token: identity.token, port: made.value.port })
  return made.value
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
