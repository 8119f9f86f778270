import { watch } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { watchWorktree, type WatchWorktreeOptions, type WorktreeChange } from '../../main/worktree/watch.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'
import { until } from '../support/until.ts'

let repository: TestRepository
let path: string
let endings: (() => Promise<void>)[] = []
beforeEach(async () => {
  repository = await makeRepository({
    files: { '.gitignore': 'node_modules/\n*.log\n', 'src/deep/a.ts': 'a\n', 'src/b.ts': 'b\n' },
  })
  path = repository.beside('work 树')
  await repository.git('worktree', 'add', '-q', '-b', 'feature/工作', path)
})
afterEach(async () => {
  for (const end of endings) await end()
  endings = []
  await repository.remove()
})

interface Seen {
  changes: WorktreeChange[]
  problems: string[]
  dispose(): Promise<void>
  /** Does something and waits until it is told; forgets what was told before. */
  after(what: string, act: () => Promise<unknown>, isIt: (change: WorktreeChange) => boolean): Promise<void>
  /** Does something and gives what was told of it. A file written last is waited for: events come in order. */
  told(act: () => Promise<unknown>): Promise<string[]>
}

let marks = 0
async function see(options: WatchWorktreeOptions = {}): Promise<Seen> {
  const changes: WorktreeChange[] = []
  const problems: string[] = []
  const watching = await watchWorktree(path, (change) => changes.push(change), {
    onProblem: (message) => problems.push(message),
    ...options,
  })
  endings.push(() => watching.dispose())
  return {
    changes,
    problems,
    dispose: () => watching.dispose(),
    after: async (what, act, isIt) => {
      changes.length = 0
      await act()
      await until(what, () => changes.some(isIt), { deadlineMs: 5000 })
    },
    told: async (act) => {
      changes.length = 0
      await act()
      const mark = `mark-${marks++}`
      await writeFile(join(path, mark), '')
      await until('the mark', () => changes.some((change) => isAt(mark)(change)), { deadlineMs: 5000 })
      return changes
        .map((change) => (change.kind === 'files' ? change.paths.filter((each) => each !== mark).join() : change.kind))
        .filter((text) => text !== '')
    },
  }
}
const isAt =
  (...wanted: string[]) =>
  (change: WorktreeChange): boolean =>
    change.kind === 'files' && wanted.some((each) => change.paths.includes(each))
const isGit = (change: WorktreeChange): boolean => change.kind === 'git'
const write = async (file: string, text = `${Math.random()}`): Promise<void> => {
  await mkdir(join(path, file, '..'), { recursive: true })
  await writeFile(join(path, file), text)
}

/** Watches this process holds in the kernel. */
async function countWatches(): Promise<number> {
  let count = 0
  for (const fd of await readdir('/proc/self/fdinfo')) {
    const text = await readFile(`/proc/self/fdinfo/${fd}`, 'utf8').catch(() => '')
    count += text.match(/^inotify /gm)?.length ?? 0
  }
  return count
}

for (const recursive of [false, true]) {
  test(`edits, new files, deletions and renames are told ${recursive ? '(where the system watches trees)' : ''}`, async () => {
    const seen = await see({ recursive })
    await seen.after('an edit', () => write('src/deep/a.ts'), isAt('src/deep/a.ts'))
    await seen.after('a new file', () => write('src/新 file'), isAt('src/新 file'))
    await seen.after('a deletion', () => rm(join(path, 'src/b.ts')), isAt('src/b.ts'))
    await seen.after(
      'an atomic save',
      async () => {
        await write('src/deep/a.ts.tmp')
        await rename(join(path, 'src/deep/a.ts.tmp'), join(path, 'src/deep/a.ts'))
      },
      isAt('src/deep/a.ts'),
    )
    expect(seen.problems).toEqual([])
  })
}

test('in folders that were made, moved, moved in, or deleted and made again every later edit is told', async () => {
  const seen = await see()
  await seen.after('a nest of folders', () => write('new/a/b/c/file'), isAt('new'))
  await seen.after('an edit deep in it', () => write('new/a/b/c/file'), isAt('new/a/b/c/file'))
  await seen.after('a renamed folder', () => rename(join(path, 'new'), join(path, 'moved')), isAt('moved'))
  await seen.after('an edit in the renamed', () => write('moved/a/b/c/file'), isAt('moved/a/b/c/file'))
  await seen.after(
    'a folder made again',
    async () => {
      for (let n = 0; n < 5; n++) {
        await rm(join(path, 'src'), { recursive: true })
        await write('src/deep/a.ts')
      }
    },
    isAt('src'),
  )
  await seen.told(async () => {})
  await seen.after('an edit in the one made again', () => write('src/deep/a.ts'), isAt('src/deep/a.ts'))
  const outside = repository.beside('outside')
  await mkdir(join(outside, 'x/y'), { recursive: true })
  await seen.after('a folder moved in', () => rename(outside, join(path, 'in')), isAt('in'))
  await seen.after('an edit in the one moved in', () => write('in/x/y/file'), isAt('in/x/y/file'))
})

