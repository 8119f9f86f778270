import { lstat } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { createClient, type Client } from '@contract/client.ts'
import type { Port } from '@contract/wire.ts'
import { checkPrivateFolder, socketPathOf } from '../lib/data-folder.ts'
import { createSocketPort } from './socket-port.ts'

/** Opens one connection to the deck that runs on this data folder. Rejects when none answers. */
export async function connectDeckPort(dataFolder: string): Promise<Port> {
  const { path, folder } = socketPathOf(dataFolder, 'deck')
  if (folder) {
    await lstat(path)
    await checkPrivateFolder(folder)
  }
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.removeListener('error', reject)
      resolve(createSocketPort(socket))
    })
  })
}

/** A client over one port that is open already; it does not connect again. */
export function createClientOfPort(port: Port): Client {
  return createClient({
    connect: () => Promise.resolve(port),
    build: '',
    retryDelaysMs: [],
    later: (delayMs, run) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
  })
}

/** A client of the running deck, or `null` when none answers. It does not connect again by itself. */
export async function connectDeck(dataFolder: string): Promise<Client | null> {
  let port: Port
  try {
    port = await connectDeckPort(dataFolder)
  } catch {
    return null // no socket, a stale one, or not ours: no deck to talk to
  }
  const client = createClientOfPort(port)
  const answered = await new Promise<boolean>((resolve) => {
    const judge = (): void => {
      if (client.state === 'open') resolve(true)
      else if (client.state !== 'connecting') resolve(false)
    }
    client.onState(judge)
    judge()
  })
  if (answered) return client
  client.dispose()
  return null
}

/** Waits until a deck answers on this data folder; `null` after `deadlineMs`, or as soon as `givenUp` says so. */
export async function waitForDeck(
  dataFolder: string,
  deadlineMs: number,
  givenUp: () => boolean = () => false,
): Promise<Client | null> {
  const end = Date.now() + deadlineMs
  for (;;) {
    const client = await connectDeck(dataFolder)
    if (client) return client
    if (Date.now() >= end || givenUp()) return null
    // A socket that does not exist yet sends no event: look again.
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
