/** Blocks of ten ports, one per session, so that development servers of sessions side by side do not meet. */
import { createServer } from 'node:net'

export const portBlockSize = 10
const firstPort = 41_000
const lastBlock = 60_990

/** Whether nothing listens there on any interface of this machine. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.unref()
    server.once('error', () => resolve(false))
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

export interface PortBlocks {
  /** First port of a block that no session of ours has and where nothing listens. */
  claim(): Promise<number>
}

/** `taken` tells the blocks of sessions that are not archived. Claims are made one after the other. */
export function createPortBlocks(taken: () => ReadonlySet<number>): PortBlocks {
  const pending = new Set<number>()
  let tail: Promise<unknown> = Promise.resolve()
  const findBlock = async (): Promise<number> => {
    const held = taken()
    // A block claimed a moment ago counts until its session is in the list.
    for (const block of pending) if (held.has(block)) pending.delete(block)
    for (let block = firstPort; block <= lastBlock; block += portBlockSize) {
      if (held.has(block) || pending.has(block)) continue
      const free = await Promise.all(Array.from({ length: portBlockSize }, (_, at) => isFree(block + at)))
      if (free.every(Boolean)) {
        pending.add(block)
        return block
      }
    }
    throw new Error('no block of ten free ports is left between 41000 and 60999')
  }
  return {
    claim: () => {
      const result = tail.then(findBlock)
      tail = result.catch(() => {})
      return result
    },
  }
}
