import type { Event, ParamsIn, StreamName } from '@contract/api.ts'
import type { Client } from '@contract/client.ts'
import type { Failure } from '@contract/result.ts'
import { createStore, type StoreApi } from 'zustand/vanilla'

/** What a store fed by one stream holds: nothing yet, the truth, or why there is none. */
export interface Followed<T> {
  value: T | null
  problem: Failure | null
}

export interface FollowedStore<T> extends StoreApi<Followed<T>> {
  dispose(): void
}

/** A store fed by one stream. `fold` turns the state so far and an event into the next state; the first event is a whole one. */
export function followStream<N extends StreamName, T>(
  client: Client,
  name: N,
  params: ParamsIn<N>,
  fold: (before: T | null, event: Event<N>) => T,
): FollowedStore<T> {
  const store = createStore<Followed<T>>(() => ({ value: null, problem: null }))
  const handle = client.open(name, params, {
    event: (event) => store.setState({ value: fold(store.getState().value, event), problem: null }),
    end: (problem) => {
      if (problem) store.setState({ problem })
    },
  })
  return Object.assign(store, { dispose: () => handle.close() })
}
