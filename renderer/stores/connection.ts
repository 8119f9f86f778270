import type { ConnectionState } from '@contract/client.ts'
import { createStore, type StoreApi } from 'zustand/vanilla'

/** How the page stands to its backend. */
export interface Connection {
  state: ConnectionState
  /** When the next try begins, in milliseconds since 1970; null while none is planned. */
  retryAt: number | null
  /** The backend does not take this tab's token: only opening its address anew helps. */
  refused: boolean
  /** True once the first connection was made: from then on the page shows what it knew. */
  everOpen: boolean
}

export type ConnectionStore = StoreApi<Connection>

export function createConnectionStore(): ConnectionStore {
  return createStore<Connection>(() => ({ state: 'connecting', retryAt: null, refused: false, everOpen: false }))
}
