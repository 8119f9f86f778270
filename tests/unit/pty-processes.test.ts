import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import {
  descendantsOf,
  endProcessTree,
  listProcesses,
  parseProcStat,
  parsePsLine,
  type ProcessEntry,
  readProcess,
} from '../../main/lib/process-tree.ts'
import { Activity, Burst } from '../../main/pty/activity.ts'
import { hostAddress } from '../../main/pty/address.ts'
import { until } from '../support/until.ts'

test('a process is read whatever its name holds', () => {
  const rest = 'S 7 8 9 34816 10 4194560 1 0 0 0 1 2 0 0 20 0 1 0 336679 1000 200 18446744073709551615'
  expect(parseProcStat(`12 (a) (b c)) ${rest}`)).toEqual({
    pid: 12,
    ppid: 7,
    pgid: 8,
    session: 9,
    foregroundGroup: 10,
    startedAt: '336679',
    name: 'a) (b c)',
    zombie: false,
  })
  expect(parseProcStat('')).toBeNull()
  expect(parsePsLine('  501     1   501     -1 Ss   Sat Nov 21 10:00:00 2026     /bin/my shell')).toMatchObject({
    pid: 501,
    ppid: 1,
    pgid: 501,
    foregroundGroup: -1,
    startedAt: 'Sat Nov 21 10:00:00 2026',
    name: 'my shell',
  })
})

test('descendants are found by parenthood and by session, and cycles end', () => {
  const entry = (pid: number, ppid: number, session = 0): ProcessEntry => ({
    pid,
    ppid,
    pgid: pid,
    session,
    foregroundGroup: -1,
    startedAt: '1',
    name: 'x',
    zombie: false,
  })
  const all = [
    entry(1, 0),
    entry(10, 1, 10),
    entry(11, 10),
    entry(12, 11),
    entry(20, 1, 10),
    entry(21, 20),
    entry(30, 31),
    entry(31, 30),
  ]
  expect(descendantsOf(all, 10).map((each) => each.pid)).toEqual([11, 12, 20, 21])
  expect(descendantsOf(all, 30).map((each) => each.pid)).toEqual([31])
})

test('a process whose pid was reused is left alone', async () => {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
  const pid = child.pid as number
  const entry = await readProcess(pid)
  expect(entry?.ppid).toBe(process.pid)
  expect((await listProcesses()).some((each) => each.pid === pid && each.startedAt === entry?.startedAt)).toBe(true)
  expect(await endProcessTree({ pid, startedAt: 'another time' }, { graceMs: 50 })).toEqual([])
  expect(child.exitCode ?? child.signalCode).toBeNull()
  expect(await endProcessTree({ pid, startedAt: entry?.startedAt ?? '' })).toEqual([])
  if (child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGHUP')
  expect(await endProcessTree({ pid, startedAt: entry?.startedAt ?? '' })).toEqual([])
})

test('the first of a burst is at once, then the last', async () => {
  const seen: number[] = []
  const burst = new Burst<number>((value) => seen.push(value), 20)
  for (let i = 1; i <= 9; i++) burst.push(i)
  expect(seen).toEqual([1])
  await until('the last', () => seen.length === 2)
  expect(seen).toEqual([1, 9])
  burst.push(10)
  burst.push(11)
  await until('the end', () => seen.includes(11))
  burst.stop()
  expect(seen.filter((value) => value >= 10)).toEqual(seen.includes(10) ? [10, 11] : [11])
})

test('activity is told when it begins and after a quiet time, not in between', async () => {
  const told: boolean[] = []
  const activity = new Activity((active) => told.push(active), 30)
  activity.note()
  activity.note()
  expect(told).toEqual([true])
  await until('quiet', () => told.length === 2)
  expect(told).toEqual([true, false])
  activity.note()
  activity.stop()
  expect(told).toEqual([true, false, true])
})

test('a socket path is never longer than systems take, and differs for each data folder', () => {
  expect(hostAddress('/data')).toBe('/data/pty-host.sock')
  const deep = hostAddress(`/data/${'x'.repeat(200)}`)
  expect(Buffer.byteLength(deep)).toBeLessThanOrEqual(103)
  expect(deep).not.toBe(hostAddress(`/data/${'x'.repeat(201)}`))
  expect(hostAddress('C:\\data', 'win32')).toMatch(/^\\\\\.\\pipe\\quarterdeck-pty-[0-9a-f]+-[0-9a-f]+$/)
})
