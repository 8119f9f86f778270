import { afterEach, it } from 'vitest'
import { type Desk, openDesk } from './desk.ts'
import { liveThrough } from './journey.ts'

let desk: Desk | null = null
afterEach(async () => {
  await desk?.stop()
  desk = null
})

it('Copilot works, asks, edits once allowed, finishes, and goes on with its conversation after it was killed', async (context) => {
  const own = await openDesk(context, 'copilot', ({ url }) => ({
    env: {
      COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
      COPILOT_PROVIDER_API_KEY: 'sk-test',
      COPILOT_MODEL: 'fake-model',
      COPILOT_OFFLINE: 'true',
    },
    files: {},
  }))
  desk = own
  await liveThrough(own, {
    welcome: async (session) => {
      await own.shows(session, 'asks-question', 'agent-asks')
      own.type(session, '\r')
    },
    ready: (session) => own.reads(session, /❯/),
    allow: async (session) => own.type(session, '\r'),
  })
})
