import { createServer, type Server } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createPortBlocks } from '../../main/sessions/ports.ts'

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

describe('port blocks', () => {
  test('claims at the same moment are of different blocks of ten', async () => {
    const blocks = createPortBlocks(() => new Set())
    const claimed = await Promise.all([blocks.claim(), blocks.claim(), blocks.claim()])
    expect(new Set(claimed).size).toBe(3)
    for (const block of claimed) expect((block - 41_000) % 10).toBe(0)
  })
  test('a block of another session, or one where something listens, is passed over', async () => {
    const first = await createPortBlocks(() => new Set()).claim()
    const server = await listen(first + 7)
    try {
      const next = await createPortBlocks(() => new Set()).claim()
      expect(next).toBeGreaterThan(first)
      expect(await createPortBlocks(() => new Set([next])).claim()).toBeGreaterThan(next)
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
})
