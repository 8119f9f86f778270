/** One suite proves the contract over every carrier: memory, MessagePort, WebSocket, local socket. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { createClient, type Client, type ConnectionState } from '@contract/client.ts'
import type { RepositoryId, TerminalId } from '@contract/ids.ts'
import type { Message, Port } from '@contract/wire.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { silentLog } from '../../main/lib/log.ts'
import { bridgePorts } from '../../main/rpc/bridge.ts'
import { createPortPair } from '../../main/rpc/memory-port.ts'
import { createMessagePort } from '../../main/rpc/message-port.ts'
import { serve } from '../../main/rpc/serve.ts'
import { createSocketPort } from '../../main/rpc/socket-port.ts'
import { createWebSocketPort } from '../../main/rpc/websocket-port.ts'
import { startWebServer } from '../../main/web/server.ts'
import { createContractProbe, type ContractProbe } from '../support/contract-handlers.ts'
import { until } from '../support/until.ts'

interface Carrier {
  /** A new connection, its backend's side given to `accept`. */
  connect(): Promise<Port>
  dispose(): Promise<void>
}
type MakeCarrier = (accept: (port: Port) => void) => Promise<Carrier>

const carriers: Record<string, MakeCarrier> = {
  memory: (accept) =>
    Promise.resolve({
      connect: () => {
        const [inner, outer] = createPortPair()
        accept(inner)
        return Promise.resolve(outer)
      },
      dispose: () => Promise.resolve(),
    }),

  'a bridge of two ports': (accept) =>
    Promise.resolve({
      connect: () => {
        const [page, near] = createPortPair()
        const [far, inner] = createPortPair()
        accept(inner)
        bridgePorts(near, Promise.resolve(far))
        return Promise.resolve(page)
      },
      dispose: () => Promise.resolve(),
    }),

  MessagePort: (accept) => {
    const channels: MessageChannel[] = []
    return Promise.resolve({
      connect: () => {
        const channel = new MessageChannel()
        channels.push(channel)
        accept(createMessagePort(channel.port1))
        return Promise.resolve(createMessagePort(channel.port2))
      },
      dispose: () => {
        for (const channel of channels) channel.port1.close()
        return Promise.resolve()
      },
    })
  },

  WebSocket: async (accept) => {
    const token = 'a'.repeat(43)
    const made = await startWebServer({ port: 0, token, ready: Promise.resolve(), files: () => false, connect: accept })
    if (!made.ok) throw new Error(made.error.message)
    const server = made.value
    return {
      connect: () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, ['quarterdeck', token])
          socket.once('open', () => resolve(createWebSocketPort(socket)))
          socket.once('error', reject)
        }),
      dispose: () => server.close(),
    }
  },

  'local socket': async (accept) => {
    const folder = await mkdtemp(join(tmpdir(), 'qd-'))
    const path = process.platform === 'win32' ? `\\\\.\\pipe\\qd-${process.pid}` : join(folder, 's')
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      accept(createSocketPort(socket))
    })
    await new Promise<void>((resolve) => server.listen(path, () => resolve()))
    return {
      connect: () =>
        new Promise((resolve, reject) => {
          const socket = createConnection(path, () => resolve(createSocketPort(socket)))
          socket.once('error', reject)
        }),
      dispose: async () => {
        for (const socket of sockets) socket.destroy()
        await new Promise((resolve) => server.close(resolve))
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
}

const terminal = 'term-1' as TerminalId

describe.each(Object.entries(carriers))('the contract over %s', (_name, makeCarrier) => {
  let probe: ContractProbe
  let carrier: Carrier
  let client: Client
  let backendPorts: Port[]
  let states: ConnectionState[]

  beforeEach(async () => {
    probe = createContractProbe()
    backendPorts = []
    carrier = await makeCarrier((port) => {
      backendPorts.push(port)
      serve(port, probe.handlers, { build: 'b1', log: silentLog })
    })
    states = []
    client = makeClient('b1')
    client.onState((state) => states.push(state))
  })
  afterEach(async () => {
    client.dispose()
    await carrier.dispose()
  })

  function makeClient(build: string): Client {
    return createClient({
      connect: () => carrier.connect(),
      build,
      retryDelaysMs: [1],
      later: (delayMs, run) => {
        const timer = setTimeout(run, delayMs)
        return () => clearTimeout(timer)
      },
    })
  }
  function watch(): { events: { value: unknown; text: string }[]; ends: unknown[]; close(): void } {
    const events: { value: unknown; text: string }[] = []
    const ends: unknown[] = []
    const handle = client.open(
      'terminal.output',
      { terminal },
      {
        event: (value, tail) => events.push({ value, text: new TextDecoder().decode(tail) }),
        end: (error) => ends.push(error),
      },
    )
    return { events, ends, close: () => handle.close() }
  }

  it('a call made while the connection opens is answered', async () => {
    expect(await client.call('view.load', { key: 'größe 尺寸 🚀' })).toEqual({
      ok: true,
      value: { json: 'größe 尺寸 🚀' },
    })
    expect(states).toContain('open')
  })

  it('a failure arrives with its code, message and paths', async () => {
    expect(await client.call('host.browse', { path: '/nowhere' })).toEqual({
      ok: false,
      error: { code: 'not-found', message: 'No such folder.', paths: ['/nowhere'] },
    })
  })

  it('wrong parameters, unknown methods and streams are refused without harm to the connection', async () => {
    const wrong = await client.call('view.load', { key: 42 } as never)
    expect(wrong).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    const unknown = await client.call('constructor' as never, {} as never)
    expect(unknown).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    const ends: unknown[] = []
    client.open('toString' as never, {} as never, { event: () => {}, end: (error) => ends.push(error) })
    client.open('terminal.output', { terminal: '../x' } as never, {
      event: () => {},
      end: (error) => ends.push(error),
    })
    await until('both are refused', () => ends.length === 2)
    expect(ends).toMatchObject([{ code: 'bad-request' }, { code: 'bad-request' }])
    expect(await client.call('view.load', { key: 'still here' })).toMatchObject({ ok: true })
  })

  it('a bug in a handler is told as an internal error, without its text', async () => {
    const saved = await client.call('view.save', { key: 'k', json: null })
    expect(saved).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(JSON.stringify(saved)).not.toContain('secret')
    const ends: unknown[] = []
    client.open(
      'worktree.list',
      { repository: 'r' as RepositoryId },
      { event: () => {}, end: (error) => ends.push(error) },
    )
    await until('the stream ends', () => ends.length === 1)
    expect(ends[0]).toMatchObject({ code: 'internal' })
    expect(JSON.stringify(ends[0])).not.toContain('secret')
  })

  it('a stream begins with a whole state and carries bytes as bytes, in order', async () => {
    const seen = watch()
    await until('the snapshot', () => seen.events.length === 1)
    expect(seen.events[0]).toMatchObject({ value: { kind: 'snapshot', title: '标题' }, text: 'hello' })
    // A view into a larger buffer, and every byte value, with pieces cut inside characters.
    const big = Buffer.alloc(300_000, 'x')
    const odd = Uint8Array.from({ length: 256 }, (_, index) => index)
    probe.sinks[0]?.event({ kind: 'output', total: 8 }, big.subarray(7, 10))
    probe.sinks[0]?.event({ kind: 'output', total: 264 }, odd)
    probe.sinks[0]?.event({ kind: 'output', total: 300_264 }, big)
    probe.sinks[0]?.event({ kind: 'exited', exitCode: 0, signal: null })
    await until('all events', () => seen.events.length === 5)
    expect(seen.events[1]?.text).toBe('xxx')
    expect(seen.events[2]?.text).toBe(new TextDecoder().decode(odd))
    expect(seen.events[3]?.text).toHaveLength(300_000)
    expect(seen.events[4]?.value).toEqual({ kind: 'exited', exitCode: 0, signal: null })
  })

  it('a stream that the page closes ends in the backend and says nothing more', async () => {
    const seen = watch()
    await until('the snapshot', () => seen.events.length === 1)
    seen.close()
    await until('the handler ended', () => probe.ended === 1)
    probe.sinks[0]?.event({ kind: 'output', total: 9 }, new Uint8Array(3))
    await client.call('view.load', { key: 'later' })
    expect(seen.events).toHaveLength(1)
    expect(seen.ends).toHaveLength(0)
  })

  it('a stream that the backend ends tells why, once', async () => {
    const seen = watch()
    await until('the snapshot', () => seen.events.length === 1)
    probe.sinks[0]?.end({ code: 'not-found', message: 'gone' })
    probe.sinks[0]?.end()
    await until('the end', () => seen.ends.length === 1)
    expect(seen.ends).toEqual([{ code: 'not-found', message: 'gone' }])
    expect(probe.ended).toBe(1)
  })

  it('notes arrive in order, with their tails, and a wrong one is dropped alone', async () => {
    await until('open', () => client.state === 'open')
    client.note('terminal.input', { terminal, text: 'one' })
    client.note('terminal.input', { terminal, text: 7 } as never)
    client.note('terminal.input', { terminal, text: '' }, Uint8Array.of(0xff, 0x00, 0x80))
    client.note('terminal.resize', { terminal, cols: 80, rows: 24 })
    await until('three notes', () => probe.notes.length === 3)
    expect(probe.notes.map((note) => note.params)).toEqual([
      { terminal, text: 'one' },
      { terminal, text: '' },
      { terminal, cols: 80, rows: 24 },
    ])
    expect([...(probe.notes[1]?.tail ?? [])]).toEqual([0xff, 0x00, 0x80])
  })

  it('a connection that breaks in the middle of a call fails the call, ends the streams, and heals', async () => {
    const seen = watch()
    await until('the snapshot', () => seen.events.length === 1)
    const waiting = client.call('host.status', {})
    await client.call('view.load', { key: 'the call before is with the handler' })
    backendPorts[0]?.close()
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'connection-lost' } })
    await until('the handler ended', () => probe.ended === 1)
    expect(probe.gone).toBe(1)
    // Answered too late: nobody is there, nothing breaks.
    probe.answerStatus()
    await until('the stream is opened again with a whole state', () => seen.events.length === 2)
    expect(seen.events[1]).toMatchObject({ value: { kind: 'snapshot' }, text: 'hello' })
    expect(seen.ends).toHaveLength(0)
    expect(states).toEqual(expect.arrayContaining(['open', 'lost', 'connecting', 'open']))
  })

  it('a page that goes away ends its streams in the backend', async () => {
    const seen = watch()
    await until('the snapshot', () => seen.events.length === 1)
    client.dispose()
    await until('the handler ended', () => probe.ended === 1)
    expect(client.state).toBe('closed')
    expect(await client.call('view.load', { key: 'x' })).toMatchObject({ error: { code: 'connection-lost' } })
  })

  it('a page of another build is told so', async () => {
    const other = makeClient('b2')
    await until('the build is compared', () => other.state === 'other-build')
    other.dispose()
  })

  it('a message that is none of the contract closes the port', async () => {
    const port = await carrier.connect()
    let closed = false
    port.onClose(() => (closed = true))
    port.send({ head: { t: 'nonsense' } } as Message)
    await until('closed', () => closed)
    // Told again to whoever asks late; sending is harmless.
    let told = false
    port.onClose(() => (told = true))
    port.send({ head: { t: 'hello', build: '' } })
    port.close()
    await until('told', () => told)
  })
})
