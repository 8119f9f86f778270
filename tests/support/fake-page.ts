import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { WebSocketServer } from 'ws'
import { createWebSocketPort } from '../../main/rpc/websocket-port.ts'
import { openStaticFiles } from '../../main/web/static-files.ts'
import { createFakeDeck, type FakeDeck, type FakeDeckOptions } from './fake-deck.ts'

export interface FakePage {
  address: string
  /** To change what the page is told, and to see what it asked for. */
  deck: FakeDeck
  /** Cuts every connection; pages find their way back. */
  cut(): void
  close(): Promise<void>
}

/** Serves the built page (out/renderer) on a deck of canned data, in this process. */
export async function serveFakePage(options: FakeDeckOptions = {}): Promise<FakePage> {
  const deck = createFakeDeck(options)
  const files = await openStaticFiles(fileURLToPath(new URL('../../out/renderer', import.meta.url)))
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    if (files(request, response, pathname === '/' ? '/index.html' : pathname)) return
    response.writeHead(404).end()
  })
  const sockets = new WebSocketServer({ server, path: '/rpc', handleProtocols: () => 'quarterdeck' })
  sockets.on('connection', (socket) => deck.attach(createWebSocketPort(socket)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const port = typeof bound === 'object' ? bound?.port : undefined
  const cut = (): void => sockets.clients.forEach((socket) => socket.terminate())
  return {
    address: `http://127.0.0.1:${port}/#${'fake'.repeat(8)}`,
    deck,
    cut,
    close: async () => {
      cut()
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
