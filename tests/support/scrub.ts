/**
 * Runs before every test file: nothing of the person's own git, agents or accounts reaches a test.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const kept = new Set([
  'PATH',
  'TERM',
  'TMPDIR',
  'TZ',
  'CI',
  'NODE_ENV',
  'NODE_OPTIONS',
  'VITEST',
  'VITEST_POOL_ID',
  'VITEST_WORKER_ID',
  'VITEST_MODE',
  'TEST',
  'DEV',
  'PROD',
  'SSR',
  'MODE',
  'BASE_URL',
  'CHROMIUM',
  'DISPLAY',
])
for (const name of Object.keys(process.env)) {
  if (!kept.has(name) && !name.startsWith('VITE')) delete process.env[name]
}
const home = mkdtempSync(join(tmpdir(), 'quarterdeck-home-'))
Object.assign(process.env, {
  HOME: home,
  LANG: 'C.UTF-8',
  SHELL: '/bin/bash',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Test Person',
  GIT_AUTHOR_EMAIL: 'test@example.invalid',
  GIT_COMMITTER_NAME: 'Test Person',
  GIT_COMMITTER_EMAIL: 'test@example.invalid',
})
