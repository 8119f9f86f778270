import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Port } from '@contract/wire.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { socketPathOf } from '../../main/lib/data-folder.ts'
import { silentLog } from '../../main/lib/log.ts'
import { claimDeck, type DeckClaim } from '../../main/rpc/deck-claim.ts'
import { connectDeck } from '../../main/rpc/deck-connect.ts'
import { serve } from '../../main/rpc/serve.ts'
import { createContractProbe } from '../support/contract-handlers.ts'
import { nodePath } from '../support/deck.ts'
import { until } from '../support/until.ts'

let folder: string
const claims: DeckClaim[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qd-'))
})
afterEach(async () => {
  for (const claim of claims.splice(0)) await claim.release()
  await rm(folder, { recursive: true, force: true })
})

async function claim(data: string): Promise<DeckClaim | null> {
  const made = await claimDeck(data)
  if (made) claims.push(made)
  return made
}
function serveProbe(port: Port): void {
  serve(port, createContractProbe().handlers, { build: 'b', log: silentLog })
}

it('a data folder belongs to one deck, and is free again when that one ends', async () => {
  const first = await claim(folder)
  expect(first).not.toBeNull()
  expect(await claim(folder)).toBeNull()
  await first?.release()
  expect(await claim(folder)).not.toBeNull()
})

it('of many that start at once one gets the folder', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => claim(folder)))
  expect(all.filter((one) => one !== null)).toHaveLength(1)
})

it('a deck that was killed leaves nothing in the way', async () => {
  const script = `
    import { DatabaseSync } from 'node:sqlite'
    import { createServer } from 'node:net'
    const lock = new DatabaseSync(process.argv[1] + '/deck.lock')
    lock.exec('BEGIN EXCLUSIVE')
    createServer().listen(process.argv[1] + '/deck.sock', () => process.stdout.write('up'))`
  const child = spawn(nodePath, ['--input-type=module', '-e', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  expect(await claim(folder)).toBeNull()
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  const made = await claim(folder)
  await made?.listen(serveProbe)
  const client = await connectDeck(folder)
  expect(await client?.call('view.load', { key: 'k' })).toEqual({ ok: true, value: { json: 'k' } })
  client?.dispose()
})

it('the socket, the folder and the note about the deck are for this person alone', async () => {
  const data = join(folder, 'new')
  const made = await claim(data)
  await made?.listen(serveProbe)
  await made?.publish({ address: 'http://127.0.0.1:1/#t', build: 'b', version: '1' })
  expect((await stat(data)).mode & 0o777).toBe(0o700)
  expect((await stat(join(data, 'deck.sock'))).mode & 0o077).toBe(0)
  expect((await stat(join(data, 'deck.json'))).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(join(data, 'deck.json'), 'utf8'))).toMatchObject({ pid: process.pid, build: 'b' })
  await made?.release()
  await expect(stat(join(data, 'deck.json'))).rejects.toThrow()
  expect(await connectDeck(data)).toBeNull()
})

it('a folder that is open to others and holds other things is not shut, and not taken', async () => {
  await writeFile(join(folder, 'mine.txt'), 'x')
  await chmod(folder, 0o755)
  await expect(claimDeck(folder)).rejects.toThrow(/Choose an empty folder/)
  expect((await stat(folder)).mode & 0o777).toBe(0o755)
})

it('a data folder with a long path has its socket in a short private folder', async () => {
  const data = join(folder, 'very-long-name-of-a-folder-'.repeat(5))
  const { path, folder: place } = socketPathOf(data, 'deck')
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100)
  const made = await claim(data)
  await made?.listen(serveProbe)
  expect((await stat(place ?? '')).mode & 0o077).toBe(0)
  const client = await connectDeck(data)
  expect(client).not.toBeNull()
  client?.dispose()
  await made?.release()
  expect(await connectDeck(data)).toBeNull()
})

it('a file that stands where the socket belongs is no deck', async () => {
  await writeFile(join(folder, 'deck.sock'), '')
  expect(await connectDeck(folder)).toBeNull()
  const made = await claim(folder)
  await made?.listen(serveProbe)
  const client = await connectDeck(folder)
  expect(client).not.toBeNull()
  // The end of the deck ends its callers.
  await made?.release()
  await until('the client knows', () => client?.state === 'lost')
  client?.dispose()
})
