/**
 * How the page reaches its backend: by the MessagePort that the preload script hands over where there is one,
 * else by a WebSocket to where the page came from. Nothing else in the page knows which.
 */
import { decodeFrame, encodeFrame, type Message, type Port } from '@contract/wire.ts'

/** What the preload script puts on `window`; absent in a browser tab. */
export interface NativeBridge {
  /** Path on disk of a file that was dropped or chosen. */
  getPathForFile(file: File): string
}

declare global {
  interface Window {
    quarterdeck?: NativeBridge
  }
}

export interface ConnectOptions {
  /** An item of the native menu was chosen; `id` names the page's command. */
  onCommand?(id: string): void
  /** The backend does not accept this tab's token: the address is to be opened anew. */
  onRefused?(): void
}

/** Close code of the web host for a wrong token. */
const refusedCode = 4401
const tokenKey = 'quarterdeck.token'
const portDeadlineMs = 10_000

/** Gives what opens a new port each time it is called; for `createClient`. Reads the token from the address once and takes it out of sight. */
export function connectPage(options: ConnectOptions = {}): () => Promise<Port> {
  if (window.quarterdeck) return () => connectByMessagePort(options)
  const token = takeToken()
  return () => connectByWebSocket(token, options)
}

/** From the fragment, which no server and no log sees; kept for this tab so that reload works. */
function takeToken(): string {
  const fresh = /^#([A-Za-z0-9_-]{20,})$/.exec(location.hash)?.[1]
  if (fresh) {
    sessionStorage.setItem(tokenKey, fresh)
    history.replaceState(history.state, '', location.pathname + location.search)
    return fresh
  }
  return sessionStorage.getItem(tokenKey) ?? ''
}

function connectByWebSocket(token: string, options: ConnectOptions): Promise<Port> {
  return new Promise((resolve, reject) => {
    const address = new URL('rpc', location.href)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    address.hash = ''
    const socket = new WebSocket(address, ['quarterdeck', token === '' ? 'none' : token])
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => resolve(webSocketPort(socket)), { once: true })
    socket.addEventListener(
      'close',
      (event) => {
        if (event.code === refusedCode) options.onRefused?.()
        reject(new Error('The connection was closed.'))
      },
      { once: true },
    )
  })
}

function webSocketPort(socket: WebSocket): Port {
  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(encodeFrame(message) as Uint8Array<ArrayBuffer>)
    },
    onMessage: (listener) => {
      socket.addEventListener('message', (event) => {
        const message = event.data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(event.data)) : null
        if (message) listener(message)
        else socket.close(4000, 'not a frame')
      })
    },
    onClose: (listener) => {
      if (socket.readyState === WebSocket.CLOSED) listener()
      else socket.addEventListener('close', () => listener(), { once: true })
    },
    close: () => socket.close(1000),
    bufferedBytes: () => socket.bufferedAmount,
  }
}

function connectByMessagePort(options: ConnectOptions): Promise<Port> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      window.removeEventListener('message', onMessage)
    }
    const onMessage = (event: MessageEvent): void => {
      const carrier = event.ports[0]
      if (event.source !== window || event.data !== 'quarterdeck:port' || !carrier) return
      stop()
      resolve(messagePort(carrier, options))
    }
    const timer = setTimeout(() => {
      stop()
      reject(new Error('The program did not hand over a port.'))
    }, portDeadlineMs)
    window.addEventListener('message', onMessage)
    window.postMessage('quarterdeck:want-port', location.origin)
  })
}

function messagePort(carrier: MessagePort, options: ConnectOptions): Port {
  const closeListeners = new Set<() => void>()
  let open = true
  const closed = (): void => {
    if (!open) return
    open = false
    for (const listener of [...closeListeners]) listener()
    closeListeners.clear()
  }
  carrier.addEventListener('close', closed)
  return {
    send: (message) => {
      if (open) carrier.postMessage(message)
    },
    onMessage: (listener) => {
      carrier.addEventListener('message', (event: MessageEvent<Message>) => {
        const head = event.data.head as { t?: unknown; id?: unknown }
        if (head.t === 'command' && typeof head.id === 'string') options.onCommand?.(head.id)
        else listener(event.data)
      })
      carrier.start()
    },
    onClose: (listener) => {
      if (open) closeListeners.add(listener)
      else listener()
    },
    close: () => {
      carrier.close()
      closed()
    },
    bufferedBytes: () => 0,
  }
}
