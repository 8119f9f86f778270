import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Screen } from '../../main/pty/screen.ts'
import { isGone, openPage, startHost } from '../support/pty-hosts.ts'
import { terminalState } from '../support/screens.ts'
import { until } from '../support/until.ts'

/** Output as agents print it, `lines` lines of it. */
function agentText(lines: number): string {
  const parts: string[] = []
  for (let i = 1; i <= lines; i++) {
    parts.push(
      `${i} \x1b[3${i % 8}m● 更新\x1b[0m src/file-${i % 97}.ts \x1b[2m+${i % 50}\x1b[0m 👩‍👩‍👧 。、e\u0301 done\n`,
    )
  }
  return parts.join('')
}

/** The state a terminal of 80 × 24 is in after `text` went through a pty. */
function expectedState(text: string): unknown {
  const screen = new Screen({ cols: 80, rows: 24, scrollbackLines: 20_000 })
  screen.feed(Buffer.from(text.replaceAll('\n', '\r\n')))
  return terminalState(screen.core, 80)
}

test('the program finds its size before its first output', async () => {
  const host = await startHost()
  await host.run('stty size', { name: 'a', cols: 101, rows: 37 })
  await host.exited(host.id('a'))
  expect(await host.client.text(host.id('a'), 'all')).toEqual({ ok: true, value: '37 101' })
})

test('the exit code is told after the last output', async () => {
  const host = await startHost()
  const { id } = await host.run('read go; for i in $(seq 1 3000); do echo line $i; done; exit 7')
  const page = await openPage(host.client, id)
  let atExit = ''
  host.client.onEvent((event) => {
    if (event.kind === 'exited') atExit = page.text()
  })
  host.client.write(id, '\r')
  const exit = await host.exited(id)
  expect(exit).toMatchObject({ exitCode: 7, signal: null })
  expect(atExit).toMatch(/line 3000$/)
  expect(page.events.at(-1)).toEqual({ kind: 'exited', exitCode: 7, signal: null })
})

test('a slow viewer does not stop the agent, and sees the same in the end', async () => {
  const host = await startHost()
  const text = agentText(150_000)
  await writeFile(join(host.folder, 'text'), text)
  const { id } = await host.run('read go; stty -echo; cat text')
  const acks: (() => void)[] = []
  const page = await openPage(host.client, id, { ack: (ack) => acks.push(ack) })
  await until('the first picture', () => page.total >= 0)
  host.client.write(id, '\r')
  // Nothing is acknowledged: the program ends all the same, and little was sent.
  await host.exited(id)
  expect(page.bytes).toBeLessThan(1.3 * 1024 * 1024)
  const total = (await host.client.info(id))?.total
  await until('the page has all', () => {
    for (const ack of acks.splice(0)) ack()
    return page.total === total && page.exited && !page.events.findLast((event) => event.kind === 'snapshot')?.partial
  })
  expect(page.events.filter((event) => event.kind === 'snapshot').length).toBeGreaterThan(1)
  expect(terminalState(page.core, 80)).toEqual(expectedState(`\n${text}`))
})

test('a viewer that keeps up sees the same as a terminal of its own, through any flood', async () => {
  const host = await startHost()
  const text = agentText(100_000)
  await writeFile(join(host.folder, 'text'), text)
  const { id } = await host.run('read go; stty -echo; cat text')
  const page = await openPage(host.client, id)
  await until('the first picture', () => page.total >= 0)
  host.client.write(id, '\r')
  await until('the page has the end', () => page.exited)
  await until('the whole picture', () => !page.events.findLast((event) => event.kind === 'snapshot')?.partial)
  expect(terminalState(page.core, 80)).toEqual(expectedState(`\n${text}`))
})

