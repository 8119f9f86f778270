import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listProcesses } from '../../main/lib/process-tree.ts'
import { isGone, openPage, startHost } from '../support/pty-hosts.ts'
import { until } from '../support/until.ts'

async function pidFrom(path: string): Promise<number> {
  return Number(await until(`a pid in ${path}`, async () => (await readFile(path, 'utf8').catch(() => '')).trim()))
}

test('ending a terminal ends all that it started, also what ignores the hang-up or has a group of its own', async () => {
  const host = await startHost()
  const stubborn = 'trap "" HUP; echo $$ > stubborn; while :; do sleep 1000; done'
  const apart = 'echo $$ > apart; exec sleep 1000'
  const orphan = '(bash -c "echo \\$\\$ > orphan; trap \\"\\" HUP; while :; do sleep 1000; done" &) ; true'
  await writeFile(join(host.folder, 'stubborn.sh'), stubborn)
  await writeFile(join(host.folder, 'apart.sh'), apart)
  const { id, pid } = await host.run(
    `bash stubborn.sh & ${orphan}; setsid bash -c 'echo $$ > session; exec sleep 1000' & set -m; bash apart.sh & wait`,
  )
  const pids = await Promise.all(
    ['stubborn', 'apart', 'orphan', 'session'].map((name) => pidFrom(join(host.folder, name))),
  )
  const start = performance.now()
  await host.client.kill(id)
  expect(performance.now() - start).toBeLessThan(6000)
  for (const each of [pid, ...pids]) expect(await isGone(each), `${each} is gone`).toBe(true)
  expect((await host.client.info(id))?.alive).toBe(false)
  expect(await host.exited(id)).toMatchObject({ id })
})

test('a program that heeds the hang-up is ended at once and may say goodbye', async () => {
  const host = await startHost()
  const { id } = await host.run('trap "echo goodbye; exit 5" HUP; echo ready; while :; do sleep 0.05; done')
  const page = await openPage(host.client, id)
  await until('it runs', () => page.text().includes('ready'))
  const start = performance.now()
  await host.client.kill(id)
  expect(performance.now() - start).toBeLessThan(2000)
  expect(await host.exited(id)).toMatchObject({ exitCode: 5, signal: null })
  expect(page.text()).toContain('goodbye')
})

test('a stopped program is ended too', async () => {
  const host = await startHost()
  const { id, pid } = await host.run('kill -STOP $$; sleep 1000')
  await until('it is stopped', async () => / T /.test(await readFile(`/proc/${pid}/stat`, 'latin1')))
  await host.client.kill(id)
  expect(await isGone(pid)).toBe(true)
})

test('a signal that ends a program is told as one', async () => {
  const host = await startHost()
  const { id } = await host.run('kill -KILL $$')
  expect(await host.exited(id)).toMatchObject({ exitCode: null, signal: 9 })
})

test('what cannot be started is told, and leaves nothing behind', async () => {
  const host = await startHost()
  await writeFile(join(host.folder, 'no-program'), 'echo never', { mode: 0o600 })
  const spawn = (file: string, cwd = host.folder) =>
    host.client.spawn({
      id: host.id('a'),
      file,
      args: [],
      cwd,
      env: { PATH: '/usr/bin:/bin' },
      cols: 80,
      rows: 24,
      scrollbackLines: 100,
    })
  expect(await spawn('no-such-program-at-all')).toMatchObject({ ok: false, error: { code: 'not-found' } })
  expect(await spawn('/no/such/program')).toMatchObject({ ok: false, error: { code: 'not-found' } })
  expect(await spawn('sh', join(host.folder, 'missing'))).toMatchObject({ ok: false, error: { code: 'not-found' } })
  expect(await host.client.list()).toEqual([])
  expect(await host.client.attach(host.id('a'), { event: () => {} })).toBeNull()
  expect(await host.client.text(host.id('a'), 'all')).toMatchObject({ ok: false, error: { code: 'not-found' } })
  await host.run('sleep 1000', { name: 'a' })
  expect(await spawn('sh')).toMatchObject({ ok: false, error: { code: 'already-running' } })
})

test('shutdown ends every program', async () => {
  const host = await startHost()
  const infos = await Promise.all(Array.from({ length: 6 }, () => host.run('sleep 1000 & sleep 1000')))
  const roots = infos.map((info) => info.pid)
  const all = (await listProcesses()).filter((entry) => roots.includes(entry.session)).map((entry) => entry.pid)
  expect(all.length).toBeGreaterThanOrEqual(6)
  await host.client.shutdown()
  for (const pid of all) expect(await isGone(pid)).toBe(true)
})

test('what a program left running when it ended keeps nobody waiting for the exit, and is ended when asked', async () => {
  const host = await startHost()
  const { id } = await host.run(`trap "" HUP; bash -c 'echo $$ > left; exec sleep 1000' & sleep 0.1; echo over; exit 3`)
  expect(await host.exited(id)).toMatchObject({ exitCode: 3 })
  expect(await host.client.text(id, 'all')).toEqual({ ok: true, value: 'over' })
  const left = await pidFrom(join(host.folder, 'left'))
  expect(await isGone(left)).toBe(false)
  await host.client.kill(id)
  expect(await isGone(left)).toBe(true)
})
