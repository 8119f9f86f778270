/** The main job through `quarterdeck --json` alone, as a person's script does it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCli, type Cli, type CliSession } from '../support/cli.ts'
import { startDeck, type TestDeck } from '../support/deck.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'
import { until } from '../support/until.ts'

let deck: TestDeck
let repository: TestRepository
let cli: Cli

beforeAll(async () => {
  repository = await makeRepository({
    files: {
      'README.md': '# App\n',
      'src/login.ts': 'export const login = 1\n',
      'src/cache.ts': 'export const cache = 1\n',
    },
  })
  deck = await startDeck()
  cli = makeCli(deck)
})
afterAll(async () => {
  await deck.stop()
  await repository.remove()
})

interface CliDiff {
  tree: string
  files: { path: string; oldPath: string | null; status: string; added: number; removed: number; binary: boolean }[]
}
interface CliLanded {
  landed: { base: string; commit: string; tree: string }
}

const newCommand = async (title: string, command: string, ...more: string[]): Promise<CliSession> => {
  const { sessions } = await cli<{ sessions: CliSession[] }>(
    ...['session', 'new', '--repository', repository.path, '--agent', 'command', '--command', command],
    ...['--title', title, ...more],
  )
  expect(sessions).toHaveLength(1)
  return sessions[0] as CliSession
}
const show = async (id: string): Promise<CliSession> =>
  (await cli<{ session: CliSession }>('session', 'show', id)).session
const output = async (id: string, what: '--all' | '--screen'): Promise<string> =>
  (await cli<{ text: string }>('session', 'output', id, what)).text
const changed = (id: string, files: number): Promise<CliSession> =>
  until(`session ${id} to show ${files} changed files`, async () => {
    const session = await show(id)
    return session.changed?.files === files ? session : null
  })
const diffOf = (id: string, scope: 'branch' | 'uncommitted' = 'branch'): Promise<CliDiff> =>
  cli<CliDiff>('diff', id, '--scope', scope)

test('four sessions run at once, are read, approved, landed and discarded by script alone', async () => {
  const opened = await cli<{ repository: { base: string } }>('repository', 'add', repository.path)
  expect(opened.repository.base).toBe('main')
  expect((await cli<{ repositories: unknown[] }>('repository', 'list')).repositories).toHaveLength(1)

  const editing = await newCommand('Fix login', "printf 'export const login = 2\\n' > src/login.ts; exec cat")
  const chinese = await newCommand(
    '修复 缓存',
    "printf '缓存\\n' > '说明 文档.md'; git add -A; git commit -qm '添加说明'; exec cat",
    '--branch',
    '修复-缓存',
  )
  const flooding = await newCommand('Flood', 'seq 1 200000; echo flood-$((40+2)); touch flood.txt; exec cat')
  const failing = await newCommand('Broken', "printf 'half done\\n' > half.txt; echo gave up; exit 3")

  expect(chinese.branch).toBe('修复-缓存')
  await cli('session', 'wait', failing.id, '--state', 'failed', '--timeout', '30')
  const ended = await show(failing.id)
  expect(ended).toMatchObject({ state: 'failed', pid: null })
  expect(ended.reason).toContain('3')

  // Several at once, each in a worktree of its own.
  const { sessions } = await cli<{ sessions: CliSession[] }>('session', 'list')
  expect(sessions).toHaveLength(4)
  expect(new Set(sessions.map((session) => session.worktree)).size).toBe(4)
  expect((await show(editing.id)).pid).toBeGreaterThan(0)

  // The flood is whole, and its end is on the screen.
  const all = await until('the flood to end', async () => {
    const text = await output(flooding.id, '--all')
    return text.includes('flood-42') ? text : null
  })
  expect(all).toContain('\n199999\n200000\n')
  expect(await output(flooding.id, '--screen')).toContain('flood-42')

  // What is typed arrives.
  await cli('session', 'send', editing.id, '你好 deck')
  await until('the echo', async () => (await output(editing.id, '--screen')).includes('你好 deck'))

  // The four diffs.
  await changed(editing.id, 1)
  await changed(chinese.id, 1)
  await changed(failing.id, 1)
  await changed(flooding.id, 1)
  const diff = await diffOf(editing.id)
  expect(diff.files).toEqual([
    { path: 'src/login.ts', oldPath: null, status: 'modified', added: 1, removed: 1, binary: false },
  ])
  expect((await diffOf(chinese.id)).files.map((file) => file.path)).toEqual(['说明 文档.md'])
  expect((await diffOf(chinese.id, 'uncommitted')).files).toEqual([])

  // A patch that git takes.
  const patch = (await cli.raw('diff', editing.id, '--patch')).stdout
  await gitIn(repository.path, ['apply', '--check', '-'], patch)

  // An approval is of what was seen: a change after it does not pass.
  await writeFile(join(editing.worktree, 'src/late.ts'), 'export {}\n')
  const refused = await cli.fails('approve', editing.id, '--tree', diff.tree)
  expect(refused).toMatchObject({ exitCode: 3, error: { code: 'tree-changed' } })
  expect((await cli.fails('land', editing.id)).error.code).toBe('not-approved')
  await changed(editing.id, 2)
  const { approved } = await cli<{ approved: { tree: string } }>('approve', editing.id)
  expect(approved.tree).not.toBe(diff.tree)

  // Uncommitted work in the main checkout is left as it is by a landing.
  await repository.write('README.md', '# App, mine and uncommitted\n')
  const { landed } = await cli<CliLanded>('land', editing.id, '--method', 'ff', '--message', 'Fix the login')
  expect(landed.tree).toBe(approved.tree)
  expect(await repository.git('rev-parse', 'main')).toBe(landed.commit)
  expect(await repository.git('rev-parse', 'main^{tree}')).toBe(approved.tree)
  expect(await repository.git('log', '-1', '--format=%s', 'main')).toBe('Fix the login')
  expect(await readFile(join(repository.path, 'src/login.ts'), 'utf8')).toBe('export const login = 2\n')
  expect(await readFile(join(repository.path, 'README.md'), 'utf8')).toBe('# App, mine and uncommitted\n')
  expect(await repository.git('status', '--porcelain')).toBe(' M README.md')

  // The base has moved on: no fast-forward, but a squash.
  await cli('approve', chinese.id)
  expect((await cli.fails('land', chinese.id, '--method', 'ff')).error.code).toBe('not-fast-forward')
  await cli('land', chinese.id, '--method', 'squash', '--message', '添加说明文档')
  expect(await repository.git('-c', 'core.quotepath=off', 'ls-tree', '-r', '--name-only', 'main')).toBe(
    ['README.md', 'src/cache.ts', 'src/late.ts', 'src/login.ts', '说明 文档.md'].join('\n'),
  )
  expect(await repository.git('rev-list', '--count', 'main')).toBe('3')

  // Removing names what would be lost, and refuses.
  const removal = await cli.fails('worktree', 'remove', failing.worktree)
  expect(removal).toMatchObject({ exitCode: 3, error: { code: 'untracked', paths: ['half.txt'] } })

  // Discarded work is in the trash and comes back whole.
  await cli('discard', failing.id)
  const { trash } = await cli<{ trash: { id: string }[] }>('worktree', 'trash')
  expect(trash).toHaveLength(1)
  const { broughtBack } = await cli<{ broughtBack: { path: string } }>('worktree', 'bring-back', trash[0]?.id ?? '')
  expect(await readFile(join(broughtBack.path, 'half.txt'), 'utf8')).toBe('half done\n')
  const { removed } = await cli<{ removed: { untracked: number } }>(
    ...['worktree', 'remove', broughtBack.path, '--may-lose', 'untracked'],
  )
  expect(removed.untracked).toBe(1)

  const status = await cli<{ pid: number; ptyHostPid: number }>('status')
  expect(status.pid).toBe(deck.pid)
  expect(status.ptyHostPid).toBe(await deck.ptyHostPid())
})

test('wrong usage, unknown ids and time-outs have their own exit status', async () => {
  expect((await cli.raw('session')).code).toBe(2)
  expect((await cli.raw('no-such-command')).code).toBe(2)
  expect((await cli.fails('session', 'show', 'zzzzzz')).exitCode).toBe(4)
  const idle = await newCommand('Waits', 'exec cat')
  expect((await cli.fails('session', 'wait', idle.id, '--state', 'failed', '--timeout', '1')).exitCode).toBe(5)
  await cli('session', 'stop', idle.id)
  expect((await show(idle.id)).pid).toBeNull()
})
