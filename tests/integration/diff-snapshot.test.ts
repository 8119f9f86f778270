import { chmod, mkdir, readFile, rename, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { snapshotTree, type Snapshot, type SnapshotRequest } from '../../main/git/snapshot.ts'
import { copyIndex } from '../../main/git/index-file.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'

const made: TestRepository[] = []
async function repository(files?: Record<string, string | Uint8Array>): Promise<TestRepository> {
  const repo = await makeRepository(files ? { files } : {})
  made.push(repo)
  return repo
}
afterEach(async () => {
  for (const repo of made.splice(0)) await repo.remove()
})

async function snap(repo: TestRepository, more: Partial<SnapshotRequest> = {}): Promise<Snapshot> {
  const result = await snapshotTree({ worktree: repo.path, indexFile: repo.beside('private index/私.index'), ...more })
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message} ${result.error.detail ?? ''}`)
  return result.value
}

/** What `git add -A && git commit` would make, found out in an index of its own. */
async function byHand(repo: TestRepository): Promise<string> {
  const index = repo.beside('by hand.index')
  await rm(index, { force: true })
  // With its time: git trusts file times by the second, and by the index's own.
  await copyIndex(join(repo.path, '.git/index'), index).catch(() => {})
  const before = process.env['GIT_INDEX_FILE']
  process.env['GIT_INDEX_FILE'] = index
  try {
    await repo.git('add', '-A')
    return await repo.git('write-tree')
  } finally {
    if (before === undefined) delete process.env['GIT_INDEX_FILE']
    else process.env['GIT_INDEX_FILE'] = before
  }
}

const names = (repo: TestRepository, tree: string): Promise<string> =>
  repo.git('ls-tree', '-r', '-z', '--name-only', tree)

describe('a snapshot', () => {
  it('holds tracked changes and untracked files, and leaves index, HEAD and file times as they were', async () => {
    const repo = await repository({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'gone.txt': 'x\n', '.gitignore': 'ignored\n' })
    await repo.write('a.txt', 'changed\n')
    await repo.git('add', 'a.txt')
    await repo.write('a.txt', 'changed again\n')
    await repo.write('new 新.txt', 'new\n')
    await repo.write('ignored', 'secret\n')
    await unlink(join(repo.path, 'gone.txt'))
    const old = new Date('2020-01-01T00:00:00Z')
    await utimes(join(repo.path, 'new 新.txt'), old, old)
    const facts = async (): Promise<unknown> => [
      await readFile(join(repo.path, '.git/index')),
      (await stat(join(repo.path, '.git/index'), { bigint: true })).mtimeNs,
      await readFile(join(repo.path, '.git/HEAD')),
      await repo.git('for-each-ref'),
      (await stat(join(repo.path, 'new 新.txt'), { bigint: true })).mtimeNs,
      (await stat(join(repo.path, 'a.txt'), { bigint: true })).mtimeNs,
    ]
    const before = await facts()
    const snapshot = await snap(repo)
    expect(await facts()).toEqual(before)
    expect(snapshot.untracked).toEqual(['new 新.txt'])
    expect(snapshot.headRef).toBe('refs/heads/main')
    expect(snapshot.head).toBe(await repo.git('rev-parse', 'HEAD'))
    expect(await names(repo, snapshot.tree)).toBe('.gitignore\0a.txt\0b.txt\0new 新.txt\0')
    expect(await repo.git('show', `${snapshot.tree}:a.txt`)).toBe('changed again')
    expect(snapshot.tree).toBe(await byHand(repo))
  })

  it('follows each later change, also back to where it began', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    const clean = await snap(repo)
    expect(clean.tree).toBe(await repo.git('rev-parse', 'HEAD^{tree}'))
    await repo.write('b.txt', 'b\n')
    const added = await snap(repo)
    expect(added.untracked).toEqual(['b.txt'])
    expect((await snap(repo)).untracked).toEqual(['b.txt'])
    // Same size, same second: git's stat cache alone would not see it.
    await repo.write('b.txt', 'c\n')
    const edited = await snap(repo)
    expect(edited.tree).not.toBe(added.tree)
    await unlink(join(repo.path, 'b.txt'))
    const back = await snap(repo)
    expect(back).toEqual(clean)
  })

  it('sees a same-size edit made in the same instant as the last look, many times over', async () => {
    const repo = await repository({ 'a.txt': '000\n' })
    for (let round = 1; round <= 40; round++) {
      const text = `${String(round).padStart(3, '0')}\n`
      await repo.write('a.txt', text)
      const snapshot = await snap(repo)
      expect(await repo.git('show', `${snapshot.tree}:a.txt`)).toBe(text.trim())
    }
  })

  it('equals what git add and commit would make, whatever was edited', async () => {
    const path = fc.constantFrom(
      'a',
      'b.txt',
      'd/a',
      'd/b',
      'd/e/f',
      '中文 名.txt',
      '-x',
      'new\nline',
      'q"uote',
      'e',
      'e/f',
    )
    const edit = fc.oneof(
      fc.record({
        kind: fc.constant('write' as const),
        path,
        text: fc.constantFrom('', '1\n', '2\n', '2\r\n', 'x\0y'),
      }),
      fc.record({ kind: fc.constant('remove' as const), path }),
      fc.record({ kind: fc.constant('mode' as const), path }),
      fc.record({ kind: fc.constant('move' as const), path, to: path }),
      fc.record({ kind: fc.constant('link' as const), path }),
      fc.record({ kind: fc.constant('stage' as const), path }),
      fc.record({ kind: fc.constant('intent' as const), path }),
      fc.record({ kind: fc.constant('commit' as const) }),
      fc.record({ kind: fc.constant('look' as const) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 14 }), async (edits) => {
        const repo = await makeRepository({ files: { a: '1\n', 'd/a': '1\n', '中文 名.txt': '中\n' } })
        try {
          for (const step of edits) {
            const file = 'path' in step ? join(repo.path, step.path) : ''
            const git = (...args: string[]): Promise<unknown> => repo.git(...args).catch(() => null)
            if (step.kind === 'write') await repo.write(step.path, step.text).catch(() => {})
            else if (step.kind === 'remove') await rm(file, { recursive: true, force: true }).catch(() => {})
            else if (step.kind === 'mode') await chmod(file, 0o755).catch(() => {})
            else if (step.kind === 'move') await rename(file, join(repo.path, step.to)).catch(() => {})
            else if (step.kind === 'link') await symlink('somewhere', file).catch(() => {})
            else if (step.kind === 'stage') await git('add', '--', step.path)
            else if (step.kind === 'intent') await git('add', '-N', '--', step.path)
            else if (step.kind === 'commit') await git('commit', '-q', '-m', 'step')
            else await snap(repo)
          }
          const snapshot = await snap(repo)
          expect(snapshot.tree).toBe(await byHand(repo))
          const status = await repo.git('status', '--porcelain', '-z', '-uall', '--no-renames')
          const untracked = status.split('\0').flatMap((line) => (line.startsWith('??') ? [line.slice(3)] : []))
          const cached = (await repo.git('ls-tree', '-r', '-z', '--name-only', 'HEAD')).split('\0')
          expect([...snapshot.untracked].sort()).toEqual(untracked.filter((name) => !cached.includes(name)).sort())
        } finally {
          await repo.remove()
        }
      }),
      { numRuns: 30 },
    )
  })

  it('leaves out and names untracked files over the limit, also when they grow over it later', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    await repo.write('small', 'x'.repeat(10))
    await repo.write('big', 'x'.repeat(2000))
    const first = await snap(repo, { maxUntrackedBytes: 1000 })
    expect(first.leftOut).toEqual([{ path: 'big', sizeBytes: 2000 }])
    expect(first.untracked).toEqual(['small'])
    await repo.write('small', 'x'.repeat(1500))
    const second = await snap(repo, { maxUntrackedBytes: 1000 })
    expect(second.leftOut.map((left) => left.path).sort()).toEqual(['big', 'small'])
    expect(second.untracked).toEqual([])
    expect(await names(repo, second.tree)).toBe('a.txt\0')
    await repo.write('small', 'x')
    expect((await snap(repo, { maxUntrackedBytes: 1000 })).untracked).toEqual(['small'])
    // Tracked files are never left out.
    await repo.write('a.txt', 'y'.repeat(5000))
    expect((await snap(repo, { maxUntrackedBytes: 1000 })).leftOut).toEqual([{ path: 'big', sizeBytes: 2000 }])
  })

  it('names unresolved conflicts and takes the files as they stand', async () => {
    const repo = await repository({ 'a.txt': '1\n' })
    await repo.git('checkout', '-q', '-b', 'other')
    await repo.write('a.txt', '2\n')
    await repo.commit('two')
    await repo.git('checkout', '-q', 'main')
    await repo.write('a.txt', '3\n')
    await repo.commit('three')
    await snap(repo)
    await repo.git('merge', 'other').catch(() => {})
    const snapshot = await snap(repo)
    expect(snapshot.unmerged).toEqual(['a.txt'])
    expect(snapshot.untracked).toEqual([])
    expect(await repo.git('show', `${snapshot.tree}:a.txt`)).toContain('<<<<<<<')
    expect(await repo.git('ls-files', '-u')).not.toBe('')
    expect(snapshot.tree).toBe(await byHand(repo))
    await repo.write('a.txt', 'solved\n')
    await repo.git('add', 'a.txt')
    expect((await snap(repo)).unmerged).toEqual([])
  })

  it('works before the first commit', async () => {
    const repo = await repository({})
    const empty = await snap(repo)
    expect(empty).toMatchObject({
      head: null,
      headRef: 'refs/heads/main',
      untracked: [],
      tree: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    })
    await repo.write('a.txt', 'a\n')
    await repo.write('b.txt', 'b\n')
    await repo.git('add', 'a.txt')
    const snapshot = await snap(repo)
    expect(snapshot.untracked).toEqual(['b.txt'])
    expect(await names(repo, snapshot.tree)).toBe('a.txt\0b.txt\0')
  })

  it('tells a detached HEAD, and a branch that is called "(detached)"', async () => {
    const repo = await repository()
    await repo.git('checkout', '-q', '--detach')
    expect((await snap(repo)).headRef).toBeNull()
    await repo.git('checkout', '-q', '-b', '(detached)')
    expect((await snap(repo)).headRef).toBe('refs/heads/(detached)')
    await repo.git('checkout', '-q', '-b', 'origin/foo')
    expect((await snap(repo)).headRef).toBe('refs/heads/origin/foo')
  })

  it('takes submodules and repositories inside by their commit, and leaves out those without one', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    const other = await repository({ 's.txt': 's\n' })
    await repo.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', other.path, 'sub 模块')
    await repo.commit('with submodule')
    const clean = await snap(repo)
    expect(clean.tree).toBe(await repo.git('rev-parse', 'HEAD^{tree}'))
    const sub = join(repo.path, 'sub 模块')
    await writeFile(join(sub, 's.txt'), 'changed\n')
    expect((await snap(repo)).tree).toBe(clean.tree)
    await gitIn(sub, ['commit', '-qam', 'moved'])
    const moved = await snap(repo)
    expect(moved.tree).not.toBe(clean.tree)
    expect(moved.tree).toBe(await byHand(repo))
    await gitIn(repo.path, ['init', '-q', 'empty inside'])
    await gitIn(repo.path, ['clone', '-q', other.path, 'inside'])
    const inside = await snap(repo)
    expect(inside.leftOut).toEqual([{ path: 'empty inside', sizeBytes: 0 }])
    expect(await repo.git('ls-tree', inside.tree, 'inside')).toContain('160000 commit')
  })

  it('keeps sparse and skip-worktree entries as they are', async () => {
    const repo = await repository({ 'in/a': 'a\n', 'out/b': 'b\n', 'local.conf': 'x\n' })
    await repo.git('sparse-checkout', 'set', '--cone', 'in')
    const clean = await snap(repo)
    expect(clean.tree).toBe(await repo.git('rev-parse', 'HEAD^{tree}'))
    await repo.write('in/a', 'changed\n')
    const changed = await snap(repo)
    expect(await repo.git('diff-tree', '-r', '--name-only', 'HEAD', changed.tree)).toBe('in/a')
    expect(changed.tree).toBe(await byHand(repo))
    await repo.git('sparse-checkout', 'disable')
    await repo.git('update-index', '--skip-worktree', 'local.conf')
    await repo.write('local.conf', 'mine\n')
    const snapshot = await snap(repo)
    expect(await repo.git('diff-tree', '-r', '--name-only', 'HEAD', snapshot.tree)).toBe('in/a')
    await repo.git('update-index', '--no-skip-worktree', 'local.conf')
    expect(await repo.git('diff-tree', '-r', '--name-only', 'HEAD', (await snap(repo)).tree)).toBe('in/a\nlocal.conf')
  })

  it('does what git add does about line ends and attributes, file by file', async () => {
    const repo = await repository({
      '.gitattributes': '*.crlf text eol=crlf\n*.bin binary\n*.auto text=auto\n',
      'a.crlf': '1\n2\n',
      'kept.txt': '1\r\n2\r\n',
    })
    await repo.git('config', 'core.autocrlf', 'true')
    await repo.git('config', 'core.safecrlf', 'true')
    await repo.write('a.crlf', '1\r\n2\r\n3\r\n')
    await repo.write('new.auto', 'x\r\ny\r\n')
    await repo.write('mixed.txt', 'x\r\ny\n')
    await repo.write('new.bin', 'x\r\n\0')
    await repo.write('kept.txt', '1\r\n2\r\n3\r\n')
    const snapshot = await snap(repo)
    await repo.git('config', 'core.safecrlf', 'false')
    expect(snapshot.tree).toBe(await byHand(repo))
    // There and back again: the answer must not depend on what was looked at in between.
    await repo.write('kept.txt', '1\n2\n')
    await snap(repo)
    await repo.write('kept.txt', '1\r\n2\r\n')
    const back = await snap(repo)
    expect(back.tree).toBe(await byHand(repo))
    const many = Array.from({ length: 500 }, (_, at) => `many/a file with a rather long name ${at}.txt`)
    for (const text of ['\0\r\n', 'x\n', 'y\r\n']) {
      for (const name of many) await repo.write(name, `${text}${name}`)
      await snap(repo)
    }
    expect((await snap(repo)).tree).toBe(await byHand(repo))
  })

  it('turns a file into a folder and back, and renames by case alone', async () => {
    const repo = await repository({ thing: 'file\n', 'dir/a': 'a\n', Readme: 'r\n' })
    await snap(repo)
    await unlink(join(repo.path, 'thing'))
    await repo.write('thing/inside', 'now a folder\n')
    await rm(join(repo.path, 'dir'), { recursive: true })
    await repo.write('dir', 'now a file\n')
    await rename(join(repo.path, 'Readme'), join(repo.path, 'README'))
    const snapshot = await snap(repo)
    expect(await names(repo, snapshot.tree)).toBe('README\0dir\0thing/inside\0')
    expect(snapshot.tree).toBe(await byHand(repo))
    await rm(join(repo.path, 'thing'), { recursive: true })
    await repo.write('thing', 'file\n')
    expect((await snap(repo)).tree).toBe(await byHand(repo))
  })

  it('rebuilds a broken private index and clears a lock that a killed git left', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    await repo.write('b.txt', 'b\n')
    const first = await snap(repo)
    const index = repo.beside('private index/私.index')
    await writeFile(index, 'this is no index')
    await writeFile(`${index}.lock`, '')
    expect(await snap(repo)).toEqual(first)
    await writeFile(`${index}.seed`, '{"broken')
    expect(await snap(repo)).toEqual(first)
    await rm(index)
    expect(await snap(repo)).toEqual(first)
  })

  it('makes lost objects again', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    await repo.write('d/b.txt', 'only here\n')
    const first = await snap(repo)
    await repo.git('gc', '-q', '--prune=now')
    const again = await snap(repo)
    expect(again.tree).toBe(first.tree)
    expect(await repo.git('show', `${again.tree}:d/b.txt`)).toBe('only here')
    await repo.git('gc', '-q', '--prune=now')
    await repo.write('other.txt', 'x\n')
    const third = await snap(repo)
    expect(await repo.git('show', `${third.tree}:d/b.txt`)).toBe('only here')
    await repo.git('gc', '-q', '--prune=now')
    expect((await snap(repo, { rebuild: true })).tree).toBe(third.tree)
    expect(await repo.git('show', `${third.tree}:d/b.txt`)).toBe('only here')
  })

  it('works while files come and go under it', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    let stop = false
    const churn = (async () => {
      for (let round = 0; !stop; round++) {
        const file = join(repo.path, `churn ${round % 7}`)
        await mkdir(file, { recursive: true }).catch(() => {})
        await writeFile(join(file, 'x'), `${round}\n`).catch(() => {})
        await rm(file, { recursive: true, force: true }).catch(() => {})
        await writeFile(file, `${round}\n`).catch(() => {})
        await rm(file, { recursive: true, force: true }).catch(() => {})
      }
    })()
    try {
      for (let look = 0; look < 25; look++) await snap(repo)
    } finally {
      stop = true
      await churn
    }
    expect((await snap(repo)).tree).toBe(await byHand(repo))
  })

  it('takes names that are no UTF-8, and shows them lossily', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    const name = Buffer.concat([Buffer.from(`${repo.path}/caf`), Buffer.from([0xe9])])
    await writeFile(name, 'x\n')
    const snapshot = await snap(repo)
    expect(snapshot.untracked).toEqual(['caf\ufffd'])
    expect(snapshot.tree).toBe(await byHand(repo))
  })

  it('works in a repository of SHA-256', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    const path = repo.beside('sha256')
    await gitIn(repo.path, ['init', '-q', '--object-format=sha256', path])
    await writeFile(join(path, 'a.txt'), 'a\n')
    const first = await snap(repo, { worktree: path })
    expect(first).toMatchObject({ head: null, untracked: ['a.txt'] })
    await gitIn(path, ['add', '-A'])
    await gitIn(path, ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', 'commit', '-qm', 'one'])
    expect(await gitIn(path, ['rev-parse', 'HEAD^{tree}'])).toBe(first.tree)
    await writeFile(join(path, 'b.txt'), 'b\n')
    await snap(repo, { worktree: path })
    await writeFile(join(path, 'b.txt'), 'c\n')
    const second = await snap(repo, { worktree: path })
    expect(await gitIn(path, ['show', `${second.tree}:b.txt`])).toBe('c')
  })

  it('works in a linked worktree, with a split index, and says when there is no repository', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    const tree = repo.beside('linked 树')
    await repo.git('worktree', 'add', '-q', '-b', 'side', tree)
    await gitIn(tree, ['update-index', '--split-index'])
    await writeFile(join(tree, 'b.txt'), 'b\n')
    const snapshot = await snap(repo, { worktree: tree })
    expect(snapshot).toMatchObject({ headRef: 'refs/heads/side', untracked: ['b.txt'] })
    expect(await names(repo, snapshot.tree)).toBe('a.txt\0b.txt\0')
    await mkdir(repo.beside('plain'))
    const nothing = await snapshotTree({ worktree: repo.beside('plain'), indexFile: repo.beside('i') })
    expect(nothing).toMatchObject({ ok: false, error: { code: 'not-a-repository' } })
    const gone = await snapshotTree({ worktree: repo.beside('gone'), indexFile: repo.beside('i') })
    expect(gone).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })
})