test('characters and sequences cut anywhere come out whole', async () => {
  const host = await startHost()
  const text =
    '一。、👩‍👩‍👧e\u0301\x1b[1;31m红\x1b]0;标题\x07\x1b[0m\x1b]8;;http://a.example/中\x1b\\链\x1b]8;;\x1b\\🇨🇳ok\n'
  await writeFile(join(host.folder, 'text'), text)
  // One byte at a time, each its own write; the pause now and then lets the host send what it has.
  const script = `const b=require('fs').readFileSync('text');(async()=>{for(let i=0;i<b.length;i++){process.stdout.write(b.subarray(i,i+1));await new Promise(r=>setTimeout(r,i%3?0:7))}})()`
  const { id } = await host.run('read go; stty -echo; exec "$0" -e "$1"', {
    args: ['-c', 'read go; stty -echo; exec "$0" -e "$1"', process.execPath, script],
  })
  const page = await openPage(host.client, id)
  host.client.write(id, '\r')
  await host.exited(id)
  await until('the page has the end', () => page.exited)
  expect(terminalState(page.core, 80)).toEqual(expectedState(`\n${text}`))
  expect(page.text()).toBe('\n一。、👩‍👩‍👧e\u0301红链🇨🇳ok')
  expect(host.events).toContainEqual({ kind: 'title', id, title: '标题' })
  // Each page that comes later, in the middle of it or at the end, has the same.
  const late = await openPage(host.client, id)
  await until('the late page is drawn', () => late.exited)
  expect(terminalState(late.core, 80)).toEqual(expectedState(`\n${text}`))
})

test('a page that comes while lines are printed finds every number once', async () => {
  const host = await startHost()
  const { id } = await host.run('for i in $(seq 1 4000); do echo number $i; (( i % 40 )) || sleep 0.01; done')
  const pages = []
  for (let round = 0; round < 8; round++) {
    pages.push(await openPage(host.client, id))
    const seen = pages.length * 300
    await until(`${seen} lines`, async () => ((await host.client.info(id))?.total ?? 0) > seen * 12)
  }
  await host.exited(id)
  const numbers = Array.from({ length: 4000 }, (_, index) => `number ${index + 1}`).join('\n')
  for (const page of pages) {
    await until('the page has the end', () => page.exited)
    expect(page.text()).toBe(numbers)
  }
})

test('Ctrl-C overtakes a flood', async () => {
  const host = await startHost()
  const { id } = await host.run(
    'trap "echo; echo stopped here; exit 0" INT; while :; do cat /etc/passwd /etc/services /etc/passwd; done 2>/dev/null',
  )
  const page = await openPage(host.client, id)
  await until('much output', () => page.total > 2_000_000)
  const start = performance.now()
  host.client.write(id, '\x03')
  await host.exited(id)
  const took = performance.now() - start
  expect(took).toBeLessThan(2000)
  await until('the page has the end', () => page.exited)
  expect(page.text()).toMatch(/stopped here$/)
})

test('a program that does not read what is typed costs no processor time', async () => {
  const host = await startHost()
  const { id, pid } = await host.run('trap "" HUP; echo ready; while :; do sleep 1000; done')
  await until('it runs', async () => (await host.client.text(id, 'screen')).ok)
  host.client.write(id, `${'x'.repeat(200)}\n`.repeat(500))
  const ticks = async (): Promise<number> => {
    const fields = (await readFile(`/proc/${host.client.pid}/stat`, 'latin1')).split(') ')[1]?.split(' ') ?? []
    return Number(fields[11]) + Number(fields[12])
  }
  await host.client.info(id)
  const before = await ticks()
  // It heeds no hang-up: the end takes the three seconds of grace, in which the host has nothing to do.
  await host.client.kill(id)
  expect(await isGone(pid)).toBe(true)
  expect((await ticks()) - before).toBeLessThan(60)
})

test('a resize reaches the program and every page in its place among the output', async () => {
  const host = await startHost()
  const { id } = await host.run('trap "stty size" WINCH; stty size; echo ready; while :; do sleep 0.05; done')
  const page = await openPage(host.client, id)
  await until('it runs', () => page.text().includes('ready'))
  for (let cols = 60; cols <= 100; cols++) host.client.resize(id, cols, 30)
  host.client.resize(id, 100, 30)
  await until('the last size', () => page.text().includes('30 100'))
  const sizes = page.events.filter((event) => event.kind === 'resized')
  expect(sizes.at(0)).toMatchObject({ cols: 60 })
  expect(sizes.at(-1)).toEqual({ kind: 'resized', cols: 100, rows: 30 })
  expect(sizes.length).toBeLessThanOrEqual(4)
  host.client.resize(id, 0, -5)
  await until('the smallest size', async () => (await host.client.info(id))?.cols === 2)
  expect(await host.client.info(id)).toMatchObject({ cols: 2, rows: 1 })
})
