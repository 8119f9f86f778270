import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Event } from '@contract/api.ts'
import { agentId } from '@contract/ids.ts'
import type { Repository } from '@contract/repository.ts'
import type { Session } from '@contract/session.ts'
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

async function start(title: string): Promise<Session> {
  const made = await deck.call('session.create', { repository: repository.id, agent: agentId.parse('shell'), title })
  return deck.untilSession(made.sessions[0]?.id ?? '', 'it runs', (session) => session.pid !== null)
}

describe('reading, approving and landing', () => {
  test('the changes follow the agent’s writes, in both scopes', async () => {
    const session = await start('follow')
    const seen: Record<string, Event<'diff.changes'>> = {}
    for (const scope of ['uncommitted', 'branch'] as const) {
      deck.client.open('diff.changes', { session: session.id, scope }, { event: (event) => void (seen[scope] = event) })
    }
    const paths = (scope: string): string[] => {
      const event = seen[scope]
      return event?.kind === 'list' ? event.list.files.map((file) => file.path) : ['?']
    }
    await until('both are empty', () => paths('uncommitted').length === 0 && paths('branch').length === 0)
    deck.client.note('terminal.input', { terminal: session.terminals[0]?.id as never, text: 'echo 新 > 新.txt\r' })
    await until('both show the file', () => paths('uncommitted')[0] === '新.txt' && paths('branch')[0] === '新.txt')
    deck.client.note('terminal.input', {
      terminal: session.terminals[0]?.id as never,
      text: 'git add -A && git commit -qm x\r',
    })
    await until(
      'committed, it is in the branch only',
      () => paths('uncommitted').length === 0 && paths('branch')[0] === '新.txt',
    )
    const { patch } = await deck.call('diff.patch', { session: session.id, scope: 'branch' })
    expect(patch).toContain('+新')
    const list = await deck.call('diff.list', { session: session.id, scope: 'branch' })
    const file = await deck.call('diff.file', {
      session: session.id,
      base: list.base,
      tree: list.tree,
      path: '新.txt',
      oldPath: null,
    })
    expect(file).toMatchObject({ kind: 'text', old: null, new: '新\n' })
  })

  test('a patch of text that is not UTF-8 applies byte for byte', async () => {
    const session = await start('not utf-8')
    const gbk = Buffer.from([0xc4, 0xe3, 0xba, 0xc3, 0x0a])
    await writeFile(join(session.worktree, 'gbk.txt'), gbk)
    await deck.untilSession(session.id, 'the file', (now) => now.changed?.files === 1)
    const { bytes } = await deck.call('diff.patch', { session: session.id, scope: 'branch' })
    expect(Buffer.from(bytes ?? '', 'base64').includes(gbk.subarray(0, 4))).toBe(true)
  })

  test('a session whose base is gone says so, and is well again when the base is back', async () => {
    await repo.git('branch', 'other-base')
    const made = await deck.call('session.create', {
      repository: repository.id,
      agent: agentId.parse('shell'),
      base: 'refs/heads/other-base',
    })
    const session = await deck.untilSession(made.sessions[0]?.id ?? '', 'counted', (now) => now.changed !== null)
    await repo.git('branch', '-m', 'other-base', 'renamed-base')
    await writeFile(join(session.worktree, 'new.txt'), 'x\n')
    await deck.untilSession(session.id, 'the problem', (now) => now.problem?.includes('other-base is gone') ?? false)
    await repo.git('branch', '-m', 'renamed-base', 'other-base')
    await writeFile(join(session.worktree, 'newer.txt'), 'x\n')
    await deck.untilSession(session.id, 'well again', (now) => now.problem === null)
  })

  test('an approval does not pass once the tree has changed, and says so by itself', async () => {
    const session = await start('approve')
    expect(await deck.codeOf('review.approve', { session: session.id })).toBe('nothing-to-land')
    await writeFile(join(session.worktree, 'README.md'), 'one\n')
    const seen = await deck.untilSession(session.id, 'the change', (now) => now.changed?.files === 1)
    expect(await deck.codeOf('landing.land', { session: session.id, method: 'ff' })).toBe('not-approved')
    await writeFile(join(session.worktree, 'README.md'), 'two\n')
    expect(await deck.codeOf('review.approve', { session: session.id, tree: seen.tree ?? '' })).toBe('tree-changed')
    const approval = await deck.call('review.approve', { session: session.id })
    await deck.untilSession(
      session.id,
      'it is approved',
      (now) => now.approval?.current === true && now.tree === approval.tree,
    )
    await writeFile(join(session.worktree, 'README.md'), 'three\n')
    await deck.untilSession(session.id, 'the approval is stale', (now) => now.approval?.current === false)
    expect(await deck.codeOf('landing.land', { session: session.id, method: 'ff' })).toBe('tree-changed')
    expect(await repo.git('show', 'main:README.md')).toBe('hello')
    await deck.call('review.withdraw', { session: session.id })
    await deck.untilSession(session.id, 'withdrawn', (now) => now.approval === null)
  })

  test('landed, the base has exactly what was approved, and the others learn that the base moved', async () => {
    const [one, two] = [await start('one'), await start('two')]
    await writeFile(join(one.worktree, 'README.md'), 'landed 登陆\n')
    await writeFile(join(one.worktree, 'new.txt'), 'new\n')
    await repo.write('unrelated.txt', 'mine\n')
    await deck.call('review.approve', { session: one.id })
    const preview = await deck.call('landing.preview', { session: one.id })
    expect(preview.methods.find((each) => each.method === 'ff')?.possible).toBe(true)
    const landed = await deck.call('landing.land', { session: one.id, method: 'squash', message: 'Land it 好' })
    expect(landed.base).toBe('refs/heads/main')
    expect(await repo.git('log', '-1', '--format=%s', 'main')).toBe('Land it 好')
    expect(await repo.git('rev-parse', 'main^{tree}')).toBe(landed.tree)
    expect(await readFile(join(repo.path, 'README.md'), 'utf8')).toBe('landed 登陆\n')
    expect(await readFile(join(repo.path, 'unrelated.txt'), 'utf8')).toBe('mine\n')
    await deck.untilSession(one.id, 'it says so', (now) => now.landed?.commit === landed.commit)
    await deck.untilSession(two.id, 'it is behind', (now) => now.behind === 1)
  })

  test('without a message the proposed one is used', async () => {
    const session = await start('Make it better')
    await writeFile(join(session.worktree, 'README.md'), 'better\n')
    await deck.call('review.approve', { session: session.id })
    await deck.call('landing.land', { session: session.id, method: 'ff' })
    expect(await repo.git('log', '-1', '--format=%s', 'main')).toBe('Make it better')
  })

  test('viewed marks are kept per content and told to every viewer', async () => {
    const session = await start('viewed')
    let viewed: Record<string, string> = {}
    deck.client.open('review.viewed', { session: session.id }, { event: (event) => void (viewed = event.viewed) })
    await deck.call('review.setViewed', {
      session: session.id,
      files: [
        { path: 'a', id: 'x', viewed: true },
        { path: 'b', id: 'y', viewed: true },
      ],
    })
    await deck.call('review.setViewed', { session: session.id, files: [{ path: 'a', id: 'x', viewed: false }] })
    await until('the other stays', () => JSON.stringify(viewed) === '{"b":"y"}')
  })
})
