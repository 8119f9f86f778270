/**
 * Opens the page on canned data, for looking at screens while they are made:
 *   node tests/support/fake-deck-server.ts [--port N] [--sessions N] [--repositories N] [--theme dark]
 * Prints one line with the address. Serves the sources through Vite, so nothing has to be built.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'
import { WebSocketServer } from 'ws'
import type * as WebSocketPort from '../../main/rpc/websocket-port.ts'
import type * as FakeDeck from './fake-deck.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    sessions: { type: 'string', default: '16' },
    repositories: { type: 'string', default: '2' },
    theme: { type: 'string', default: 'system' },
  },
})
process.env['QUARTERDECK_BUILD'] = 'fake'
const cacheDir = await mkdtemp(join(tmpdir(), 'qd-fake-'))
const vite = await createServer({
  configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
  cacheDir,
  logLevel: 'warn',
  server: { port: Number(values.port), host: '127.0.0.1', hmr: false, watch: null },
})
/** Through Vite, which knows the alias of the contract. */
const load = (path: string): Promise<unknown> => vite.ssrLoadModule(fileURLToPath(new URL(path, import.meta.url)))
const { createFakeDeck } = (await load('./fake-deck.ts')) as typeof FakeDeck
const { createWebSocketPort } = (await load('../../main/rpc/websocket-port.ts')) as typeof WebSocketPort
await vite.listen()

const deck = createFakeDeck({
  build: 'fake',
  sessions: Number(values.sessions),
  repositories: Number(values.repositories),
  settings: { theme: values.theme as 'system' | 'light' | 'dark' },
})

const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'quarterdeck' })
vite.httpServer?.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
  if (new URL(request.url ?? '/', 'http://x').pathname !== '/rpc') return
  sockets.handleUpgrade(request, socket, head, (opened) => {
    deck.attach(createWebSocketPort(opened))
  })
})
const bound = vite.httpServer?.address()
const port = typeof bound === 'object' ? bound?.port : undefined
process.stdout.write(`http://127.0.0.1:${port}/#${'fake'.repeat(8)}\n`)
process.on('SIGTERM', () => {
  sockets.close()
  void vite
    .close()
    .then(() => rm(cacheDir, { recursive: true, force: true }))
    .finally(() => process.exit(0))
})
