/** Agents outlive the program: closed, crashed or killed. */
import { afterEach, expect, test } from 'vitest'
import { makeCli } from '../support/cli.ts'
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

test('a kill -9 of the program loses no agent and no line', async () => {
  repository = await makeRepository()
  const first = await startDeck()
  deck = first
  let cli = makeCli(first)
  const made = await cli(
    ...[
      'session',
      'new',
      '--repository',
      repository.path,
      '--agent',
      'command',
      '--command',
      counting,
      '--copies',
      '4',
    ],
  )
  const sessions = made['sessions'] as unknown as { id: string; pid: number }[]
  expect(sessions).toHaveLength(4)
  const seen = new Map<string, { pid: number; lines: number }>()
  for (const { id } of sessions) {
    await until(
      `${id} to count`,
      async () => numbers((await cli('session', 'output', id, '--all'))['text'] as string).length > 50,
    )
    const { session } = (await cli('session', 'show', id)) as unknown as { session: { pid: number } }
    seen.set(id, {
      pid: session.pid,
      lines: numbers((await cli('session', 'output', id, '--all'))['text'] as string).length,
    })
  }
  const hostPid = await first.ptyHostPid()

  await first.kill('SIGKILL')
  const second = await startDeck({ data: first.data, home: first.home })
  deck = second
  cli = makeCli(second)

  expect(await second.ptyHostPid()).toBe(hostPid)
  for (const { id } of sessions) {
    const before = seen.get(id)
    const { session } = (await cli('session', 'show', id)) as unknown as {
      session: { pid: number; state: string }
    }
    expect(session.pid).toBe(before?.pid)
    expect(session.state).toBe('working')
    await until(
      `${id} to count on`,
      async () =>
        numbers((await cli('session', 'output', id, '--all'))['text'] as string).length > (before?.lines ?? 0) + 50,
    )
    await cli('session', 'stop', id)
    const text = (await cli('session', 'output', id, '--all'))['text'] as string
    const lines = numbers(text)
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => index + 1))
  }
})

test('closing the program leaves agents running, or stops them, as the person says', async () => {
  repository = await makeRepository()
  const first = await startDeck()
  deck = first
  let cli = makeCli(first)
  const made = await cli('session', 'new', '--repository', repository.path, '--agent', 'shell')
  const { id } = (made['sessions'] as unknown as { id: string }[])[0] ?? { id: '' }
  const pid = (await cli('session', 'show', id))['session']?.['pid'] as number
  await cli('quit', '--agents', 'keep')
  expect(() => process.kill(pid, 0)).not.toThrow()

  const second = await startDeck({ data: first.data, home: first.home })
  deck = second
  cli = makeCli(second)
  expect((await cli('session', 'show', id))['session']?.['pid']).toBe(pid)
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
