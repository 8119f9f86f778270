/**
 * One deck per data folder. The holder is whoever has the lock on `deck.lock`: the system lets go of it when the
 * process ends, however it ends, so there is nothing stale to judge. node:sqlite is Node's only door to such a lock.
 */
import { readFile, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import type { Port } from '@contract/wire.ts'
import { checkPrivateFolder, makePrivateFolder, socketPathOf } from '../lib/data-folder.ts'
import { createSocketPort } from './socket-port.ts'

const deckFile = z.object({
  pid: z.int(),
  address: z.string().nullable(),
  build: z.string(),
  version: z.string(),
  startedAt: z.string(),
})
/** What `deck.json` in the data folder tells of the running deck. */
export type DeckFile = z.infer<typeof deckFile>

/** The note of the deck that runs, or ran, on a data folder; `null` where there is none that can be read. */
export async function readDeckFile(dataFolder: string): Promise<DeckFile | null> {
  try {
    const parsed = deckFile.safeParse(JSON.parse(await readFile(join(dataFolder, 'deck.json'), 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null // a deck that has not come so far has not written it
  }
}

export interface DeckClaim {
  /** Serves every connection to the deck's local socket from now on, one port each. */
  listen(connect: (port: Port) => void): Promise<void>
  /** Writes `deck.json` (0600). */
  publish(facts: Omit<DeckFile, 'pid' | 'startedAt'>): Promise<void>
  /** Closes the socket and every connection, removes `deck.json`, gives the data folder free. Idempotent. */
  release(): Promise<void>
}

/** Makes the data folder and claims it; `null` when another process has it. Throws when the folder cannot be used at all. */
export async function claimDeck(dataFolder: string): Promise<DeckClaim | null> {
  await makePrivateFolder(dataFolder)
  const lock = takeLock(join(dataFolder, 'deck.lock'))
  if (!lock) return null
  const filePath = join(dataFolder, 'deck.json')
  const connections = new Set<Socket>()
  let server: Server | null = null
  let released: Promise<void> | null = null

  const release = async (): Promise<void> => {
    const listening = server
    server = null
    if (listening) {
      const closed = new Promise<void>((resolve) => listening.close(() => resolve()))
      for (const socket of connections) socket.destroySoon()
      // A caller that does not read its last answer must not hold up the end.
      const timer = setTimeout(() => {
        for (const socket of connections) socket.destroy()
      }, 500)
      await closed
      clearTimeout(timer)
    }
    await rm(filePath, { force: true })
    lock.close()
  }

  return {
    listen: async (connect) => {
      const { path, folder } = socketPathOf(dataFolder, 'deck')
      if (folder) {
        await makePrivateFolder(folder)
        await checkPrivateFolder(folder)
        // Only the holder of the lock gets here: what stands there belongs to nobody.
        await rm(path, { force: true })
      }
      const made = createServer((socket) => {
        connections.add(socket)
        socket.once('close', () => connections.delete(socket))
        connect(createSocketPort(socket))
      })
      const before = process.platform === 'win32' ? null : process.umask(0o177)
      try {
        await new Promise<void>((resolve, reject) => {
          made.once('error', reject)
          made.listen(path, () => resolve())
        })
      } finally {
        if (before !== null) process.umask(before)
      }
      server = made
    },
    publish: (facts) => {
      const file: DeckFile = { pid: process.pid, startedAt: new Date().toISOString(), ...facts }
      return writeFileAtomic(filePath, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
    },
    release: () => (released ??= release()),
  }
}

function takeLock(path: string): DatabaseSync | null {
  const lock = new DatabaseSync(path)
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    // SQLITE_BUSY: another process has it.
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) return null
    throw error
  }
}
