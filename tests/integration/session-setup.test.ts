import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agentId } from '@contract/ids.ts'
import type { Repository } from '@contract/repository.ts'
import type { Session } from '@contract/session.ts'
import { removeScripts, startApp, type TestApp } from '../support/app.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'

const shell = agentId.parse('shell')

let deck: TestApp
let repo: TestRepository
let repository: Repository

beforeEach(async () => {
  repo = await makeRepository({ files: { 'README.md': 'hello\n', '.gitignore': '.env\ncache/\n' } })
  deck = await startApp()
  repository = await deck.open(repo.path)
})
afterEach(async () => {
  await deck.stop()
  await repo.remove()
})
afterAll(removeScripts)

async function settings(content: object): Promise<void> {
  await repo.write('.quarterdeck/settings.json', JSON.stringify(content))
  await repo.commit('settings')
}
async function start(more: Partial<Parameters<TestApp['call']>[1]> & object = {}): Promise<Session> {
  const made = await deck.call('session.create', {
    repository: repository.id,
    agent: shell,
    prompt: 'true # 提示',
    ...more,
  })
  const [session] = made.sessions
  if (!session) throw new Error('no session')
  return session
}
const stageOf = (session: Session, kind: string) => session.stages.find((stage) => stage.kind === kind)

describe('set-up scripts of a repository', () => {
  test('the first run of a script is shown and waits; once confirmed it runs without asking, a changed one asks again', async () => {
    await settings({ setup: 'echo set-up $QUARTERDECK_PORT > done.txt' })
    const [a, b] = await Promise.all([start(), start()])
    for (const each of [a, b]) {
      const waiting = await deck.untilSession(each.id, 'it asks', (session) => session.pendingScript !== null)
      expect(waiting.state).toBe('needs-approval')
      expect(waiting.pendingScript).toMatchObject({
        command: 'echo set-up $QUARTERDECK_PORT > done.txt',
        source: '.quarterdeck/settings.json',
      })
      await expect(stat(join(waiting.worktree, 'done.txt'))).rejects.toThrow()
    }
    const hash = deck.session(a.id).pendingScript?.hash ?? ''
    expect(await deck.codeOf('session.answerSetup', { session: a.id, hash: 'other', answer: 'run' })).toBe('refused')
    await deck.call('session.answerSetup', { session: a.id, hash, answer: 'run' })
    for (const each of [a, b]) {
      const running = await deck.untilSession(each.id, 'it runs', (session) => session.pid !== null)
      expect(await readFile(join(running.worktree, 'done.txt'), 'utf8')).toBe(`set-up ${running.portBlock}\n`)
      expect(running.terminals.map((terminal) => terminal.kind)).toEqual(['setup', 'agent'])
    }
    const third = await start()
    await deck.untilSession(third.id, 'no question', (session) => session.pid !== null)

    await settings({ setup: 'echo changed' })
    const fourth = await start()
    const asked = await deck.untilSession(fourth.id, 'it asks anew', (session) => session.pendingScript !== null)
    await deck.call('session.answerSetup', {
      session: fourth.id,
      hash: asked.pendingScript?.hash ?? '',
      answer: 'skip',
    })
    const skipped = await deck.untilSession(fourth.id, 'it runs without', (session) => session.pid !== null)
    expect(stageOf(skipped, 'setup')?.state).toBe('skipped')
  })

  test('one that was put away while its script waited stays at rest when another confirms the script', async () => {
    await settings({ setup: 'echo ran > done.txt' })
    const [away, other] = await Promise.all([start(), start()])
    for (const each of [away, other])
      await deck.untilSession(each.id, 'it asks', (session) => session.pendingScript !== null)
    await deck.call('session.archive', { session: away.id, archived: true })
    const hash = deck.session(other.id).pendingScript?.hash ?? ''
    expect(await deck.codeOf('session.answerSetup', { session: away.id, hash, answer: 'run' })).toBe('refused')
    await deck.call('session.answerSetup', { session: other.id, hash, answer: 'run' })
    await deck.untilSession(other.id, 'it runs', (session) => session.pid !== null)
    expect(deck.session(away.id)).toMatchObject({ pid: null, terminals: [] })
    await deck.call('session.archive', { session: away.id, archived: false })
    await deck.call('session.answerSetup', { session: away.id, hash, answer: 'run' })
    await deck.untilSession(away.id, 'it runs too', (session) => session.pid !== null)
  })

  test('a failed set-up keeps prompt, worktree and output, and runs again from there', async () => {
    await settings({ setup: 'echo trying; test -e "$QUARTERDECK_ROOT/allowed"' })
    const made = await start({ prompt: 'a prompt not to be lost' })
    const asked = await deck.untilSession(made.id, 'it asks', (session) => session.pendingScript !== null)
    await deck.call('repository.confirmScript', { repository: repository.id, hash: asked.pendingScript?.hash ?? '' })
    const failed = await deck.untilSession(made.id, 'it failed', (session) => session.state === 'failed')
    expect(failed.prompt).toBe('a prompt not to be lost')
    expect(failed.reason).toMatchObject({ key: 'stage-failed', values: { stage: 'setup' } })
    expect(stageOf(failed, 'setup')?.output).toContain('trying')
    expect(stageOf(failed, 'worktree')?.state).toBe('done')
    expect(failed.pid).toBeNull()
    await repo.write('allowed', '')
    await deck.call('session.retry', { session: made.id })
    await deck.untilSession(made.id, 'it runs', (session) => session.pid !== null)
    expect(await deck.codeOf('session.retry', { session: made.id })).toBe('refused')
  })

  test('a set-up that fails does not stand in the way: the session goes on without it', async () => {
    await settings({ setup: 'exit 7' })
    const made = await start({ prompt: 'goes on' })
    const asked = await deck.untilSession(made.id, 'it asks', (session) => session.pendingScript !== null)
    const hash = asked.pendingScript?.hash ?? ''
    await deck.call('session.answerSetup', { session: made.id, hash, answer: 'run' })
    await deck.untilSession(made.id, 'it failed', (session) => session.state === 'failed')
    expect(await deck.codeOf('session.answerSetup', { session: made.id, hash, answer: 'run' })).toBe('refused')
    await deck.call('session.answerSetup', { session: made.id, hash: '', answer: 'skip' })
    const running = await deck.untilSession(made.id, 'it runs', (session) => session.pid !== null)
    expect(stageOf(running, 'setup')?.state).toBe('skipped')
    expect(running.prompt).toBe('goes on')
    expect(await deck.codeOf('session.answerSetup', { session: made.id, hash: '', answer: 'skip' })).toBe('refused')
  })

  test('ignored files that the settings name are copied before anything runs', async () => {
    await settings({ copy: ['.env', 'cache/**'] })
    await repo.write('.env', 'SECRET=1\n')
    await repo.write('cache/a/b.txt', 'cached\n')
    const made = await start()
    const running = await deck.untilSession(made.id, 'it runs', (session) => session.pid !== null)
    expect(await readFile(join(running.worktree, '.env'), 'utf8')).toBe('SECRET=1\n')
    expect(await readFile(join(running.worktree, 'cache/a/b.txt'), 'utf8')).toBe('cached\n')
    expect(stageOf(running, 'files')?.state).toBe('done')
  })

  test('a teardown that was confirmed runs before the worktree goes to the trash; its failure holds nothing up', async () => {
    await settings({ teardown: 'echo gone > "$QUARTERDECK_ROOT/torn-down"; exit 4' })
    const wanted = await deck.call('repository.settings', { repository: repository.id })
    expect(wanted.teardown?.confirmed).toBe(false)
    await deck.call('repository.confirmScript', { repository: repository.id, hash: wanted.teardown?.hash ?? '' })
    expect((await deck.call('repository.settings', { repository: repository.id })).teardown?.confirmed).toBe(true)
    const made = await start()
    await deck.untilSession(made.id, 'it runs', (session) => session.pid !== null)
    const { trash } = await deck.call('session.discard', { session: made.id })
    expect(trash?.title).toBe(made.title)
    expect(await readFile(join(repo.path, 'torn-down'), 'utf8')).toBe('gone\n')
  })

  test('stopping a session that is still being set up leaves it to be retried', async () => {
    await settings({ setup: 'sleep 300' })
    const wanted = await deck.call('repository.settings', { repository: repository.id })
    await deck.call('repository.confirmScript', { repository: repository.id, hash: wanted.setup?.hash ?? '' })
    const made = await start()
    await deck.untilSession(made.id, 'the script runs', (session) =>
      session.terminals.some((each) => each.pid !== null),
    )
    await deck.call('session.stop', { session: made.id })
    const stopped = await deck.untilSession(made.id, 'it stopped', (session) => session.state === 'failed')
    expect(stopped.terminals.every((terminal) => !terminal.alive)).toBe(true)
  })
})
