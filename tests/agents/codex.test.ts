import { afterEach, it } from 'vitest'
import { type Desk, openDesk } from './desk.ts'
import { liveThrough } from './journey.ts'

let desk: Desk | null = null
afterEach(async () => {
  await desk?.stop()
  desk = null
})

it.for([
  ['its classic tools', 'gpt-5.5'],
  ['code mode', 'gpt-6-sol'],
])(
  'Codex with %s works, asks, edits once allowed, finishes, and goes on after it was killed',
  async ([, model], context) => {
    const own = await openDesk(context, 'codex', ({ url, repository }) => ({
      env: { FAKE_API_KEY: 'sk-test' },
      files: {
        '.codex/config.toml': `model = "${model}"
model_provider = "fake"
check_for_update_on_startup = false
[model_providers.fake]
name = "Fake"
base_url = "${url}/v1"
env_key = "FAKE_API_KEY"
wire_api = "responses"
[notice.model_migrations]
"gpt-5.5" = "gpt-6-sol"
[projects.${JSON.stringify(repository)}]
trust_level = "trusted"
`,
      },
    }))
    desk = own
    await liveThrough(own, {
      mode: 'read-only',
      ready: (session) => own.reads(session, /Ask Codex to do anything/),
      allow: async (session) => own.type(session, '\r'),
    })
  },
)
