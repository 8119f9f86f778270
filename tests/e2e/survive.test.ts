/** Agents outlive the program: closed, crashed or killed. */
import { afterEach, expect, test } from 'vitest'
import { makeCli, type Cli, type CliSession } from '../support/cli.ts'
import { startDeck, type TestDeck } from '../support/deck.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'
import { until } from '../support/until.ts'

let deck: TestDeck | null = null
let repository: TestRepository | null = null
afterEach(async () => {
  await deck?.stop()
  await repository?.remove()
  deck = null
  repository = null
})

/** Prints a numbered line every few milliseconds, for ever. */
const counting = 'i=0; while :; do i=$((i+1)); printf "line %06d of $QUARTERDECK_SESSION\\n" $i; sleep 0.004; done'

const numbers = (text: string): number[] => [...text.matchAll(/^line (\d{6}) of /gm)].map((match) => Number(match[1]))

const countOf = async (cli: Cli, id: string): Promise<number[]> =>
  numbers((await cli<{ text: string }>('session', 'output', id, '--all')).text)
const show = async (cli: Cli, id: string): Promise<CliSession> =>
  (await cli<{ session: CliSession }>('session', 'show', id)).session

test('a kill -9 of the program loses no agent and no line', async () => {
  repository = await makeRepository()
  const first = await startDeck()
  deck = first
  let cli = makeCli(first)
  const { sessions } = await cli<{ sessions: CliSession[] }>(
    ...['session', 'new', '--repository', repository.path, '--agent', 'command', '--command', counting],
    ...['--copies', '4'],
  )
  expect(sessions).toHaveLength(4)
  const seen = new Map<string, { pid: number | null; lines: number }>()
  for (const { id } of sessions) {
    await until(`${id} to count`, async () => (await countOf(cli, id)).length > 50)
    seen.set(id, { pid: (await show(cli, id)).pid, lines: (await countOf(cli, id)).length })
  }
  const hostPid = await first.ptyHostPid()

  await first.kill('SIGKILL')
  const second = await startDeck({ data: first.data, home: first.home })
  deck = second
  cli = makeCli(second)

  expect(await second.ptyHostPid()).toBe(hostPid)
  for (const { id } of sessions) {
    const before = seen.get(id)
    expect(await show(cli, id)).toMatchObject({ pid: before?.pid, state: 'working' })
    await until(`${id} to count on`, async () => (await countOf(cli, id)).length > (before?.lines ?? 0) + 50)
    await cli('session', 'stop', id)
    const lines = await countOf(cli, id)
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => index + 1))
  }
})

test('closing the program leaves agents running, or stops them, as the person says', async () => {
  repository = await makeRepository()
  const first = await startDeck()
  deck = first
  let cli = makeCli(first)
  const { sessions } = await cli<{ sessions: CliSession[] }>(
    ...['session', 'new', '--repository', repository.path, '--agent', 'shell'],
  )
  const id = sessions[0]?.id ?? ''
  const pid = (await show(cli, id)).pid ?? 0
  await cli('quit', '--agents', 'keep')
  expect(() => process.kill(pid, 0)).not.toThrow()

  const second = await startDeck({ data: first.data, home: first.home })
  deck = second
  cli = makeCli(second)
  expect((await show(cli, id)).pid).toBe(pid)
  await cli('quit', '--agents', 'stop')
  await until('the agent to end', () => {
    try {
      process.kill(pid, 0)
      return false
    } catch {
      return true
    }
  })
})
