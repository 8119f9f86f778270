/**
 * The caller's side of the contract, the same in page, command line and tests.
 * Streams are opened again by themselves after a reconnect, and begin with a whole state then.
 */
import type { Codes, Event, MethodName, NoteName, ParamsIn, StreamName, Value } from './api.ts'
import { fail, type Failure, type Result } from './result.ts'
import type { Message, Port, Request, Response } from './wire.ts'

export type ConnectionState = 'connecting' | 'open' | 'lost' | 'other-build' | 'closed'

export interface StreamListener<N extends StreamName> {
  event(value: Event<N>, tail: Uint8Array | undefined): void
  /** The backend ended it, or refused to open it. Not called on a lost connection, which heals. */
  end?(error: Failure | undefined): void
}

export interface StreamHandle {
  /** Number of the stream on the present connection, as acknowledgements name it; null while there is none. */
  readonly id: number | null
  close(): void
}

export interface Client {
  call<N extends MethodName>(name: N, params: ParamsIn<N>): Promise<Result<Value<N>, Codes<N>>>
  open<N extends StreamName>(name: N, params: ParamsIn<N>, listener: StreamListener<N>): StreamHandle
  /** Dropped without a connection: notes are for what makes no sense later. */
  note<N extends NoteName>(name: N, params: ParamsIn<N>, tail?: Uint8Array): void
  readonly state: ConnectionState
  onState(listener: (state: ConnectionState) => void): () => void
  /** Tries at once instead of at the end of the wait. */
  reconnect(): void
  dispose(): void
}

export interface ClientOptions {
  /** Gives a new port each time; rejects when the backend cannot be reached. */
  connect(): Promise<Port>
  /** Id of this build; a backend of another build makes the state `other-build`. Empty: not compared. */
  build: string
  /** Runs `run` after `delayMs`; returns what cancels it. */
  later(delayMs: number, run: () => void): () => void
  /** Waits between tries, the last one repeated. Empty: the connection is tried once and never again. */
  retryDelaysMs?: readonly number[]
}

interface OpenStream {
  name: StreamName
  params: unknown
  listener: StreamListener<StreamName>
  id: number | null
}

export function createClient(options: ClientOptions): Client {
  const delays = options.retryDelaysMs ?? [100, 300, 1000, 2000, 5000]
  let port: Port | null = null
  let state: ConnectionState = 'connecting'
  let nextId = 1
  let tries = 0
  let generation = 0
  let cancelRetry: (() => void) | null = null
  const stateListeners = new Set<(state: ConnectionState) => void>()
  const calls = new Map<number, (result: Result<unknown>) => void>()
  const streams = new Set<OpenStream>()
  const streamById = new Map<number, OpenStream>()
  /** Calls made while connecting wait here; those made while lost fail at once. */
  let waiting: (() => void)[] = []

  const setState = (next: ConnectionState): void => {
    if (state === next) return
    state = next
    for (const listener of [...stateListeners]) listener(next)
  }

  const post = (head: Request, tail?: Uint8Array): void => {
    port?.send(tail ? { head, tail } : { head })
  }

  const start = (entry: OpenStream): void => {
    entry.id = nextId++
    streamById.set(entry.id, entry)
    post({ t: 'open', id: entry.id, name: entry.name, params: entry.params })
  }

  const drop = (): void => {
    port = null
    for (const settle of [...calls.values()]) settle(fail('connection-lost', 'The connection to Quarterdeck was lost.'))
    calls.clear()
    streamById.clear()
    for (const entry of streams) entry.id = null
  }

  const failWaiting = (): void => {
    const queue = waiting
    waiting = []
    for (const run of queue) run()
  }

  const scheduleRetry = (): void => {
    if (state === 'closed') return
    setState('lost')
    failWaiting()
    if (delays.length === 0) return
    const delay = delays[Math.min(tries, delays.length - 1)] ?? 1000
    tries++
    cancelRetry = options.later(delay, () => {
      cancelRetry = null
      connect()
    })
  }

  const receive = (message: Message): void => {
    const head = message.head as Response
    switch (head.t) {
      case 'hello': {
        if (options.build !== '' && head.build !== options.build) {
          setState('other-build')
          return
        }
        tries = 0
        setState('open')
        for (const entry of streams) start(entry)
        failWaiting()
        return
      }
      case 'reply': {
        const settle = calls.get(head.id)
        calls.delete(head.id)
        settle?.(head.result as Result<unknown>)
        return
      }
      case 'event':
        streamById.get(head.id)?.listener.event(head.value as never, message.tail)
        return
      case 'end': {
        const entry = streamById.get(head.id)
        if (!entry) return
        streamById.delete(head.id)
        streams.delete(entry)
        entry.id = null
        entry.listener.end?.(head.error as Failure | undefined)
        return
      }
    }
  }

  const connect = (): void => {
    const mine = ++generation
    setState('connecting')
    options.connect().then(
      (made) => {
        if (mine !== generation || state === 'closed') {
          made.close()
          return
        }
        port = made
        made.onMessage((message) => {
          if (mine === generation) receive(message)
        })
        made.onClose(() => {
          if (mine !== generation) return
          const stale = state === 'other-build'
          drop()
          if (!stale) scheduleRetry()
        })
        post({ t: 'hello', build: options.build })
      },
      () => {
        if (mine === generation) scheduleRetry()
      },
    )
  }

  connect()

  return {
    call: (name, params) =>
      new Promise((resolve) => {
        const send = (): void => {
          if (!port || state !== 'open') {
            resolve(fail('connection-lost', 'There is no connection to Quarterdeck.') as never)
            return
          }
          const id = nextId++
          calls.set(id, resolve as (result: Result<unknown>) => void)
          post({ t: 'call', id, name, params })
        }
        if (state === 'connecting') waiting.push(send)
        else send()
      }),
    open: (name, params, listener) => {
      const entry: OpenStream = { name, params, listener: listener as StreamListener<StreamName>, id: null }
      streams.add(entry)
      if (state === 'open') start(entry)
      return {
        get id() {
          return entry.id
        },
        close: () => {
          streams.delete(entry)
          if (entry.id === null) return
          streamById.delete(entry.id)
          post({ t: 'close', id: entry.id })
          entry.id = null
        },
      }
    },
    note: (name, params, tail) => {
      if (state === 'open') post({ t: 'note', name, params }, tail)
    },
    get state() {
      return state
    },
    onState: (listener) => {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    reconnect: () => {
      if (state !== 'lost') return
      cancelRetry?.()
      cancelRetry = null
      tries = 0
      connect()
    },
    dispose: () => {
      generation++
      cancelRetry?.()
      const open = port
      drop()
      open?.close()
      setState('closed')
      failWaiting()
    },
  }
}
