/**
 * Serves the contract over one port. Parses every request once, here; handlers get typed values and never see the wire.
 * A throw in a handler is a bug: logged whole, answered with "internal", its text does not travel.
 */
import {
  api,
  type Codes,
  type Event,
  type MethodName,
  type NoteName,
  type Params,
  type StreamName,
  type Value,
} from '@contract/api.ts'
import { fail, type Failure, type Result } from '@contract/result.ts'
import type { Message, Port, Response } from '@contract/wire.ts'
import { z } from 'zod'
import type { Log } from '../lib/log.ts'

/** One connected page, command line or test. */
export interface Caller {
  /** Unique while the program runs. */
  id: number
  /** Bytes sent and not yet taken by this caller, where its port can tell. */
  bufferedBytes(): number
  onClose(listener: () => void): void
}

export interface StreamSink<N extends StreamName> {
  /** Number of the stream on its connection, as acknowledgements name it. */
  id: number
  event(value: Event<N>, tail?: Uint8Array): void
  /** Ends the stream from this side. Idempotent. */
  end(error?: Failure): void
}

type MaybePromise<T> = T | Promise<T>

export type MethodHandler<N extends MethodName> = (
  params: Params<N>,
  caller: Caller,
) => MaybePromise<Result<Value<N>, Codes<N>>>
/** Sends the whole state as its first event; returns what ends it. */
export type StreamHandler<N extends StreamName> = (
  params: Params<N>,
  sink: StreamSink<N>,
  caller: Caller,
) => MaybePromise<() => void>
export type NoteHandler<N extends NoteName> = (params: Params<N>, caller: Caller, tail: Uint8Array | undefined) => void

/** Every endpoint needs its handler: a forgotten one does not compile. */
export type Handlers = { [N in MethodName]: MethodHandler<N> } & { [N in StreamName]: StreamHandler<N> } & {
  [N in NoteName]: NoteHandler<N>
}

const count = z.int().nonnegative()
const name = z.string().max(64)
const request = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), build: z.string().max(64) }),
  z.object({ t: z.literal('call'), id: count, name, params: z.unknown() }),
  z.object({ t: z.literal('open'), id: count, name, params: z.unknown() }),
  z.object({ t: z.literal('close'), id: count }),
  z.object({ t: z.literal('note'), name, params: z.unknown() }),
])

let nextCaller = 1

function describe(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'params'}: ${issue.message}`)
    .join('; ')
}

/** Any write may meet it, and it is no bug: the file system's word, and SQLite's (SQLITE_FULL). */
function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  return code === 'ENOSPC' || code === 'EDQUOT' || (typeof errcode === 'number' && (errcode & 0xff) === 13)
}

export function serve(port: Port, handlers: Handlers, options: { build: string; log: Log }): void {
  const { log } = options
  const closers = new Set<() => void>()
  /** Ending of an open stream, or null while its handler is still starting. */
  const streams = new Map<number, { end: (() => void) | null; closed: boolean }>()
  let closed = false
  const caller: Caller = {
    id: nextCaller++,
    bufferedBytes: () => port.bufferedBytes(),
    onClose: (listener) => {
      if (closed) listener()
      else closers.add(listener)
    },
  }
  const post = (head: Response, tail?: Uint8Array): void => {
    if (!closed) port.send(tail ? { head, tail } : { head })
  }

  const call = async (id: number, method: string, params: unknown): Promise<void> => {
    const endpoint = Object.hasOwn(api, method) ? api[method as MethodName] : undefined
    if (endpoint?.kind !== 'method') {
      post({ t: 'reply', id, result: fail('bad-request', `There is no method ${method}.`) })
      return
    }
    const parsed = endpoint.params.safeParse(params)
    if (!parsed.success) {
      post({ t: 'reply', id, result: fail('bad-request', `${method}: ${describe(parsed.error)}`) })
      return
    }
    try {
      const handler = handlers[method as MethodName] as MethodHandler<MethodName>
      post({ t: 'reply', id, result: await handler(parsed.data as never, caller) })
    } catch (error) {
      log.error(`handler of ${method} threw`, error)
      if (isDiskFull(error)) {
        post({ t: 'reply', id, result: fail('disk-full', 'The disk is full. Make room, then try again.') })
        return
      }
      post({ t: 'reply', id, result: fail('internal', 'Something went wrong inside Quarterdeck; its log says what.') })
    }
  }

  const open = async (id: number, streamName: string, params: unknown): Promise<void> => {
    const endpoint = Object.hasOwn(api, streamName) ? api[streamName as StreamName] : undefined
    if (endpoint?.kind !== 'stream' || streams.has(id)) {
      post({
        t: 'end',
        id,
        error: fail('bad-request', `There is no stream ${streamName}, or its number is taken.`).error,
      })
      return
    }
    const parsed = endpoint.params.safeParse(params)
    if (!parsed.success) {
      post({ t: 'end', id, error: fail('bad-request', `${streamName}: ${describe(parsed.error)}`).error })
      return
    }
    const entry: { end: (() => void) | null; closed: boolean } = { end: null, closed: false }
    streams.set(id, entry)
    const sink: StreamSink<StreamName> = {
      id,
      event: (value, tail) => {
        if (!entry.closed) post({ t: 'event', id, value }, tail)
      },
      end: (error) => {
        if (entry.closed) return
        entry.closed = true
        streams.delete(id)
        post({ t: 'end', id, error })
        entry.end?.()
      },
    }
    try {
      const handler = handlers[streamName as StreamName] as StreamHandler<StreamName>
      const end = await handler(parsed.data as never, sink, caller)
      entry.end = end
      if (entry.closed) end()
    } catch (error) {
      log.error(`stream ${streamName} threw`, error)
      sink.end(fail('internal', 'Something went wrong inside Quarterdeck; its log says what.').error)
    }
  }

  const closeStream = (id: number): void => {
    const entry = streams.get(id)
    if (!entry) return
    streams.delete(id)
    entry.closed = true
    entry.end?.()
  }

  const note = (noteName: string, params: unknown, tail: Uint8Array | undefined): void => {
    const endpoint = Object.hasOwn(api, noteName) ? api[noteName as NoteName] : undefined
    const parsed = endpoint?.kind === 'note' ? endpoint.params.safeParse(params) : undefined
    if (!parsed?.success) {
      log.warn('a note was not understood', { name: noteName })
      return
    }
    try {
      const handler = handlers[noteName as NoteName] as NoteHandler<NoteName>
      handler(parsed.data as never, caller, tail)
    } catch (error) {
      log.error(`handler of ${noteName} threw`, error)
    }
  }

  port.onMessage((message: Message) => {
    const parsed = request.safeParse(message.head)
    if (!parsed.success) {
      log.warn('a message was not understood; its port is closed')
      port.close()
      return
    }
    const head = parsed.data
    switch (head.t) {
      case 'hello':
        post({ t: 'hello', build: options.build })
        return
      case 'call':
        void call(head.id, head.name, head.params)
        return
      case 'open':
        void open(head.id, head.name, head.params)
        return
      case 'close':
        closeStream(head.id)
        return
      case 'note':
        note(head.name, head.params, message.tail)
        return
    }
  })

  port.onClose(() => {
    closed = true
    for (const id of [...streams.keys()]) closeStream(id)
    for (const listener of closers) {
      try {
        listener()
      } catch (error) {
        log.error('a close listener threw', error)
      }
    }
    closers.clear()
  })
}
