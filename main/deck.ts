/**
 * What the hosts have in common: one deck on one data folder, with its app and its local socket.
 * A host adds a way for a page to reach it and a way to end it.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from '@contract/client.ts'
import type { Capabilities } from '@contract/host.ts'
import packageJson from '../package.json' with { type: 'json' }
import { createApp, type App, type HostActions } from './app.ts'
import { createFileLog, type Log } from './lib/log.ts'
import { claimDeck, readDeckFile, type DeckClaim, type DeckFile } from './rpc/deck-claim.ts'
import { connectDeck, createClientOfPort } from './rpc/deck-connect.ts'
import { createPortPair } from './rpc/memory-port.ts'

declare const __BUILD__: string

export const version: string = packageJson.version
export const build: string = __BUILD__

export interface DeckOptions {
  dataFolder: string
  /** A repository to open, absolute; when that fails the deck says so and runs on. */
  folder: string | null
  /** Program that runs the pty host: Node, or Electron as Node. */
  execPath: string
  capabilities: Capabilities
  hostActions: HostActions
  /** Takes a line for people while it starts. */
  tell(text: string): void
  /** Runs once the data folder is ours, before anything is started on it: a host opens its door here. A throw ends the start. */
  prepare?(): Promise<void>
}

export interface Deck {
  app: App
  log: Log
  /** The host's own way into the contract. */
  client: Client
  /** Opens the deck to the command line and to second starts, and tells them where the page is. */
  publish(address: string | null): Promise<void>
  /** Ends the deck; agents go on in the pty host. Idempotent. */
  dispose(): Promise<void>
}

export type DeckStart =
  | { kind: 'started'; deck: Deck }
  /** Another process has the data folder; `client` speaks to it, `file` is its note about itself. */
  | { kind: 'running'; client: Client; file: DeckFile | null }
  /** Another process has the data folder and does not answer. */
  | { kind: 'silent'; pid: number | null }

/** How long a deck that is just starting may take until it answers, and one that is asked to end until it has. */
const answerDeadlineMs = 15_000

/**
 * Starts the deck of a data folder, or finds the one that runs. A web host of another build is replaced: the files of its
 * page are no longer there. Throws when the data folder cannot be used.
 */
export async function startDeck(options: DeckOptions): Promise<DeckStart> {
  const { dataFolder } = options
  let found = await claimOrFind(dataFolder)
  if (found.kind === 'running' && found.file && found.file.address !== null && found.file.build !== build) {
    options.tell('A deck of another build runs; this one takes its place. Its agents go on.')
    await found.client.call('host.quit', { agents: 'keep' })
    await untilLost(found.client)
    found = await claimOrFind(dataFolder)
  }
  if (found.kind !== 'claimed') return found
  const { claim } = found
  const log = createFileLog(join(dataFolder, 'logs', 'deck.log'))
  let app: App
  try {
    await options.prepare?.()
    app = await createApp({
      dataFolder,
      hostScript: fileURLToPath(new URL('./pty-host.js', import.meta.url)).replace(
        /([\\/])app\.asar([\\/])/,
        '$1app.asar.unpacked$2',
      ),
      execPath: options.execPath,
      capabilities: options.capabilities,
      build,
      version,
      log,
      hostActions: options.hostActions,
    })
  } catch (error) {
    log.error('the deck did not start', error)
    await claim.release()
    throw error
  }
  const [inner, outer] = createPortPair()
  app.connect(inner)
  const client = createClientOfPort(outer)
  let disposed: Promise<void> | null = null
  const dispose = async (): Promise<void> => {
    client.dispose()
    try {
      await app.dispose()
    } finally {
      await claim.release()
    }
  }
  if (options.folder !== null) {
    const folder = options.folder
    void client.call('repository.open', { path: folder }).then((opened) => {
      if (opened.ok) return
      log.warn('the folder could not be opened', { folder, code: opened.error.code })
      app.addProblem(`${folder} could not be opened: ${opened.error.message}`)
    })
  }
  log.info('the deck is up', { pid: process.pid, version, build })
  return {
    kind: 'started',
    deck: {
      app,
      log,
      client,
      publish: async (address) => {
        await claim.publish({ address, build, version })
        await claim.listen((port) => app.connect(port))
      },
      dispose: () => (disposed ??= dispose()),
    },
  }
}

type Found = Exclude<DeckStart, { kind: 'started' }> | { kind: 'claimed'; claim: DeckClaim }

/** Claims the folder, or finds who has it. One that just begins answers in a moment; one that just ends lets go in a moment. */
async function claimOrFind(dataFolder: string): Promise<Found> {
  const end = Date.now() + answerDeadlineMs
  for (;;) {
    const claim = await claimDeck(dataFolder)
    if (claim) return { kind: 'claimed', claim }
    const client = await connectDeck(dataFolder)
    const file = await readDeckFile(dataFolder)
    if (client) return { kind: 'running', client, file }
    if (Date.now() > end) return { kind: 'silent', pid: file?.pid ?? null }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Resolves when the other side is gone, or when it takes too long. */
function untilLost(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      client.dispose()
      resolve()
    }
    const timer = setTimeout(finish, answerDeadlineMs)
    const forget = client.onState((state) => {
      if (state === 'open' || state === 'closed') return
      forget()
      finish()
    })
  })
}
