/** The main job through `quarterdeck --json` alone, as a person's script does it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCli, type Cli, type Json } from '../support/cli.ts'
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

const newCommand = async (title: string, command: string, ...more: string[]): Promise<Json> => {
  const made = await cli(
    ...['session', 'new', '--repository', repository.path, '--agent', 'command', '--command', command],
    ...['--title', title, ...more],
  )
  return made['sessions']?.[0] as Json
}
const changed = (id: string, files: number): Promise<Json> =>
  until(`session ${id} to show ${files} changed files`, async () => {
    const { session } = (await cli('session', 'show', id)) as { session: Json }
    return (session['changed'] as Json | null)?.['files'] === files ? session : null
  })

test('four sessions run at once, are read, approved, landed and discarded by script alone', async () => {
  const opened = await cli('repository', 'add', repository.path)
  expect(opened['repository']?.['base']).toBe('main')
  expect((await cli('repository', 'list'))['repositories']).toHaveLength(1)

  const editing = await newCommand('Fix login', "printf 'export const login = 2\\n' > src/login.ts; exec cat")
  const chinese = await newCommand(
    '修复 缓存',
    "printf '缓存\\n' > '说明 文档.md'; git add -A; git commit -qm '添加说明'; exec cat",
    '--branch',
    '修复-缓存',
  )
  const flooding = await newCommand('Flood', 'seq 1 200000; echo flood-$((40+2)); touch flood.txt; exec cat')
  const failing = await newCommand('Broken', "printf 'half done\\n' > half.txt; echo gave up; exit 3")

  expect(chinese['branch']).toBe('修复-缓存')
  const ended = await cli('session', 'wait', failing['id'] as string, '--state', 'failed', '--timeout', '30')
  expect(ended['sessions']?.[0]?.['state']).toBe('failed')
  expect(ended['sessions']?.[0]?.['pid']).toBeNull()
  expect(ended['sessions']?.[0]?.['reason'] as string).toContain('3')

  // Several at once, each in a worktree of its own.
  const list = (await cli('session', 'list'))['sessions'] as Json
  expect(list).toHaveLength(4)
  expect(new Set((list as unknown as Json[]).map((session) => session['worktree'])).size).toBe(4)
  expect(Number.isInteger((await cli('session', 'show', editing['id'] as string))['session']?.['pid'])).toBe(true)

  // The flood is whole, and its end is on the screen.
  const all = await until('the flood to end', async () => {
    const text = (await cli('session', 'output', flooding['id'] as string, '--all'))['text'] as string
    return text.includes('flood-42') ? text : null
  })
  expect(all).toContain('\n199999\n200000\n')
  expect((await cli('session', 'output', flooding['id'] as string, '--screen'))['text'] as string).toContain('flood-42')

  // What is typed arrives.
  await cli('session', 'send', editing['id'] as string, '你好 deck')
  await until('the echo', async () =>
    ((await cli('session', 'output', editing['id'] as string, '--screen'))['text'] as string).includes('你好 deck'),
  )

  // The four diffs.
  await changed(editing['id'] as string, 1)
  await changed(chinese['id'] as string, 1)
  await changed(failing['id'] as string, 1)
  const diff = await cli('diff', editing['id'] as string)
  expect(diff['files']).toEqual([
    { path: 'src/login.ts', oldPath: null, status: 'modified', added: 1, removed: 1, binary: false },
  ])
  const committed = await cli('diff', chinese['id'] as string, '--scope', 'branch')
  expect((committed['files']?.[0] as Json)['path']).toBe('说明 文档.md')
  expect((await cli('diff', chinese['id'] as string, '--scope', 'uncommitted'))['files']).toEqual([])

  // A patch that git takes.
  const patch = (await cli.raw('diff', editing['id'] as string, '--patch')).stdout
  await gitIn(repository.path, ['apply', '--check', '-'], patch)

  // An approval is of what was seen: a change after it does not pass.
  const seen = diff['tree'] as string
  await writeFile(join(editing['worktree'] as string, 'src/late.ts'), 'export {}\n')
  const refused = await cli.fails('approve', editing['id'] as string, '--tree', seen)
  expect(refused).toMatchObject({ exitCode: 3, error: { code: 'tree-changed' } })
  expect((await cli.fails('land', editing['id'] as string)).error.code).toBe('not-approved')
  await changed(editing['id'] as string, 2)
  const approved = await cli('approve', editing['id'] as string)
  expect(approved['approved']?.['tree']).not.toBe(seen)

  // Uncommitted work in the main checkout is left as it is by a landing.
  await repository.write('README.md', '# App, mine and uncommitted\n')
  const landed = await cli('land', editing['id'] as string, '--method', 'ff', '--message', 'Fix the login')
  expect(landed['landed']?.['tree']).toBe(approved['approved']?.['tree'])
  expect(await repository.git('rev-parse', 'main')).toBe(landed['landed']?.['commit'])
  expect(await repository.git('rev-parse', 'main^{tree}')).toBe(approved['approved']?.['tree'])
  expect(await repository.git('log', '-1', '--format=%s', 'main')).toBe('Fix the login')
  expect(await readFile(join(repository.path, 'src/login.ts'), 'utf8')).toBe('export const login = 2\n')
  expect(await readFile(join(repository.path, 'README.md'), 'utf8')).toBe('# App, mine and uncommitted\n')
  expect(await repository.git('status', '--porcelain')).toBe(' M README.md')

  // The base has moved on: no fast-forward, but a squash.
  await cli('approve', chinese['id'] as string)
  expect((await cli.fails('land', chinese['id'] as string, '--method', 'ff')).error.code).toBe('not-fast-forward')
  await cli('land', chinese['id'] as string, '--method', 'squash', '--message', '添加说明文档')
  expect(await repository.git('-c', 'core.quotepath=off', 'ls-tree', '-r', '--name-only', 'main')).toBe(
    ['README.md', 'src/cache.ts', 'src/late.ts', 'src/login.ts', '说明 文档.md'].join('\n'),
  )
  expect(await repository.git('rev-list', '--count', 'main')).toBe('3')

  // Removing names what would be lost, and refuses.
  const removal = await cli.fails('worktree', 'remove', failing['worktree'] as string)
  expect(removal.exitCode).toBe(3)
  expect(removal.error.code).toBe('untracked')
  expect(removal.error.paths).toEqual(['half.txt'])

  // Discarded work is in the trash and comes back whole.
  await cli('discard', failing['id'] as string)
  const trash = (await cli('worktree', 'trash'))['trash'] as Json
  expect(trash).toHaveLength(1)
  const back = await cli('worktree', 'bring-back', trash[0]?.['id'] as string)
  expect(await readFile(join(back['broughtBack']?.['path'] as string, 'half.txt'), 'utf8')).toBe('half done\n')
  const removed = await cli('worktree', 'remove', back['broughtBack']?.['path'] as string, '--may-lose', 'untracked')
  expect(removed['removed']?.['untracked']).toBe(1)

  const status = await cli('status')
  expect(status['pid']).toBe(deck.pid)
  expect(Number.isInteger(status['ptyHostPid'])).toBe(true)
})

test('wrong usage, unknown ids and time-outs have their own exit status', async () => {
  expect((await cli.raw('session')).exitCode).toBe(2)
  expect((await cli.raw('no-such-command')).exitCode).toBe(2)
  expect((await cli.fails('session', 'show', 'zzzzzz')).exitCode).toBe(4)
  const idle = await newCommand('Waits', 'exec cat')
  expect(
    (await cli.fails('session', 'wait', idle['id'] as string, '--state', 'failed', '--timeout', '1')).exitCode,
  ).toBe(5)
  await cli('session', 'stop', idle['id'] as string)
  const stopped = await cli('session', 'show', idle['id'] as string)
  expect(stopped['session']?.['pid']).toBeNull()
})
