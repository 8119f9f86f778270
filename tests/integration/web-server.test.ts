import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import type { Port } from '@contract/wire.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createTicketDesk, isToken, loadIdentity, makeTicket, saveIdentity } from '../../main/web/guard.ts'
import { startWebServer, type WebServer } from '../../main/web/server.ts'
import { openStaticFiles } from '../../main/web/static-files.ts'

const token = 'T'.repeat(43)
let folder: string
let server: WebServer
let connected: Port[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qd-web-'))
  await mkdir(join(folder, 'page', 'assets'), { recursive: true })
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html><title>page</title>')
  await writeFile(join(folder, 'page', 'assets', 'index-P2Xu9kJm.js'), 'x'.repeat(5000))
  await writeFile(
    join(folder, 'page', 'assets', 'index-P2Xu9kJm.js.br'),
    brotliCompressSync(Buffer.from('x'.repeat(5000))),
  )
  await writeFile(join(folder, 'secret.txt'), 'secret')
  connected = []
  const made = await startWebServer({
    port: 0,
    token,
    ready: Promise.resolve(),
    files: await openStaticFiles(join(folder, 'page')),
    connect: (port) => {
      connected.push(port)
      port.send({ head: { t: 'hello', build: 'b' } })
    },
  })
  if (!made.ok) throw new Error(made.error.message)
  server = made.value
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

interface Answer {
  status: number
  headers: IncomingMessage['headers']
  body: Buffer
}
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      { host: '127.0.0.1', port: server.port, path, method, headers, agent: false },
      (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
        )
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}
/** Resolves to 'open', a close code, or the HTTP status of a refusal. */
function knock(protocols: string[], headers: Record<string, string> = {}, path = '/rpc'): Promise<'open' | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols, { headers })
    socket.once('unexpected-response', (_, answer) => {
      resolve(answer.statusCode ?? 0)
      socket.terminate()
    })
    socket.once('close', (code) => resolve(code))
    socket.on('error', () => {})
    // An accepted connection is greeted (below); a refused one is closed.
    socket.once('message', () => {
      resolve('open')
      socket.terminate()
    })
  })
}

it('the page comes with a strict policy and is never cached', async () => {
  const page = await get('/')
  expect(page.status).toBe(200)
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(page.headers['cache-control']).toBe('no-store')
  expect(page.headers['x-content-type-options']).toBe('nosniff')
  const policy = page.headers['content-security-policy']
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe-eval')
})

it('hashed assets are cached for good, and compressed for those who take it', async () => {
  const plain = await get('/assets/index-P2Xu9kJm.js')
  expect(plain.headers['cache-control']).toContain('immutable')
  expect(plain.headers['content-encoding']).toBeUndefined()
  expect(plain.body).toHaveLength(5000)
  const compressed = await get('/assets/index-P2Xu9kJm.js', { 'Accept-Encoding': 'gzip, br' })
  expect(compressed.headers['content-encoding']).toBe('br')
  expect(brotliDecompressSync(compressed.body)).toHaveLength(5000)
  const head = await get('/assets/index-P2Xu9kJm.js', {}, 'HEAD')
  expect(head.status).toBe(200)
  expect(head.body).toHaveLength(0)
})

it('no path leads out of the page', async () => {
  for (const path of [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '//etc/passwd',
    '/assets/index-P2Xu9kJm.js.br',
    '/assets',
  ]) {
    const answer = await get(path)
    expect(answer.status, path).toBe(404)
    expect(answer.body.toString()).not.toContain('secret')
  }
  expect((await get('/', {}, 'POST')).status).toBe(405)
})

it('a page of another name is refused: names can be bound to 127.0.0.1', async () => {
  expect((await get('/', { Host: `evil.example:${server.port}` })).status).toBe(421)
  expect((await get('/', { Host: '127.0.0.1' })).status).toBe(421)
  expect((await get('/', { Host: `localhost:${server.port}` })).status).toBe(200)
  expect(await knock(['quarterdeck', token], { Host: `evil.example:${server.port}` })).toBe(403)
})

it('only the token opens the connection, and only from our own page', async () => {
  expect(await knock(['quarterdeck', token])).toBe('open')
  expect(await knock(['quarterdeck', token], { Origin: `http://127.0.0.1:${server.port}` })).toBe('open')
  expect(connected).toHaveLength(2)
  expect(await knock(['quarterdeck', 'U'.repeat(43)])).toBe(4401)
  expect(await knock(['quarterdeck'])).toBe(4401)
  expect(await knock(['quarterdeck', token], { Origin: 'https://evil.example' })).toBe(403)
  expect(await knock(['quarterdeck', token], { Origin: 'null' })).toBe(403)
  expect(await knock(['quarterdeck', token], {}, '/other')).toBe(403)
  expect(connected).toHaveLength(2)
})

it('a ticket lets a browser in once, without the token in its address', async () => {
  const ticket = makeTicket(token)
  expect(ticket).not.toContain(token)
  const first = await get(`/open/${ticket}`)
  expect(first.status).toBe(302)
  expect(first.headers.location).toBe(`/#${token}`)
  expect((await get(`/open/${ticket}`)).status).toBe(403)
  expect((await get(`/open/${makeTicket('other')}`)).status).toBe(403)
  expect((await get('/open/')).status).toBe(403)
  expect((await get('/open/a.b.c')).status).toBe(403)
  const desk = createTicketDesk(token)
  expect(desk(makeTicket(token, 0), 61_000)).toBe(false)
  expect(desk(makeTicket(token, 0), 59_000)).toBe(true)
})

it('a port that is taken is told in words', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const made = await startWebServer({ port, token, ready: Promise.resolve(), files: () => false, connect: () => {} })
  expect(made).toMatchObject({ ok: false, error: { code: 'in-use' } })
  if (!made.ok) expect(made.error.message).toContain(String(port))
  await new Promise((resolve) => other.close(resolve))
})

it('it listens on this machine alone', async () => {
  const refused = await new Promise<string>((resolve) => {
    const socket = connect({ host: '127.0.0.2', port: server.port })
    socket.once('connect', () => resolve('connected'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
  })
  expect(refused).toBe('ECONNREFUSED')
})

it('closing ends at once though tabs are open', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, ['quarterdeck', token])
  await new Promise((resolve) => socket.once('open', resolve))
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await server.close()
  expect(await closed).toBe(1001)
})

it('token and port outlive a restart, and a broken file gives fresh ones', async () => {
  const path = join(folder, 'web.json')
  const fresh = await loadIdentity(path)
  expect(fresh.port).toBe(0)
  expect(fresh.token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  await saveIdentity(path, { token: fresh.token, port: 4321 })
  expect(await loadIdentity(path)).toEqual({ token: fresh.token, port: 4321 })
  await writeFile(path, '{"token":"short"}')
  expect((await loadIdentity(path)).port).toBe(0)
  expect(isToken('a', 'a')).toBe(true)
  expect(isToken('a', 'aa')).toBe(false)
})
