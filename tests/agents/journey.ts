/** What every agent that tells of itself must live through, the same for all. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Session } from '@contract/session.ts'
import { expect } from 'vitest'
import { type Desk, gate, makes } from './desk.ts'

export interface Ways {
  mode?: string
  /** Answers what the program asks as it comes up. */
  welcome?(session: Session): Promise<void>
  /** Waits until it takes input; what is typed before is lost with some. */
  ready(session: Session): Promise<unknown>
  /** Says it to the agent; by the deck's own message where left out. */
  say?(session: Session, text: string): Promise<void>
  /** Types the agent's "yes" into its dialog. */
  allow(session: Session): Promise<void>
}

/** Works, asks, edits once allowed, finishes; is killed and goes on with the same conversation. */
export async function liveThrough(desk: Desk, ways: Ways): Promise<void> {
  const [thinking, finishing] = [gate(), gate()]
  const session = await desk.start(
    'Please make the file. (marker make)',
    (worktree) => ({
      '(marker make)': [
        { after: thinking.opened, deed: makes(worktree, 'made.txt', 'made by the agent\n') },
        { after: finishing.opened, text: 'It is made.' },
      ],
      '(marker again)': [{ text: 'Still here.' }],
    }),
    ways.mode,
  )
  const made = join(session.worktree, 'made.txt')
  await ways.welcome?.(session)

  await desk.shows(session, 'working')
  thinking.open()
  await desk.shows(session, 'needs-approval', 'agent-asks-permission')
  expect(existsSync(made)).toBe(false)
  await ways.allow(session)
  await desk.shows(session, 'working', 'agent-working')
  finishing.open()
  await desk.shows(session, 'turn-finished', 'agent-finished')
  expect(await readFile(made, 'utf8')).toBe('made by the agent\n')
  const told = desk.told(session)
  expect(told.slice(told.indexOf('needs-approval'))).toEqual(['needs-approval', 'working', 'turn-finished'])
  await comesBack(desk, session, ways)
  await desk.shows(session, 'turn-finished', 'agent-finished')
}

/** It is killed, comes back by resume, and its model is sent what was said before. */
export async function comesBack(desk: Desk, session: Session, ways: Ways): Promise<void> {
  process.kill(desk.deck.session(session.id).pid ?? 0, 'SIGKILL')
  await desk.shows(session, 'failed', 'killed-by')
  await desk.deck.call('session.resume', { session: session.id })
  await ways.welcome?.(session)
  await desk.reads(session, /It is made\./)
  await ways.ready(session)
  if (ways.say) await ways.say(session, 'Are you there (marker again)')
  else await desk.deck.call('session.send', { session: session.id, text: 'Are you there (marker again)' })
  await desk.reads(session, /Still here\./)
  const last = desk.server.requests.findLast((request) => request.marker === '(marker again)')
  expect(last?.said.some((each) => each.text.includes('(marker make)'))).toBe(true)
}