test('commits, a branch made elsewhere, a switch and an operation are told', async () => {
  const seen = await see()
  await seen.after('a commit', () => gitIn(path, ['commit', '-q', '--allow-empty', '-m', 'x']), isGit)
  await seen.after(
    'staging',
    async () => {
      await write('staged')
      await gitIn(path, ['add', '-A'])
    },
    isGit,
  )
  await seen.after(
    'the branch moved from elsewhere',
    () => repository.git('update-ref', 'refs/heads/feature/工作', 'main'),
    isGit,
  )
  const moveBranch = async (): Promise<void> => {
    const commit = await repository.git('commit-tree', 'main^{tree}', '-p', 'another/branch', '-m', 'x')
    await repository.git('update-ref', 'refs/heads/another/branch', commit)
  }
  await seen.after('a switch', () => gitIn(path, ['switch', '-q', '-c', 'another/branch']), isGit)
  await seen.told(async () => {})
  await seen.after('the new branch moved', moveBranch, isGit)
  await repository.git('pack-refs', '--all', '--prune')
  await seen.told(async () => {})
  await seen.after('the packed branch moved', moveBranch, isGit)
  await seen.after('a bisect', () => gitIn(path, ['bisect', 'start']), isGit)
})

test('commits in the main checkout are told too', async () => {
  path = repository.path
  const seen = await see()
  await seen.after('a commit', () => repository.git('commit', '-q', '--allow-empty', '-m', 'x'), isGit)
  await seen.after('an edit', () => write('src/b.ts'), isAt('src/b.ts'))
})

test('nothing is told while nothing changes, by looks of our own, in ignored places, or by others', async () => {
  await write('node_modules/dep/index.js')
  await write('known.log')
  const seen = await see()
  const told = await seen.told(async () => {
    await write('node_modules/dep/index.js')
    await write('node_modules/new/deep/file')
    await write('known.log')
    await appendFile(join(path, 'known.log'), 'more')
    await gitIn(path, ['--no-optional-locks', 'status'])
    await repository.write('README.md', 'main checkout')
    await repository.commit('elsewhere')
  })
  expect(told).toEqual([])
})

test('an ignored folder or file made later is not told, nor watched', async () => {
  const seen = await see()
  await seen.told(async () => {})
  const before = await countWatches()
  const told = await seen.told(async () => {
    for (let n = 0; n < 30; n++) await write(`node_modules/package-${n}/lib/index.js`)
    await write('server.log')
    await write('src/server.log')
  })
  expect(told).toEqual([])
  expect(await countWatches()).toBe(before)
})

test('a change of .gitignore makes places seen, or unseen', async () => {
  await write('node_modules/dep/index.js')
  await write('out/file')
  const seen = await see()
  await seen.after('the change', () => write('.gitignore', 'out/\n'), isAt('.gitignore'))
  await seen.told(async () => {})
  await seen.after('what was ignored', () => write('node_modules/dep/index.js'), isAt('node_modules/dep/index.js'))
  expect(await seen.told(() => write('out/file'))).toEqual([])
})

test('a tracked file in an ignored folder is told, once git tracks it', async () => {
  const seen = await see()
  await seen.after(
    'staging by force',
    async () => {
      await write('node_modules/patched/index.js')
      await gitIn(path, ['add', '-f', 'node_modules/patched/index.js'])
    },
    isGit,
  )
  await until(
    'it is told',
    async () => {
      await write('node_modules/patched/index.js')
      return seen.changes.some(isAt('node_modules/patched/index.js'))
    },
    { everyMs: 100 },
  )
  await seen.told(async () => {})
  expect(await seen.told(() => write('node_modules/other/index.js'))).toEqual([])
})

test('a flood of files is told, and afterwards every edit still is', async () => {
  const seen = await see()
  await seen.after(
    'the flood',
    async () => {
      for (let folder = 0; folder < 40; folder++) {
        await mkdir(join(path, `many/${folder}`), { recursive: true })
        await Promise.all(Array.from({ length: 100 }, (_, n) => writeFile(join(path, `many/${folder}/${n}`), '')))
      }
    },
    (change) => change.kind === 'files',
  )
  await seen.told(async () => {})
  await seen.after('an edit', () => write('many/39/99'), isAt('many/39/99'))
})

test('a folder that is moved away or deleted is told once, and then nothing', async () => {
  for (const act of [() => rename(path, repository.beside('away')), () => rm(path, { recursive: true })]) {
    const seen = await see()
    await seen.after('the end', act, (change) => change.kind === 'gone')
    expect(seen.problems).toEqual(['The folder of the worktree is gone.'])
    await rename(repository.beside('away'), path).catch(() => {})
    await seen.dispose()
    expect(seen.changes.filter((change) => change.kind === 'gone')).toHaveLength(1)
  }
})

test('disposing frees every watch', async () => {
  const before = await countWatches()
  const seen = [await see(), await see(), await see()]
  expect(await countWatches()).toBeGreaterThan(before)
  await write('src/while/open')
  for (const each of seen) await each.dispose()
  expect(await countWatches()).toBe(before)
  const count = seen[0]?.changes.length
  const witness = await see()
  await witness.after('an edit', () => write('src/afterwards'), isAt('src/afterwards'))
  expect(seen[0]?.changes.length).toBe(count)
})

test('where the system refuses watches, it is said, and changes are found by looking', async () => {
  let left = 4
  const before = await countWatches()
  const seen = await see({
    pollMs: 50,
    watchFolder: (folder, options, listener) => {
      if (left-- > 0) return watch(folder, options, listener)
      throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' })
    },
  })
  expect(seen.problems).toHaveLength(1)
  expect(seen.problems[0]).toContain('max_user_watches')
  await seen.after(
    'an edit',
    () => write('src/deep/a.ts'),
    (change) => change.kind === 'files',
  )
  await seen.after(
    'a second edit of the same length',
    () => write('src/deep/a.ts', '0.1234'),
    (change) => change.kind === 'files',
  )
  await seen.dispose()
  expect(await countWatches()).toBe(before)
})
