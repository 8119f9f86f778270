import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { openPage, startHost } from '../support/pty-hosts.ts'
import { terminalState } from '../support/screens.ts'
import { until } from '../support/until.ts'

async function residentBytes(pid: number): Promise<number> {
  const match = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'latin1'))
  return Number(match?.[1] ?? 0) * 1024
}

test('a quiet terminal nobody looks at costs little, and goes on exactly where it was', async () => {
  const host = await startHost(undefined, { packMs: 50 })
  const print = String.raw`i=0; while read x; do n=$((i+6000)); while [ $i -lt $n ]; do i=$((i+1)); printf '\033[3%dm%d\033[0m 。line of an agent\r\n' $((i%8)) $i; done; printf '\033]0;%s\007\033[?2004h\033[3;9r\033[7;4H' "t$i"; done`
  const { id, pid } = await host.run(print, { cols: 200 })
  host.client.write(id, '\r')
  await until('it has printed', () => host.events.some((event) => event.kind === 'title'))
  await until('it is quiet', () => host.events.some((event) => event.kind === 'activity' && !event.active))
  const first = await openPage(host.client, id)
  await until('the picture', () => first.total >= 0)
  first.viewing.close()
  const total = first.total
  // Packed by now or soon; what is known of it stays known.
  const info = await host.client.info(id)
  expect(info).toMatchObject({ pid, alive: true, bracketedPaste: true, alternateScreen: false, cols: 200, total })
  await until('it is packed', async () => {
    const log = await host.client.info(id)
    return log?.packed
  })
  expect(await host.client.text(id, 'screen')).toMatchObject({ ok: true })
  await until('it is packed again', async () => (await host.client.info(id))?.packed)
  host.events.length = 0
  host.client.write(id, '\r')
  await until('it has printed more', () => host.events.some((event) => event.kind === 'title'))
  expect(host.events.filter((event) => event.kind === 'title')).toEqual([{ kind: 'title', id, title: 't12000' }])
  await until('it is packed once more', async () => (await host.client.info(id))?.packed)
  host.client.resize(id, 150, 30)
  await until('it has the size', async () => (await host.client.info(id))?.cols === 150)
  const second = await openPage(host.client, id)
  await until('the picture', () => second.total >= 0)
  host.client.resize(id, 200, 24)
  const third = await openPage(host.client, id)
  await until('both are drawn', () => third.total >= 0 && second.terminal.cols === 200)
  expect(terminalState(third.core, 200)).toEqual(terminalState(second.core, 200))
  expect(second.text()).toContain('12000 。line of an agent')
})

test('terminals that fall quiet one after the other do not pile up in memory', async () => {
  const host = await startHost(undefined, { packMs: 50 })
  const print =
    'seq -f "%.0f an agent says this and that, and goes on for some while about it" 1 20000; exec sleep 1000'
  const names = Array.from({ length: 9 }, (_, index) => host.id(`quiet${index}`))
  let one = 0
  for (const name of names) {
    await host.run(print, { name, cols: 120 })
    await until(`${name} is packed`, async () => (await host.client.info(name))?.packed)
    if (one === 0) one = await residentBytes(host.client.pid as number)
  }
  // Eight more with their cells would take 370 MB more; collected late, the cells of a few are there at a time.
  expect((await residentBytes(host.client.pid as number)) - one).toBeLessThan(180 * 1024 * 1024)
  const text = await host.client.text(names[3] ?? host.id('none'), 'all')
  expect(text.ok && text.value.split('\n').length).toBe(20_000)
})
