import type { z } from 'zod'
import type { ErrorCode } from './result.ts'

/** Carries a type through a value; never read at run time. */
export interface Phantom<T> {
  readonly _type?: T
}
export function as<T>(): Phantom<T> {
  return {}
}

/** Asked once, answered once with `Result<value, codes>`. */
export interface Method<P extends z.ZodType = z.ZodType, V = unknown, C extends ErrorCode = ErrorCode> {
  kind: 'method'
  params: P
  value: Phantom<V>
  codes: readonly C[]
}
/** First event the whole state, then changes, until either side ends it. */
export interface Stream<P extends z.ZodType = z.ZodType, E = unknown> {
  kind: 'stream'
  params: P
  event: Phantom<E>
}
/** Frequent and ordered, no answer. */
export interface Note<P extends z.ZodType = z.ZodType> {
  kind: 'note'
  params: P
}

/** Codes that any method may answer with. */
export type CommonCode = 'bad-request' | 'internal' | 'connection-lost'

export function method<P extends z.ZodType, V, const C extends ErrorCode>(
  params: P,
  value: Phantom<V>,
  codes: readonly C[],
): Method<P, V, C | CommonCode> {
  return { kind: 'method', params, value, codes }
}
export function stream<P extends z.ZodType, E>(params: P, event: Phantom<E>): Stream<P, E> {
  return { kind: 'stream', params, event }
}
export function note<P extends z.ZodType>(params: P): Note<P> {
  return { kind: 'note', params }
}
