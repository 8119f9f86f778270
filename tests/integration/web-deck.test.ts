/** The web host as people start it: a process, its one line, its data folder. Needs the build in out/. */
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { HostState } from '@contract/host.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { deckEnvironment, killProcessesOf, nodePath, processesOf, startDeck, type TestDeck } from '../support/deck.ts'
import { jsonOf, runQuarterdeck } from '../support/quarterdeck-command.ts'
import { until } from '../support/until.ts'

const web = new URL('../../out/main/web.js', import.meta.url).pathname
const decks: TestDeck[] = []
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qd-t-'))
})
afterEach(async () => {
  // The latest first: those before it on the same folder have ended.
  for (const deck of decks.splice(0).reverse()) await deck.stop()
  await rm(folder, { recursive: true, force: true })
})

async function start(...args: Parameters<typeof startDeck>): Promise<TestDeck> {
  const deck = await startDeck(...args)
  decks.push(deck)
  return deck
}
function runWeb(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(nodePath, [web, '--no-open', ...args], { env, cwd: folder })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    child.once('close', (code) => resolve({ code, out, err }))
  })
}
async function makeRepository(name: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(path)
  await writeFile(join(path, 'a.txt'), 'a\n')
  const git = (...args: string[]): Promise<unknown> => promisify(execFile)('git', args, { cwd: path })
  await git('init', '-q', '-b', 'main')
  await git('add', '.')
  await git('commit', '-q', '-m', 'first')
  return path
}
async function hostState(deck: TestDeck): Promise<HostState> {
  const client = await deck.client()
  return new Promise((resolve) => {
    const stream = client.open(
      'host.state',
      {},
      {
        event: (state) => {
          queueMicrotask(() => stream.close())
          resolve(state)
        },
      },
    )
  })
}

it('the page and the WebSocket are where the one line says', async () => {
  const deck = await start()
  expect(deck.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[A-Za-z0-9_-]{43}$/)
  const page = await fetch(deck.url)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<div id="root">')
  const note = JSON.parse(await readFile(join(deck.data, 'deck.json'), 'utf8')) as { pid: number; address: string }
  expect(note).toMatchObject({ pid: deck.pid, address: deck.address })
  expect((await stat(join(deck.data, 'deck.json'))).mode & 0o777).toBe(0o600)
  expect((await stat(deck.data)).mode & 0o777).toBe(0o700)
  expect((await hostState(deck)).address).toBe(deck.address)
})

it('a second start on the same data folder points to the first, which opens the folder', async () => {
  const deck = await start()
  const repository = await makeRepository('二 two')
  const second = await runWeb([repository], deck.env)
  expect(second).toMatchObject({ code: 0, out: `Quarterdeck is at ${deck.address}\n` })
  const client = await deck.client()
  const paths: string[] = []
  client.open(
    'repository.list',
    {},
    { event: ({ repositories }) => void paths.push(...repositories.map((one) => one.path)) },
  )
  await until('the folder is open', () => paths.includes(repository))
})

it('of several starts at once one becomes the deck, and all say where it is', async () => {
  const base = await mkdtemp(join(tmpdir(), 'qd-'))
  const env = deckEnvironment(join(base, 'data'), join(base, 'home'))
  await mkdir(join(base, 'home'))
  const children = Array.from({ length: 4 }, () => spawn(nodePath, [web, '--no-open'], { env, cwd: folder }))
  const lines = await Promise.all(
    children.map(
      (child) =>
        new Promise<string>((resolve) => {
          child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text))
        }),
    ),
  )
  expect(new Set(lines).size).toBe(1)
  await until('three have ended', () => children.filter((child) => child.exitCode === 0).length === 3)
  for (const child of children) child.kill('SIGTERM')
  await until('all have ended', () => children.every((child) => child.exitCode !== null || child.signalCode !== null))
  // A pty host without terminals waits a moment for the next deck before it goes.
  const left = (await processesOf(join(base, 'home'))).filter(({ command }) => !command.includes('pty-host'))
  expect(left).toEqual([])
  await killProcessesOf(join(base, 'home'))
  await rm(base, { recursive: true, force: true })
})

it('a killed deck comes back at the same address, so that an open tab finds it', async () => {
  const first = await start()
  await first.kill('SIGKILL')
  const again = await start({ data: first.data, home: first.home })
  expect(again.address).toBe(first.address)
})

it('a newer build takes the place of an older deck at the same address, and its agents go on', async () => {
  const first = await start({ folder: await makeRepository('repo') })
  const session = ['session', 'new', '--repository', join(folder, 'repo'), '--agent', 'shell', '--json']
  const made = await runQuarterdeck(session, { env: first.env, cwd: folder })
  const pid = jsonOf<{ sessions: { pid: number }[] }>(made).sessions[0]?.pid
  expect(pid).toBeGreaterThan(0)
  const note = join(first.data, 'deck.json')
  await writeFile(note, (await readFile(note, 'utf8')).replace(/"build": "[^"]*"/, '"build": "older"'))
  const second = await start({ data: first.data, home: first.home })
  expect(second.address).toBe(first.address)
  expect(second.stderr()).toContain('takes its place')
  const listed = await runQuarterdeck(['session', 'list', '--json'], { env: second.env, cwd: folder })
  expect(jsonOf<{ sessions: { pid: number }[] }>(listed).sessions.map((one) => one.pid)).toEqual([pid])
})

it('SIGTERM ends it cleanly: exit status 0, the folder free, no note left', async () => {
  const deck = await start()
  await deck.kill('SIGTERM')
  await expect(stat(join(deck.data, 'deck.json'))).rejects.toThrow()
  await expect(stat(join(deck.data, 'deck.sock'))).rejects.toThrow()
  expect(deck.stderr()).toBe('')
})

it('a folder that is no repository does not stop the start; the deck says so', async () => {
  const deck = await start({ folder: join(folder, 'nowhere') })
  await until('the problem is told', async () =>
    (await hostState(deck)).problems.some((one) => one.includes('nowhere')),
  )
})

it('a port in use is told in words; without a wish another is taken', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const data = join(folder, 'd')
  const env = deckEnvironment(data, folder)
  const refused = await runWeb(['--port', String(port)], env)
  expect(refused.code).toBe(1)
  expect(refused.out).toBe('')
  expect(refused.err).toContain(`Port ${port} is in use`)
  await writeFile(join(data, 'web.json'), JSON.stringify({ token: 'x'.repeat(43), port }))
  const deck = await start({ data, home: folder })
  expect(deck.token).toBe('x'.repeat(43))
  expect(deck.url).not.toContain(String(port))
  await new Promise((resolve) => other.close(resolve))
})

it('wrong arguments are refused with the usage, before anything is made', async () => {
  const data = join(folder, 'd')
  const refused = await runWeb(['--nonsense'], deckEnvironment(data, folder))
  expect(refused.code).toBe(2)
  expect(refused.err).toContain('Usage:')
  await expect(stat(data)).rejects.toThrow()
})

it('a data folder that cannot be used is told in words', async () => {
  await writeFile(join(folder, 'file'), '')
  const refused = await runWeb([], deckEnvironment(join(folder, 'file', 'd'), folder))
  expect(refused.code).toBe(1)
  expect(refused.out).toBe('')
  expect(refused.err).not.toContain('    at ')
})
