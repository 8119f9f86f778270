/**
 * Entry of the pty host: `node pty-host.js --data FOLDER`. One for each data folder; it lives until its last terminal has ended
 * and its last client has gone, through every restart of the program.
 */
import { chmod, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { parseArgs } from 'node:util'
import { createFileLog } from '../lib/log.ts'
import { hostAddress, hostFiles, prepareSocketFolder } from './address.ts'
import { takeHostLock } from './host-lock.ts'
import { PtyHost } from './host.ts'
import { Link } from './link.ts'

const defaultIdleMs = 60_000
const defaultPackMs = 60_000
/** When the system ends us, programs get less time than when a person does. */
const hurriedGraceMs = 1000

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { data: text, 'idle-ms': text, 'pack-ms': text }, strict: false })
  const dataFolder = values.data
  if (typeof dataFolder !== 'string') throw new Error('usage: pty-host --data FOLDER')
  process.title = 'quarterdeck-pty-host'
  process.umask(0o077)
  const files = hostFiles(dataFolder)
  const log = createFileLog(files.log)
  const address = hostAddress(dataFolder)
  await prepareSocketFolder(address)

  const lock = takeHostLock(files.lock)
  if (!lock) {
    log.info('another host has this data folder')
    return
  }
  // A bug in one place must not end the agents of all the others.
  process.on('uncaughtException', (error) => log.error('an error nobody caught', error))
  process.on('unhandledRejection', (error) => log.error('a rejection nobody caught', error))
  process.on('SIGHUP', () => {})

  let leaving = false
  const server = createServer((socket) => host.accept(new Link(socket)))
  const leave = (why: string): void => {
    if (leaving) return
    leaving = true
    log.info('the pty host ends', { why })
    server.close()
    const removal = process.platform === 'win32' ? Promise.resolve() : rm(address, { force: true })
    void removal.finally(() => {
      lock.release()
      process.exit(0)
    })
  }
  const host = new PtyHost({
    journals: files.journals,
    log,
    idleMs: Number(values['idle-ms'] ?? defaultIdleMs) || defaultIdleMs,
    packMs: Number(values['pack-ms'] ?? defaultPackMs) || defaultPackMs,
    onIdle: () => void host.flush().finally(() => leave('idle')),
    // The reply has been handed to the socket; it goes out before the process is gone.
    onShutdown: () => setImmediate(() => leave('asked to')),
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void host.end(hurriedGraceMs).finally(() => leave(signal)))
  }
  await host.load()
  // Nobody else listens here: the lock is ours, so what stands there is left from a host that died.
  if (process.platform !== 'win32') await rm(address, { force: true })
  await listen(server, address)
  if (process.platform !== 'win32') await chmod(address, 0o600)
  server.on('error', (error) => log.error('the socket failed', error))
  log.info('the pty host listens', { pid: process.pid, address })
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
})
