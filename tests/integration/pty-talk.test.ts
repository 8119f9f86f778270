import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPage, startHost, type TestHost } from '../support/pty-hosts.ts'
import { until } from '../support/until.ts'

/** Sends `query`, reads what comes back for a moment, prints it as JSON. */
const asking = `
const tty = process.stdin; tty.setRawMode(true); let all = ''
tty.on('data', (bytes) => { all += bytes.toString('latin1'); if (all.includes('END')) process.exit(0) })
const query = JSON.parse(process.argv[1])
process.stdout.write(query + '\\x1b[5n')
let timer = setInterval(() => { if (all.endsWith('\\x1b[0n')) { clearInterval(timer); process.stdout.write('\\r\\n' + JSON.stringify(all.slice(0, -4)) + '\\r\\n'); process.exit(0) } }, 5)
`

async function ask(host: TestHost, query: string): Promise<string> {
  const name = `q${Math.random().toString(36).slice(2)}`
  await host.run('', { name, args: ['-c', 'exec "$0" -e "$1" "$2"', process.execPath, asking, JSON.stringify(query)] })
  await host.exited(host.id(name))
  const text = await host.client.text(host.id(name), 'all')
  if (!text.ok) throw new Error(text.error.message)
  const line = text.value.split('\n').find((each) => each.startsWith('"'))
  return JSON.parse(line ?? '""') as string
}

test('device queries are answered while no page is attached', async () => {
  const host = await startHost()
  host.client.setColours({ foreground: '#112233', background: '#fafafa', cursor: '#ff0000' })
  const answers = await Promise.all(
    [
      '\x1b[c',
      '\x1b[>c',
      '\x1b[=c',
      '\x1b[6n',
      '\x1b[?6n',
      '\x1b[?2026$p',
      '\x1b[4$p',
      '\x1bP$qr\x1b\\',
      '\x1b[>q',
      '\x1b]10;?\x07',
      '\x1b]11;?\x1b\\',
      '\x1b]10;?;?;?\x1b\\',
      '\x1b]4;1;?;255;?\x1b\\',
      '\x1b[14t',
      '\x1b[16t',
      '\x1b[18t',
      '\x1bP+q544e;436f;7878\x1b\\',
      '\x1b[?996n',
      '\x1b]11;#000000\x07\x1b]11;?\x07\x1b]111\x07\x1b]11;?\x07',
      '\x1b[21t\x1b]52;c;?\x07',
    ].map((query) => ask(host, query)),
  )
  expect(answers).toEqual([
    '\x1b[?1;2c',
    '\x1b[>0;276;0c',
    '\x1bP!|00000000\x1b\\',
    '\x1b[1;1R',
    '\x1b[?1;1R',
    '\x1b[?2026;2$y',
    '\x1b[4;2$y',
    '\x1bP1$r1;24r\x1b\\',
    '\x1bP>|xterm.js(6.0.0)\x1b\\',
    '\x1b]10;rgb:1111/2222/3333\x1b\\',
    '\x1b]11;rgb:fafa/fafa/fafa\x1b\\',
    '\x1b]10;rgb:1111/2222/3333\x1b\\\x1b]11;rgb:fafa/fafa/fafa\x1b\\\x1b]12;rgb:ffff/0000/0000\x1b\\',
    '\x1b]4;1;rgb:cccc/0000/0000\x1b\\\x1b]4;255;rgb:eeee/eeee/eeee\x1b\\',
    '\x1b[4;432;720t',
    '\x1b[6;18;9t',
    '\x1b[8;24;80t',
    '\x1bP1+r544e=787465726D2D323536636F6C6F72\x1b\\\x1bP1+r436f=323536\x1b\\\x1bP0+r7878\x1b\\',
    '\x1b[?997;2n',
    '\x1b]11;rgb:0000/0000/0000\x1b\\\x1b]11;rgb:fafa/fafa/fafa\x1b\\',
    '',
  ])
})

test('a program that asks for the kitty keyboard gets no promise, and its next answer at once', async () => {
  const host = await startHost()
  expect(await ask(host, '\x1b[?u\x1b[c')).toBe('\x1b[?1;2c')
})

test('a program that asked for it is told when dark turns to light, also while it is packed', async () => {
  const host = await startHost(undefined, { packMs: 20 })
  const listening = `
process.stdin.setRawMode(true)
process.stdin.on('data', (bytes) => process.stdout.write(JSON.stringify(bytes.toString()) + '\\r\\n'))
process.stdout.write('x\\r\\n'.repeat(3000) + '\\x1b[?2031hready')
`
  const { id } = await host.run('', { file: process.execPath, args: ['-e', listening.replaceAll('\\\\', '\\')] })
  await until('it is packed', async () => (await host.client.info(id))?.packed)
  host.client.setColours({ foreground: '#000000', background: '#ffffff', cursor: '#000000' })
  await until('it was told', async () => {
    const text = await host.client.text(id, 'screen')
    return text.ok && text.value.includes('[?997;2n')
  })
})

