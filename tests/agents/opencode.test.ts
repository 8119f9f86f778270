import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { type Desk, gate, makes, openDesk } from './desk.ts'
import { comesBack } from './journey.ts'

let desk: Desk | null = null
afterEach(async () => {
  await desk?.stop()
  desk = null
})

it('OpenCode, which tells nothing of itself, edits once allowed and goes on with its conversation after it was killed', async (context) => {
  const own = await openDesk(context, 'opencode', ({ url }) => ({
    env: {
      OPENCODE_CONFIG_CONTENT: JSON.stringify({
        provider: {
          fake: {
            npm: '@ai-sdk/openai-compatible',
            name: 'Fake',
            options: { baseURL: `${url}/v1`, apiKey: 'sk-test' },
            models: { 'fake-model': { name: 'Fake', tool_call: true, limit: { context: 200_000, output: 32_000 } } },
          },
        },
        model: 'fake/fake-model',
        small_model: 'fake/fake-model',
        autoupdate: false,
        share: 'disabled',
      }),
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    },
    files: {},
  }))
  desk = own
  const finishing = gate()
  const session = await own.start(
    'Please make the file. (marker make)',
    (worktree) => ({
      '(marker make)': [
        { deed: makes(worktree, 'made.txt', 'made by the agent\n') },
        { after: finishing.opened, text: 'It is made.' },
      ],
      '(marker other)': [{ text: 'Something else.' }],
      '(marker again)': [{ text: 'Still here.' }],
    }),
    'ask',
  )
  const made = join(session.worktree, 'made.txt')
  await own.reads(session, /Allow once/)
  expect(existsSync(made)).toBe(false)
  // Quiet, with a screen that takes input: that is all that is seen of a question.
  await own.shows(session, 'idle', 'waits-for-input')
  own.type(session, '\r')
  finishing.open()
  await own.reads(session, /It is made\./)
  expect(await readFile(made, 'utf8')).toBe('made by the agent\n')
  await own.shows(session, 'idle', 'waits-for-input')

  // Another conversation in another worktree of the same repository, later than the first.
  const other = await own.start('Something else, please. (marker other)', () => ({}), 'ask')
  await own.reads(other, /Something else\.\s/)
  await own.deck.call('session.stop', { session: other.id })

  await comesBack(own, session, { ready: (session) => own.reads(session, /Fake/), allow: async () => {} })
})
