import { afterEach, it } from 'vitest'
import { type Desk, openDesk } from './desk.ts'
import { liveThrough } from './journey.ts'

let desk: Desk | null = null
afterEach(async () => {
  await desk?.stop()
  desk = null
})

it('Gemini works, asks, edits once allowed, finishes, and goes on with its conversation after it was killed', async (context) => {
  const own = await openDesk(context, 'gemini', ({ url }) => ({
    env: { GEMINI_API_KEY: 'sk-test', GOOGLE_GEMINI_BASE_URL: url, GEMINI_MODEL: 'gemini-2.5-pro' },
    files: {
      '.gemini/settings.json': JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
        general: { enableAutoUpdate: false },
        privacy: { usageStatisticsEnabled: false },
      }),
    },
  }))
  desk = own
  await liveThrough(own, {
    // The old screen stands above until it has come up; then it paints its prompt before it listens.
    ready: async (session) => {
      await own.shows(session, 'idle', 'agent-idle')
      await own.reads(session, /^(?![^]*Resuming session)[^]*Type your message/)
    },
    // An Enter that comes too soon after the text is a new line to it.
    say: async (session, text) => {
      own.type(session, text)
      await own.reads(session, /> Are you there \(marker again\)/)
      own.type(session, '\r')
    },
    allow: async (session) => own.type(session, '\r'),
  })
})
