/** The web host's door: static files and the WebSocket, on 127.0.0.1 only. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { fail, succeed, type Result } from '@contract/result.ts'
import { maxFrameBytes, type Port } from '@contract/wire.ts'
import { WebSocketServer } from 'ws'
import { createWebSocketPort } from '../rpc/websocket-port.ts'
import { createTicketDesk, isOwnHost, isOwnOrigin, isToken, securityHeaders } from './guard.ts'
import type { StaticFiles } from './static-files.ts'

/** Close code for a wrong token; the page says "open the address again" then. */
const refusedCode = 4401

export interface WebServer {
  port: number
  /** With the token in the fragment, which no browser sends anywhere. */
  address: string
  close(): Promise<void>
}

export interface WebServerOptions {
  /** 0: any free one. */
  port: number
  token: string
  files: StaticFiles
  /** Page connections that come earlier wait for it. */
  ready: Promise<unknown>
  connect(port: Port): void
}

/** Listens on 127.0.0.1. `in-use`: somebody else has the port. */
export async function startWebServer(
  options: WebServerOptions,
): Promise<Result<WebServer, 'in-use' | 'permission-denied'>> {
  let port = options.port
  const redeem = createTicketDesk(options.token)
  const sockets = new Set<Socket>()

  const answer = (response: ServerResponse, status: number, text: string): void => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
    response.end(`${text}\n`)
  }

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    for (const [name, value] of Object.entries(securityHeaders(port))) response.setHeader(name, value)
    if (!isOwnHost(request, port)) return answer(response, 421, 'This is not the name of this program.')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      return answer(response, 405, 'Only GET and HEAD.')
    }
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    if (path.startsWith('/open/')) {
      if (!redeem(path.slice('/open/'.length))) {
        return answer(
          response,
          403,
          'This link was used already or is too old. Run "quarterdeck status" for the address.',
        )
      }
      response.setHeader('Cache-Control', 'no-store')
      response.writeHead(302, { Location: `/#${options.token}` })
      response.end()
      return
    }
    if (!options.files(request, response, path)) answer(response, 404, 'Not found.')
  }

  const server = createServer({ requestTimeout: 30_000 }, handle)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has('quarterdeck') ? 'quarterdeck' : false),
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const path = (request.url ?? '').split('?')[0]
    if (path !== '/rpc' || !isOwnHost(request, port) || !isOwnOrigin(request, port)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    const given = protocols.find((name) => name !== 'quarterdeck') ?? ''
    const upgrade = (): void =>
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        // Told by a close code, because a browser hides the status of a refused upgrade from its page.
        if (isToken(given, options.token)) options.connect(createWebSocketPort(webSocket))
        else webSocket.close(refusedCode, 'wrong token')
      })
    options.ready.then(upgrade, () => socket.destroy())
  })

  const listening = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    server.once('error', resolve)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(null))
  })
  if (listening) {
    if (listening.code === 'EADDRINUSE') {
      return fail('in-use', `Port ${port} is in use by another program. Choose another with --port, or leave it out.`)
    }
    if (listening.code === 'EACCES') return fail('permission-denied', `Port ${port} may not be used by you.`)
    throw listening
  }
  port = (server.address() as AddressInfo).port

  return succeed({
    port,
    address: `http://127.0.0.1:${port}/#${options.token}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const webSocket of webSockets.clients) webSocket.close(1001, 'closing')
      server.closeIdleConnections()
      // A tab that does not answer the closing handshake must not hold up the end.
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, 300)
      await closed
      clearTimeout(timer)
      webSockets.close()
    },
  })
}
