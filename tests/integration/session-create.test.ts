import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agentId } from '@contract/ids.ts'
import type { Repository } from '@contract/repository.ts'
import { removeScripts, startApp, type TestApp } from '../support/app.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'
import { until } from '../support/until.ts'

const shell = agentId.parse('shell')
const command = agentId.parse('command')

let deck: TestApp
let repo: TestRepository
let repository: Repository

beforeEach(async () => {
  repo = await makeRepository({ files: { 'README.md': 'hello\n', '.gitignore': 'ignored\n' } })
  deck = await startApp()
  repository = await deck.open(repo.path)
})
afterEach(async () => {
  await deck.stop()
  await repo.remove()
})
afterAll(removeScripts)

const fileAt = (path: string) => stat(path).then(() => true)

describe('starting sessions', () => {
  test('four at once work side by side, each in its own worktree, and each tells the truth about itself', async () => {
    const [chinese, flood, screen, failing] = await Promise.all([
      deck.call('session.create', { repository: repository.id, agent: shell, prompt: 'echo 修复登录 > 登录.txt' }),
      deck.call('session.create', { repository: repository.id, agent: command, title: '洪水', command: 'yes flood' }),
      deck.call('session.create', {
        repository: repository.id,
        agent: command,
        title: 'Read',
        command: 'less README.md',
      }),
      deck.call('session.create', {
        repository: repository.id,
        agent: command,
        title: 'Fail',
        command: 'echo no; exit 3',
      }),
    ]).then((all) => all.map((each) => each.sessions[0]))
    if (!chinese || !flood || !screen || !failing) throw new Error('a session was not made')
    await deck.untilSession(chinese.id, 'the shell wrote its file', () =>
      fileAt(join(deck.session(chinese.id).worktree, '登录.txt')),
    )
    await deck.untilSession(chinese.id, 'the shell is at its prompt', (session) => session.state === 'idle')
    await deck.untilSession(flood.id, 'the flood is work', (session) => session.state === 'working')
    await deck.untilSession(screen.id, 'less waits', (session) => session.state === 'idle')
    const failed = await deck.untilSession(failing.id, 'the failure shows', (session) => session.state === 'failed')
    expect(failed.reason).toMatchObject({ key: 'exited-with', values: { code: 3 } })
    expect(failed.prompt).toBe('')
    expect(await deck.text(failed)).toContain('no')
    const all = [...deck.sessions.values()]
    expect(new Set(all.map((session) => session.branch)).size).toBe(4)
    expect(new Set(all.map((session) => session.worktree)).size).toBe(4)
    const blocks = all.map((session) => session.portBlock).sort((a, b) => a - b)
    for (const [at, block] of blocks.entries())
      if (at > 0) expect(block - (blocks[at - 1] ?? 0)).toBeGreaterThanOrEqual(10)
    const changed = await deck.untilSession(
      chinese.id,
      'the list counts the new file',
      (session) => session.changed?.files === 1,
    )
    expect(changed.changed).toEqual({ files: 1, added: 1, removed: 0 })
    expect(changed.pid).toBeGreaterThan(0)
  })

  test('branches never collide, however many are started at the same moment', async () => {
    const wanted = Array.from({ length: 4 }, () =>
      deck.call('session.create', { repository: repository.id, agent: shell, prompt: '修复 登录 问题', copies: 2 }),
    )
    const made = (await Promise.all(wanted)).flatMap((each) => each.sessions)
    expect(made).toHaveLength(8)
    expect(new Set(made.map((session) => session.branch)).size).toBe(8)
    for (const session of made) await deck.untilSession(session.id, 'it runs', (now) => now.pid !== null)
    const branches = (await repo.git('for-each-ref', '--format=%(refname:short)', 'refs/heads')).split('\n')
    expect(branches).toHaveLength(9)
    expect(made[0]?.branch).toContain('修复')
    expect(made.map((session) => session.title).filter((title) => title.endsWith('(2)'))).toHaveLength(4)
  })

  test('uncommitted work in the main checkout is left alone, and carried along only when asked', async () => {
    await repo.write('README.md', 'changed\n')
    await repo.write('new 文件.txt', 'new\n')
    const [left, carried] = await Promise.all([
      deck.call('session.create', { repository: repository.id, agent: shell, title: 'leave' }),
      deck.call('session.create', { repository: repository.id, agent: shell, title: 'carry', changes: 'carry' }),
    ]).then((all) => all.map((each) => each.sessions[0]?.id ?? ''))
    const a = await deck.untilSession(left ?? '', 'it runs', (session) => session.pid !== null)
    const b = await deck.untilSession(carried ?? '', 'it runs', (session) => session.pid !== null)
    expect(await readFile(join(a.worktree, 'README.md'), 'utf8')).toBe('hello\n')
    expect(await readFile(join(b.worktree, 'README.md'), 'utf8')).toBe('changed\n')
    expect(await readFile(join(b.worktree, 'new 文件.txt'), 'utf8')).toBe('new\n')
    expect(await readFile(join(repo.path, 'README.md'), 'utf8')).toBe('changed\n')
  })

  test('the environment names session, ports and folders, and has nothing of our own runtime', async () => {
    const made = await deck.call('session.create', {
      repository: repository.id,
      agent: command,
      title: 'env',
      command: 'env | sort',
    })
    const session = await deck.untilSession(made.sessions[0]?.id ?? '', 'it ended', (now) => now.state === 'exited')
    const text = await deck.text(session)
    expect(text).toContain(`QUARTERDECK_PORT=${session.portBlock}`)
    expect(text).toContain(`QUARTERDECK_PORT_9=${session.portBlock + 9}`)
    expect(text).toContain(`QUARTERDECK_SESSION=${session.id}`)
    expect(text).toContain('TERM=xterm-256color')
    expect(text).not.toMatch(/^(VITEST|NODE_OPTIONS|npm_)/m)
    expect(session.reason.text).toBe('exited')
  })

  test('a shell shows what runs in front, and an interrupt brings its prompt back', async () => {
    const made = await deck.call('session.create', { repository: repository.id, agent: shell, title: 'shell' })
    const id = made.sessions[0]?.id
    if (!id) throw new Error('no session')
    await deck.untilSession(id, 'the prompt', (session) => session.state === 'idle')
    await deck.call('session.send', { session: id, text: 'sleep 300' })
    const busy = await deck.untilSession(id, 'sleep runs', (session) => session.state === 'working')
    expect(busy.reason).toMatchObject({ key: 'shell-running', values: { program: 'sleep' } })
    await deck.call('session.interrupt', { session: id })
    await deck.untilSession(id, 'the prompt is back', (session) => session.state === 'idle')
  })

  test('on an existing branch, in an existing worktree, and in place', async () => {
    await repo.git('branch', 'feature/登录')
    const place = { kind: 'existing-branch', ref: 'refs/heads/feature/登录' } as const
    const [onBranch] = (await deck.call('session.create', { repository: repository.id, agent: shell, place })).sessions
    const running = await deck.untilSession(onBranch?.id ?? '', 'it runs', (session) => session.pid !== null)
    expect(running.branch).toBe('feature/登录')
    expect(await deck.codeOf('session.create', { repository: repository.id, agent: shell, place })).toBe(
      'branch-checked-out',
    )

    const other = repo.beside('other worktree')
    await repo.git('worktree', 'add', '-q', '-b', 'other', other)
    const existing = { kind: 'existing-worktree', path: other } as const
    const [adopted] = (await deck.call('session.create', { repository: repository.id, agent: shell, place: existing }))
      .sessions
    const at = await deck.untilSession(adopted?.id ?? '', 'it runs', (session) => session.pid !== null)
    expect(at).toMatchObject({ place: 'adopted', worktree: other, branch: 'other' })
    expect(await deck.codeOf('session.create', { repository: repository.id, agent: shell, place: existing })).toBe(
      'in-use',
    )
    expect(await deck.call('session.discard', { session: at.id })).toEqual({ trash: null })
    expect(await fileAt(join(other, 'README.md'))).toBe(true)

    const [inPlace] = (
      await deck.call('session.create', { repository: repository.id, agent: shell, place: { kind: 'in-place' } })
    ).sessions
    expect(inPlace).toMatchObject({ place: 'in-place', worktree: repo.path, branch: 'main' })
  })

  test('what cannot be is refused before anything is made', async () => {
    const base = { repository: repository.id, agent: shell } as const
    expect(await deck.codeOf('session.create', { ...base, base: 'refs/heads/nowhere' })).toBe('bad-ref')
    expect(await deck.codeOf('session.create', { ...base, agent: command })).toBe('refused')
    expect(await deck.codeOf('session.create', { ...base, agent: agentId.parse('claude') })).toBe('agent-missing')
    expect(await deck.codeOf('session.create', { ...base, branch: '~^:' })).toBe('bad-ref')
    expect(deck.sessions.size).toBe(0)
    expect(await repo.git('worktree', 'list')).not.toContain('\n')
  })

  test('names are drafted from a prompt, Chinese ones too', async () => {
    const drafted = await deck.call('session.propose', {
      repository: repository.id,
      agent: 'shell',
      prompt: '请修复登录跳转的问题。\n细节',
    })
    expect(drafted.title).toContain('修复登录跳转')
    await repo.git('check-ref-format', '--branch', drafted.branch)
  })

  test('an extra shell opens in the worktree, and its end is not the agent’s', async () => {
    const made = await deck.call('session.create', { repository: repository.id, agent: shell, title: 'main' })
    const id = made.sessions[0]?.id
    if (!id) throw new Error('no session')
    await deck.untilSession(id, 'the prompt', (session) => session.state === 'idle')
    const { terminal } = await deck.call('terminal.open', { session: id, kind: 'shell' })
    deck.client.note('terminal.input', { terminal, text: 'touch beside; exit\r' })
    await until('the shell wrote', () => fileAt(join(deck.session(id).worktree, 'beside')))
    await deck.untilSession(id, 'its end shows', (session) =>
      session.terminals.some((each) => each.id === terminal && !each.alive),
    )
    expect(deck.session(id).state).toBe('idle')
    await deck.call('terminal.close', { terminal })
    await deck.untilSession(id, 'it is gone', (session) => session.terminals.length === 1)
    expect(await deck.codeOf('terminal.open', { session: id, kind: 'run' })).toBe('refused')
  })
})
