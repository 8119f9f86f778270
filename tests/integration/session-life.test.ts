import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agentId } from '@contract/ids.ts'
import type { Repository } from '@contract/repository.ts'
import type { Session } from '@contract/session.ts'
import type { TrashEntry, Worktree } from '@contract/worktree.ts'
import { removeScripts, startApp, type TestApp } from '../support/app.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'
import { until } from '../support/until.ts'

let deck: TestApp
let repo: TestRepository
let repository: Repository

beforeEach(async () => {
  repo = await makeRepository({ files: { 'README.md': 'hello\n' } })
  deck = await startApp()
  repository = await deck.open(repo.path)
})
afterEach(async () => {
  await deck.stop()
  await repo.remove()
})
afterAll(removeScripts)

async function start(title: string, command?: string): Promise<Session> {
  const agent = agentId.parse(command === undefined ? 'shell' : 'command')
  const made = await deck.call('session.create', { repository: repository.id, agent, title, command })
  const id = made.sessions[0]?.id
  if (!id) throw new Error('no session')
  return deck.untilSession(id, 'it started', (session) =>
    session.stages.every((stage) => stage.state !== 'waiting' && stage.state !== 'running'),
  )
}

describe('the life of a session', () => {
  test('stopped, it keeps its text; resumed, it goes on below it in the same worktree', async () => {
    const made = await start('stop me', 'echo before; sleep 300')
    await until('it printed', async () => (await deck.text(made)).includes('before'))
    const stopped = await deck.call('session.stop', { session: made.id })
    expect(stopped).toMatchObject({ state: 'exited', pid: null, canResume: true })
    expect(stopped.reason.key).toBe('stopped')
    expect(await deck.text(made)).toContain('before')
    expect(await deck.codeOf('session.interrupt', { session: made.id })).toBe('not-running')
    const resumed = await deck.call('session.resume', { session: made.id })
    expect(resumed.worktree).toBe(made.worktree)
    expect(await deck.codeOf('session.resume', { session: made.id })).toBe('already-running')
    await until('it printed again', async () => (await deck.text(made)).split('before').length === 3)
  })

  test('resumed twice at once it starts once, and is seen to run', async () => {
    const made = await start('twice', 'echo up; sleep 300')
    await deck.call('session.stop', { session: made.id })
    const codes = await Promise.all([
      ...[1, 2, 3].map(() =>
        deck.call('session.resume', { session: made.id }).then(
          () => 'started',
          () => 'refused',
        ),
      ),
    ])
    expect(codes.filter((code) => code === 'started')).toHaveLength(1)
    await deck.untilSession(made.id, 'it runs', (session) => session.pid !== null && session.state !== 'exited')
  })

  test('is not resumed into a folder where another works by now', async () => {
    const place = { kind: 'in-place' } as const
    const agent = agentId.parse('shell')
    const [first] = (await deck.call('session.create', { repository: repository.id, agent, place })).sessions
    if (!first) throw new Error('no session')
    await deck.untilSession(first.id, 'it runs', (session) => session.pid !== null)
    await deck.call('session.stop', { session: first.id })
    const [second] = (await deck.call('session.create', { repository: repository.id, agent, place })).sessions
    if (!second) throw new Error('no session')
    await deck.untilSession(second.id, 'it runs', (session) => session.pid !== null)
    expect(await deck.codeOf('session.resume', { session: first.id })).toBe('refused')
    await deck.call('session.stop', { session: second.id })
    expect(await deck.codeOf('session.resume', { session: first.id })).toBe('ok')
  })

  test('stopped in whatever moment of its start, it is stopped, and soon', async () => {
    const place = { kind: 'in-place' } as const
    for (let round = 0; round < 6; round++) {
      const agent = agentId.parse('shell')
      const [made] = (await deck.call('session.create', { repository: repository.id, agent, place })).sessions
      if (!made) throw new Error('no session')
      if (round % 2 === 1)
        await deck.untilSession(made.id, 'it has a terminal', (session) => session.terminals.length > 0)
      const began = performance.now()
      const stopped = await deck.call('session.stop', { session: made.id })
      expect(['exited', 'failed']).toContain(stopped.state)
      expect(stopped.pid).toBeNull()
      expect(performance.now() - began).toBeLessThan(4000)
      // The next one may have the folder: nobody works there any more.
    }
  })

  test('time in state moves only when the state does', async () => {
    const made = await start('since')
    const idle = await deck.untilSession(made.id, 'idle', (session) => session.state === 'idle')
    await deck.call('session.rename', { session: made.id, title: '新 标题' })
    await writeFile(join(idle.worktree, 'x'), 'x')
    const after = await deck.untilSession(made.id, 'the change shows', (session) => session.changed?.files === 1)
    expect(after).toMatchObject({ title: '新 标题', state: 'idle', since: idle.since })
  })

  test('put away only when it is over, and back again', async () => {
    const made = await start('archive me', 'true')
    await deck.untilSession(made.id, 'it ended', (session) => session.state === 'exited')
    await deck.call('session.archive', { session: made.id, archived: true })
    const listed: string[] = []
    const gone = new Promise<void>((resolve) => {
      const handle = deck.client.open(
        'session.list',
        {},
        {
          event: (event) => {
            if (event.kind === 'all') listed.push(...event.sessions.map((session) => session.id))
            handle.close()
            resolve()
          },
        },
      )
    })
    await gone
    expect(listed).toEqual([])
    expect((await deck.call('session.archive', { session: made.id, archived: false })).archivedAt).toBeNull()
    const busy = await start('busy', 'sleep 300')
    expect(await deck.codeOf('session.archive', { session: busy.id, archived: true })).toBe('refused')
  })

  test('discarded and brought back, everything is as it was and the session with it', async () => {
    const made = await start('discard me')
    await deck.untilSession(made.id, 'idle', (session) => session.state === 'idle')
    await writeFile(join(made.worktree, 'README.md'), 'changed 改\n')
    await writeFile(join(made.worktree, 'untracked.txt'), 'u\n')
    const { trash } = await deck.call('session.discard', { session: made.id })
    if (!trash) throw new Error('nothing went to the trash')
    await expect(stat(made.worktree)).rejects.toThrow()
    expect(await repo.git('branch', '--list', made.branch ?? '')).toBe('')
    let entries: TrashEntry[] = []
    deck.client.open('worktree.trash', {}, { event: (event) => void (entries = event.entries) })
    await until('the trash lists it', () => entries.some((entry) => entry.id === trash.id && entry.session === made.id))
    const back = await deck.call('worktree.bringBack', { id: trash.id })
    expect(back).toEqual({ path: made.worktree, branch: made.branch })
    expect(await readFile(join(made.worktree, 'README.md'), 'utf8')).toBe('changed 改\n')
    expect(await readFile(join(made.worktree, 'untracked.txt'), 'utf8')).toBe('u\n')
    const again = await deck.untilSession(
      made.id,
      'it is listed again',
      (session) => session.archivedAt === null && session.changed?.files === 2,
    )
    expect(again.canResume).toBe(true)
    await deck.call('session.resume', { session: made.id })
  })

  test('worktrees are listed with their sessions, ours and others, and follow what happens', async () => {
    let worktrees: Worktree[] = []
    deck.client.open(
      'worktree.list',
      { repository: repository.id },
      { event: (event) => void (worktrees = event.worktrees) },
    )
    await until('the main checkout', () => worktrees.length === 1)
    const made = await start('mine')
    await until('the new one, with its session', () => worktrees.some((each) => each.session === made.id && each.ours))
    const other = repo.beside('theirs')
    await repo.git('worktree', 'add', '-q', '-b', 'theirs', other)
    await until('one that somebody else made', () =>
      worktrees.some((each) => each.path === other && each.session === null),
    )
    await writeFile(join(made.worktree, 'new'), 'x')
    await until('its untracked file', () => worktrees.some((each) => each.session === made.id && each.untracked === 1))
    await until('its size', () => worktrees.some((each) => each.session === made.id && (each.sizeBytes ?? 0) > 0))
    await writeFile(join(other, 'precious'), 'x')
    const refused = await deck.client.call('worktree.remove', { repository: repository.id, path: other })
    expect(refused).toMatchObject({ ok: false, error: { code: 'untracked', paths: ['precious'] } })
    expect(await deck.codeOf('worktree.remove', { repository: repository.id, path: repo.path })).toBe('main-worktree')
    const { trash } = await deck.call('worktree.remove', {
      repository: repository.id,
      path: other,
      mayLose: ['untracked'],
    })
    expect(trash.untracked).toBe(1)
    await until('it is off the list', () => !worktrees.some((each) => each.path === other))
  })

  test('a worktree that vanishes is told as a problem, and the agent is not called dead', async () => {
    const made = await start('vanish', 'sleep 300')
    await deck.untilSession(made.id, 'it was looked at', (session) => session.tree !== null)
    await repo.git('worktree', 'remove', '--force', made.worktree)
    const told = await deck.untilSession(made.id, 'the problem', (session) => session.problem !== null)
    expect(told.pid).not.toBeNull()
  })
})
