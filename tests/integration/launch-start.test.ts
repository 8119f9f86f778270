/** `npm start` and the command of a checkout, as the person's own Node runs them. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { deckEnvironment, killProcessesOf, processesOf } from '../support/deck.ts'
import { until } from '../support/until.ts'

const launch = (name: string): string => fileURLToPath(new URL(`../../main/launch/${name}`, import.meta.url))

let base: string
let home: string
let env: Record<string, string>

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'qd-'))
  home = join(base, 'home')
  await mkdir(home)
  env = deckEnvironment(join(base, 'data'), home)
})
afterEach(async () => {
  await killProcessesOf(home)
  await rm(base, { recursive: true, force: true, maxRetries: 3 })
})

interface Started {
  child: ChildProcess
  said: { out: string; err: string }
  ended: Promise<number | null>
}
function start(name: string, ...args: string[]): Started {
  const child = spawn(process.execPath, [launch(name), ...args], { env, cwd: base, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return { child, said, ended }
}

it.skipIf(process.platform !== 'linux')(
  'without a display it says so in one line and opens the web host; Ctrl-C ends it cleanly',
  async () => {
    const first = start('start.mjs')
    await until('the address', () => first.said.out.includes('\n'), { deadlineMs: 55_000 })
    expect(first.said.out).toMatch(/^Quarterdeck is at http:\/\/127\.0\.0\.1:\d+\/#\S+\n$/)
    expect(first.said.err.match(/No Electron runtime[^\n]*\n/g)).toHaveLength(1)

    // A second start does no needless work, and finds the first.
    const second = start('start.mjs', '--no-open')
    expect(await second.ended).toBe(0)
    expect(second.said.out).toBe(first.said.out)
    expect(second.said.err).not.toMatch(/Install|Build/)

    first.child.kill('SIGINT')
    expect(await first.ended).toBe(0)
    const left = (await processesOf(home)).filter(({ command }) => !command.includes('pty-host'))
    expect(left).toEqual([])
  },
)

it('an option that does not exist is refused before anything is done', async () => {
  const refused = start('start.mjs', '--wbe')
  expect(await refused.ended).toBe(2)
  expect(refused.said.err).toContain('There is no option --wbe')
  expect(refused.said.out).toBe('')
})

it('the command of a checkout prints nothing but its answer on standard output', async () => {
  const status = start('cli.mjs', '--json', 'status')
  expect(await status.ended).toBe(0)
  expect(JSON.parse(status.said.out)).toMatchObject({ sessions: {} })
  const ended = start('cli.mjs', '--json', 'quit', '--agents', 'stop')
  expect(await ended.ended).toBe(0)
  expect(JSON.parse(ended.said.out)).toEqual({ quit: { running: true, agents: 'stop' } })
})
