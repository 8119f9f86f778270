import { afterEach, it } from 'vitest'
import { type Desk, openDesk } from './desk.ts'
import { liveThrough } from './journey.ts'

let desk: Desk | null = null
afterEach(async () => {
  await desk?.stop()
  desk = null
})

it('Claude Code works, asks, edits once allowed, finishes, and goes on with its conversation after it was killed', async (context) => {
  const key = `sk-test-${'0'.repeat(40)}`
  const own = await openDesk(context, 'claude', ({ url, repository }) => ({
    env: {
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: key,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
    },
    files: {
      '.claude.json': JSON.stringify({
        hasCompletedOnboarding: true,
        customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] },
        projects: { [repository]: { hasTrustDialogAccepted: true } },
      }),
    },
  }))
  desk = own
  await liveThrough(own, {
    ready: async (session) => {
      await own.shows(session, 'idle', 'agent-idle')
      await own.reads(session, /❯/)
    },
    allow: async (session) => own.type(session, '\r'),
  })
})