test('titles, bells, notifications and progress are told', async () => {
  const host = await startHost()
  const { id } = await host.run(
    String.raw`printf '\033]0;◐ Working\007\a\033]9;Codex wants to edit x\007\033]9;4;3;\007'; sleep 0.3
    printf '\033]2;a\033[31mb\033\\\033]777;notify;Gemini;Approval required | x;y\007\033]9;4;1;250\007\033]9;9;/tmp\007\033]777;other\007'; sleep 0.3`,
  )
  await host.exited(id)
  const told = host.events.filter((event) => event.kind !== 'activity')
  expect(told).toEqual([
    { kind: 'title', id, title: '◐ Working' },
    { kind: 'bell', id },
    { kind: 'notification', id, title: null, body: 'Codex wants to edit x' },
    { kind: 'progress', id, state: 3, percent: 0 },
    // A sequence inside a title ends it.
    { kind: 'title', id, title: 'a' },
    { kind: 'notification', id, title: 'Gemini', body: 'Approval required | x;y' },
    { kind: 'progress', id, state: 1, percent: 100 },
    { kind: 'exited', id, exitCode: 0, signal: null },
  ])
  expect((await host.client.info(id))?.title).toBe('a')
})

test('a flood of titles and bells is told a few times a second, the last title always', async () => {
  const host = await startHost()
  const { id } = await host.run(
    String.raw`for i in $(seq 1 20000); do printf '\033]0;title %s\007\a' $i; done; sleep 0.2`,
  )
  await host.exited(id)
  const titles = host.events.filter((event) => event.kind === 'title')
  expect(titles.length).toBeLessThan(60)
  expect(titles.at(-1)).toEqual({ kind: 'title', id, title: 'title 20000' })
  expect(host.events.filter((event) => event.kind === 'bell').length).toBeLessThan(60)
})

test('output that begins and falls quiet is told, with the program then in the foreground', async () => {
  const host = await startHost()
  const { id } = await host.run('', { file: '/bin/bash', args: ['--norc', '--noprofile', '-i'] })
  const quiet = (): number => host.events.filter((event) => event.kind === 'activity' && !event.active).length
  await until('the prompt is there, and quiet', () => quiet() === 1)
  expect(host.events.filter((event) => event.kind === 'activity')).toEqual([
    { kind: 'activity', id, active: true, foreground: null },
    { kind: 'activity', id, active: false, foreground: null },
  ])
  host.client.write(id, 'sleep 1000\r')
  await until('quiet again', () => quiet() === 2)
  expect(host.events.at(-1)).toMatchObject({ kind: 'activity', active: false, foreground: { name: 'sleep' } })
  expect((await host.client.info(id))?.foreground?.name).toBe('sleep')
  expect((await host.client.info(id))?.active).toBe(false)
})

test('pasted text is bracketed when the program asked, and cannot end its own paste', async () => {
  const host = await startHost()
  const reader = `
const tty = process.stdin; tty.setRawMode(true); let all = ''
process.stdout.write(process.argv[1] === 'on' ? '\\x1b[?2004hready' : 'ready')
tty.on('data', (bytes) => { all += bytes.toString(); if (/\\r$/.test(all) && (all.includes('201~') || process.argv[1] !== 'on')) { process.stdout.write('\\r\\n' + JSON.stringify(all) + '\\r\\n'); process.exit(0) } })
`
  await writeFile(join(host.folder, 'reader.js'), reader)
  const run = async (name: string, mode: string, text: string): Promise<unknown> => {
    const { id } = await host.run('', { name, file: process.execPath, args: ['-e', reader, mode] })
    const page = await openPage(host.client, id)
    await until('it reads', () => page.text().includes('ready'))
    expect((await host.client.info(id))?.bracketedPaste).toBe(mode === 'on')
    host.client.paste(id, text, true)
    await host.exited(id)
    return JSON.parse(
      page
        .text()
        .split('\n')
        .find((line) => line.startsWith('"')) ?? '""',
    )
  }
  const evil = 'line 一\nline 2\r\n\x1b[201\x1b[201~~rm -rf x\n'
  expect(await run('on', 'on', evil)).toBe('\x1b[200~line 一\rline 2\rrm -rf x\r\x1b[201~\r')
  expect(await run('off', 'off', 'one\ntwo')).toBe('one\rtwo\r')
})

test('a full-screen program is found again as it was', async () => {
  const host = await startHost()
  const { id } = await host.run('seq 1 200 > lines; TERM=xterm-256color exec less lines')
  const first = await openPage(host.client, id)
  await until('less shows its file', () => first.core.buffers.active === first.core.buffers.alt)
  host.client.write(id, '50j')
  await until('it has scrolled', async () => {
    const text = await host.client.text(id, 'screen')
    return text.ok && text.value.includes('\n73')
  })
  expect((await host.client.info(id))?.alternateScreen).toBe(true)
  const second = await openPage(host.client, id)
  await until('the second page is drawn', () => second.total >= 0)
  const rows = (page: typeof first): string[] =>
    Array.from({ length: 24 }, (_, y) => page.core.buffers.active.lines.get(y)?.translateToString(true).trimEnd() ?? '')
  await until('the first page has it', () => first.total === second.total)
  expect(rows(second)).toEqual(rows(first))
  host.client.write(id, 'q')
  await host.exited(id)
  await until('both are back', () => [first, second].every((page) => page.exited))
  expect(second.core.buffers.active).toBe(second.core.buffers.normal)
})
