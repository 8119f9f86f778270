import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, readlink, rename, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { createFrameSplitter, decodeFrame, encodeSocketFrame } from '@contract/wire.ts'
import { expect, test } from 'vitest'
import { hostAddress, hostFiles } from '../../main/pty/address.ts'
import { OtherHostError } from '../../main/pty/connect.ts'
import type { PtyHostState } from '../../main/pty/pty-client.ts'
import { buildPtyHost } from '../support/pty-host-build.ts'
import { atEnd, isAlive, isGone, newClient, openPage, startHost, temporaryFolder } from '../support/pty-hosts.ts'
import { until } from '../support/until.ts'

const numbers = (count: number): string => Array.from({ length: count }, (_, i) => `number ${i + 1}`).join('\n')

test('after kill -9 of the program the next one finds the same agents, and no line is missing or doubled', async () => {
  const hostScript = await buildPtyHost()
  const folder = await temporaryFolder()
  const printing =
    'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo number $i; [ $((i % 25)) = 0 ] && sleep 0.01; done; read x'
  const program = spawn(
    process.execPath,
    [join(dirname(hostScript), 'pty-client-process.js'), folder, hostScript, printing, printing, printing, printing],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let said = ''
  program.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await until('the program has started its agents', () => said.includes('ready'))
  const hostPid = Number(/ready (\d+)/.exec(said)?.[1])
  program.kill('SIGKILL')
  await until('the program is gone', () => program.signalCode === 'SIGKILL')

  const host = await startHost(folder)
  expect(host.client.pid).toBe(hostPid)
  const found = await host.client.list()
  expect(found.map((info) => info.id).sort()).toEqual(['t1', 't2', 't3', 't4'])
  for (const info of found) {
    expect(info.alive).toBe(true)
    expect(await isGone(info.pid)).toBe(false)
  }
  const pages = await Promise.all(found.map((info) => openPage(host.client, info.id)))
  for (const page of pages) {
    await until('all numbers', () => page.text().endsWith('number 3000'))
    expect(page.text()).toBe(numbers(3000))
  }
  const again = await host.client.list()
  expect(new Set(again.map((info) => info.pid))).toEqual(new Set(found.map((info) => info.pid)))
})

test('when the host dies its terminals stay readable, and a new host runs', async () => {
  const host = await startHost()
  const { id } = await host.run(
    'for i in $(seq 1 500); do echo number $i; done; echo 中文 。; printf "\\033[31mred\\033[0m"; read x',
  )
  const { id: ended } = await host.run('echo short; exit 4')
  await host.exited(ended)
  const page = await openPage(host.client, id)
  await until('the text is there', () => page.text().endsWith('red'))
  const pid = host.client.pid as number
  await until('the journal has it', async () => {
    const folder = join(hostFiles(host.folder).journals, id)
    const files = (await readdir(folder)).filter((name) => name.endsWith('.bytes'))
    return (await readFile(join(folder, files[0] as string), 'utf8')).includes('red')
  })
  const states: PtyHostState[] = []
  host.client.onState((state) => states.push(state))
  process.kill(pid, 'SIGKILL')
  await until('another host runs', () => host.client.state === 'running' && host.client.pid !== pid)
  expect(states).toEqual(['lost', 'running'])
  expect(await host.client.info(id)).toMatchObject({ alive: false, exitCode: null, cols: 80, rows: 24 })
  expect(await host.client.info(ended)).toMatchObject({ alive: false, exitCode: 4 })
  expect(await host.client.text(id, 'all')).toEqual({ ok: true, value: `${numbers(500)}\n中文 。\nred` })
  // The page that looked is given the text again, as of a terminal that has ended.
  await until('the page knows', () => page.exited)
  expect(page.text()).toBe(`${numbers(500)}\n中文 。\nred`)
  // A resumed session goes on below its old text.
  await host.run('echo resumed', { name: id, continueJournal: true })
  await host.exited(id)
  await until('the page has both', () => page.text().endsWith('resumed'))
  expect(await host.client.text(id, 'all')).toEqual({ ok: true, value: `${numbers(500)}\n中文 。\nred\nresumed` })
})

test('a session resumed in the same host stands below its old text', async () => {
  const host = await startHost()
  await host.run('printf "\\033[?1049h\\033[?1000h\\033[31m full screen"; exit 0', { name: 'a' })
  await host.exited(host.id('a'))
  host.events.length = 0
  await host.run('echo second run', { name: 'a', continueJournal: true, cols: 90 })
  await host.exited(host.id('a'))
  host.events.length = 0
  await host.run('stty size', { name: 'a', continueJournal: true, cols: 90 })
  await host.exited(host.id('a'))
  expect(await host.client.text(host.id('a'), 'all')).toEqual({ ok: true, value: 'second run\n24 90' })
})

test('two programs that start at once share one host', async () => {
  const folder = await temporaryFolder()
  const clients = await Promise.all(Array.from({ length: 5 }, () => newClient(folder)))
  await Promise.all(clients.map((client) => client.connect()))
  const pids = new Set(clients.map((client) => client.pid))
  expect(pids.size).toBe(1)
  const pid = clients[0]?.pid as number
  await Promise.all(clients.slice(1).map((client) => client.dispose()))
  await clients[0]?.shutdown()
  await clients[0]?.dispose()
  await until('the host is gone', () => !isAlive(pid))
})

test('a socket that a dead host left does not keep a new one from starting', async () => {
  const folder = await temporaryFolder()
  const address = hostAddress(folder)
  const left = createServer().listen(address)
  await until('the socket is there', async () => (await stat(address)).isSocket())
  // Closing a server removes its socket: what is put back is a socket without a listener.
  const dead = spawn(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(`${address}2`)})`])
  left.close()
  await until('the other socket is there', async () => (await stat(`${address}2`)).isSocket())
  dead.kill('SIGKILL')
  await rename(`${address}2`, address)
  const host = await startHost(folder)
  expect(host.client.state).toBe('running')
})

test('only its owner can reach the host, however deep the data folder lies', async () => {
  const shallow = await startHost()
  expect((await stat(hostAddress(shallow.folder))).mode & 0o777).toBe(0o600)
  expect((await stat(shallow.folder)).mode & 0o777).toBe(0o700)
  const deep = join(await temporaryFolder(), 'a-folder-name-of-thirty-letters', 'b'.repeat(60), '深い場所')
  await mkdir(deep, { recursive: true })
  const address = hostAddress(deep)
  expect(Buffer.byteLength(address)).toBeLessThan(104)
  expect(address.startsWith(deep)).toBe(false)
  const host = await startHost(deep)
  expect((await stat(dirname(address))).mode & 0o777).toBe(0o700)
  await host.run('echo deep', { name: 'a' })
  await host.exited(host.id('a'))
  expect(await host.client.text(host.id('a'), 'all')).toEqual({ ok: true, value: 'deep' })
})

test('a host of another version with live terminals is told of, and left alone', async () => {
  const folder = await temporaryFolder()
  const requests: unknown[] = []
  const server = createServer((socket) => {
    const split = createFrameSplitter()
    socket.on('data', (chunk) => {
      for (const frame of split(chunk) ?? []) {
        const { head } = decodeFrame(frame) ?? {}
        requests.push((head as { t: string }).t)
        socket.write(encodeSocketFrame({ head: { t: 'hello', protocol: 9999, pid: 4242, live: 3 } }))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(hostAddress(folder), resolve))
  atEnd(() => new Promise((resolve) => server.close(() => resolve())))
  const client = await newClient(folder)
  const failure = await client.connect().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(OtherHostError)
  expect(failure).toMatchObject({ pid: 4242, live: 3, protocol: 9999 })
  expect(client.state).toBe('lost')
  expect(requests).toEqual(['hello'])
  await client.dispose()
})

test('a host without terminals and clients ends by itself, one with a terminal stays', async () => {
  const folder = await temporaryFolder()
  const first = await newClient(folder, { idleMs: 200 })
  await first.connect()
  const pid = first.pid as number
  const env = { PATH: process.env['PATH'] ?? '' }
  const terminal = (await startHost(folder)).id('a')
  const options = { cwd: folder, env, cols: 80, rows: 24, scrollbackLines: 100 }
  await first.spawn({ id: terminal, file: 'sleep', args: ['1000'], ...options })
  await first.dispose()
  const second = await newClient(folder)
  await second.connect()
  expect(second.pid).toBe(pid)
  await second.kill(terminal)
  await second.dispose()
})

test('nothing is left of a host that was idle for its time', async () => {
  const folder = await temporaryFolder()
  const client = await newClient(folder, { idleMs: 100 })
  await client.connect()
  const pid = client.pid as number
  await client.dispose()
  await until('the host has gone', () => !isAlive(pid))
  await until('its socket too', async () => (await stat(hostAddress(folder)).catch(() => null)) === null)
})

test('a broken journal is left out, and the others are found', async () => {
  const folder = await temporaryFolder()
  const journals = hostFiles(folder).journals
  await mkdir(join(journals, 'broken'), { recursive: true })
  await writeFile(join(journals, 'broken', 'terminal.json'), '{"version": 1, "pid"')
  await mkdir(join(journals, 'strange name!'), { recursive: true })
  const note = {
    version: 1,
    pid: 1,
    startedAt: '1',
    title: 'old',
    scrollbackLines: 1000,
    lastOutputAt: null,
    sizes: [{ total: 0, cols: 20, rows: 5 }],
    ended: null,
  }
  await mkdir(join(journals, 'good'), { recursive: true })
  await writeFile(join(journals, 'good', 'terminal.json'), JSON.stringify(note))
  await writeFile(join(journals, 'good', '0000000000000000.bytes'), 'one\r\ntwo\r\n')
  // What came between was not kept.
  await writeFile(join(journals, 'good', '0000000000005000.bytes'), '[1mcut\r\nlater\r\n')
  const host = await startHost(folder)
  expect((await host.client.list()).map((info) => info.id)).toEqual(['good'])
  expect(await host.client.text(host.id('good'), 'all')).toEqual({ ok: true, value: 'one\ntwo\nlater' })
  expect(await readFile(hostFiles(folder).log, 'utf8')).toContain('a journal cannot be read')
  await host.client.forget(host.id('good'))
  expect(await host.client.list()).toEqual([])
  await expect(stat(join(journals, 'good'))).rejects.toThrow()
  // The broken one's name can be used again.
  await host.run('echo new', { name: 'broken' })
  await host.exited(host.id('broken'))
  expect(await host.client.text(host.id('broken'), 'all')).toEqual({ ok: true, value: 'new' })
})

test('no terminal stays open in a host whose programs have ended', async () => {
  const host = await startHost()
  for (let round = 0; round < 10; round++) await host.run('echo done')
  for (let round = 1; round <= 10; round++) await host.exited(host.id(`t${round}`))
  await until('no pty is open', async () => {
    const links = await readdir(`/proc/${host.client.pid}/fd`)
    const targets = await Promise.all(
      links.map((link) => readlink(`/proc/${host.client.pid}/fd/${link}`).catch(() => '')),
    )
    return targets.every((target) => !/ptmx|pts/.test(target))
  })
})
