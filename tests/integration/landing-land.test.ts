import { chmod, mkdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { land, type LandRequest } from '../../main/landing/land.ts'
import { previewLanding } from '../../main/landing/preview.ts'
import { snapshotTree, type Snapshot } from '../../main/git/snapshot.ts'
import { gitIn, makeRepository, type TestRepository } from '../support/git-repository.ts'

const made: TestRepository[] = []
afterEach(async () => {
  for (const repo of made.splice(0)) await repo.remove()
})

interface Setting {
  repo: TestRepository
  /** The session's worktree, on the branch `work 工作`-like name given. */
  tree: string
  branch: string
  write(path: string, text: string): Promise<void>
  git(...args: string[]): Promise<string>
  snap(): Promise<Snapshot>
  approve(more?: Partial<LandRequest>): Promise<LandRequest>
  state(): Promise<unknown>
}

async function setting(
  files: Record<string, string> = { 'a.txt': '1\n2\n3\n', 'b.txt': 'b\n', 'c.txt': 'c\n' },
  name = 'work/工作',
): Promise<Setting> {
  const repo = await makeRepository({ files })
  made.push(repo)
  const tree = repo.beside('work tree 树')
  await repo.git('worktree', 'add', '-q', '-b', name, tree)
  const indexFile = repo.beside('private.index')
  const git = (...args: string[]): Promise<string> => gitIn(tree, args)
  const snap = async (): Promise<Snapshot> => {
    const taken = await snapshotTree({ worktree: tree, indexFile })
    if (!taken.ok) throw new Error(taken.error.message)
    return taken.value
  }
  return {
    repo,
    tree,
    branch: `refs/heads/${name}`,
    write: async (path, text) => {
      await mkdir(join(tree, path, '..'), { recursive: true })
      await writeFile(join(tree, path), text)
    },
    git,
    snap,
    approve: async (more) => ({
      repositoryPath: repo.path,
      worktree: tree,
      branch: `refs/heads/${name}`,
      baseRef: 'refs/heads/main',
      approvedTree: (await snap()).tree,
      snapshotIndexFile: indexFile,
      method: 'ff',
      message: 'Do the work\n\n做完了。',
      ...more,
    }),
    state: async () => [
      await repo.git('for-each-ref'),
      await git('status', '--porcelain=v2', '-z'),
      await git('diff'),
      await git('diff', '--cached'),
      await repo.git('status', '--porcelain=v2', '-z'),
      await repo.git('diff'),
      await repo.git('diff', '--cached'),
      await repo.git('worktree', 'list', '--porcelain'),
    ],
  }
}

async function hook(repo: TestRepository, name: string, body: string): Promise<void> {
  const path = join(repo.path, '.git/hooks', name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, `#!/bin/sh\n${body}\n`)
  await chmod(path, 0o755)
}

describe('landing', () => {
  for (const method of ['ff', 'merge', 'squash'] as const) {
    it(`lands uncommitted work by ${method}, and the base gets exactly the approved tree`, async () => {
      const at = await setting()
      await at.write('a.txt', '1\n2\n3\n4\n')
      await at.git('commit', '-qam', 'a step')
      await at.write('b.txt', 'B\n')
      await at.write('新 file.txt', 'new\n')
      const request = await at.approve({ method })
      const landed = await land(request)
      expect(landed).toMatchObject({ ok: true, value: { base: 'refs/heads/main', tree: request.approvedTree, method } })
      expect(await at.repo.git('rev-parse', 'main^{tree}')).toBe(request.approvedTree)
      expect(landed.ok && landed.value.commit).toBe(await at.repo.git('rev-parse', 'main'))
      expect(await at.repo.git('status', '--porcelain')).toBe('')
      expect(await at.git('status', '--porcelain')).toBe('')
      const parents = (await at.repo.git('log', '-1', '--format=%P', 'main')).split(' ')
      expect(parents).toHaveLength(method === 'merge' ? 2 : 1)
      const count = Number(await at.repo.git('rev-list', '--count', 'main'))
      expect(count).toBe({ ff: 3, merge: 4, squash: 2 }[method])
      const text = await at.repo.git('log', '-1', '--format=%B', 'main')
      expect(text).toContain('做完了。')
      expect(text.split('\n')[0]).toBe(method === 'merge' ? "Merge branch 'work/工作'" : 'Do the work')
    })
  }

  it('keeps uncommitted work in the main checkout byte for byte', async () => {
    const at = await setting()
    await at.write('a.txt', 'landed\n')
    await at.write('new/deep.txt', 'landed\n')
    await at.repo.write('b.txt', 'mine, staged\r\n')
    await at.repo.git('add', 'b.txt')
    await at.repo.write('b.txt', 'mine, staged and changed\r\n\0')
    await at.repo.write('c.txt', 'mine, changed\n')
    await at.repo.write('untracked 我的.txt', 'mine\n')
    await at.repo.write('new/other.txt', 'mine\n')
    const staged = await at.repo.git('diff', '--cached', '--binary')
    const landed = await land(await at.approve())
    expect(landed.ok).toBe(true)
    expect(await readFile(join(at.repo.path, 'a.txt'), 'utf8')).toBe('landed\n')
    expect(await readFile(join(at.repo.path, 'b.txt'), 'utf8')).toBe('mine, staged and changed\r\n\0')
    expect(await readFile(join(at.repo.path, 'c.txt'), 'utf8')).toBe('mine, changed\n')
    expect(await readFile(join(at.repo.path, 'untracked 我的.txt'), 'utf8')).toBe('mine\n')
    expect(await readFile(join(at.repo.path, 'new/other.txt'), 'utf8')).toBe('mine\n')
    expect(await at.repo.git('diff', '--cached', '--binary')).toBe(staged)
  })

  it('refuses while uncommitted, untracked or ignored files of the main checkout would be overwritten', async () => {
    const at = await setting({ 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': 'ignored\n', dir: 'file\n' })
    await at.write('a.txt', 'landed\n')
    await at.write('new.txt', 'landed\n')
    await at.write('ignored', 'landed\n')
    await at.git('add', '-f', 'ignored')
    await unlink(join(at.tree, 'dir'))
    await at.write('dir/x', 'landed\n')
    await at.write('folder', 'landed\n')
    const request = await at.approve()
    await at.repo.write('a.txt', 'mine\n')
    await at.repo.write('b.txt', 'mine too, not in the way\n')
    await at.repo.write('new.txt', 'mine\n')
    await at.repo.write('ignored', 'my secret\n')
    await at.repo.write('folder/mine', 'mine\n')
    const before = await at.state()
    const refused = await land(request)
    expect(refused).toMatchObject({ ok: false, error: { code: 'base-dirty', paths: ['a.txt', 'ignored', 'new.txt'] } })
    expect(await at.state()).toEqual(before)
    expect(await readFile(join(at.repo.path, 'ignored'), 'utf8')).toBe('my secret\n')
    await at.repo.git('checkout', '-q', 'a.txt')
    await unlink(join(at.repo.path, 'new.txt'))
    await unlink(join(at.repo.path, 'ignored'))
    // A folder with something of ours where a file would go: git itself refuses, the commit is taken back.
    const again = await land(request)
    expect(again).toMatchObject({ ok: false, error: { code: 'base-dirty' } })
    expect(await at.git('log', '--format=%s')).toBe('first')
    expect(await at.git('status', '--porcelain')).toContain('?? folder')
    await rm(join(at.repo.path, 'folder'), { recursive: true })
    expect(await land(request)).toMatchObject({ ok: true })
    expect(await readFile(join(at.repo.path, 'dir/x'), 'utf8')).toBe('landed\n')
    expect(await readFile(join(at.repo.path, 'b.txt'), 'utf8')).toBe('mine too, not in the way\n')
  })

  it('refuses a tree that changed after it was approved, and names the files', async () => {
    const at = await setting()
    await at.write('a.txt', 'seen\n')
    const request = await at.approve()
    await at.write('b.txt', 'slipped in\n')
    await at.write('新.txt', 'slipped in\n')
    const before = await at.state()
    expect(await land(request)).toMatchObject({
      ok: false,
      error: { code: 'tree-changed', paths: ['b.txt', '新.txt'] },
    })
    expect(await at.state()).toEqual(before)
  })

  it('refuses when the worktree was switched to another branch', async () => {
    const at = await setting()
    await at.write('a.txt', 'seen\n')
    const request = await at.approve()
    await at.git('checkout', '-q', '-b', 'elsewhere')
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'tree-changed' } })
  })

  it('leaves everything untouched when it conflicts, and names the conflicts', async () => {
    const at = await setting()
    await at.write('a.txt', '1\nours\n3\n')
    const request = await at.approve({ method: 'merge' })
    await at.repo.write('a.txt', '1\ntheirs\n3\n')
    await at.repo.commit('theirs')
    const before = await at.state()
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'conflicts', paths: ['a.txt'] } })
    expect(await land({ ...request, method: 'squash' })).toMatchObject({ ok: false, error: { code: 'conflicts' } })
    expect(await land({ ...request, method: 'ff' })).toMatchObject({ ok: false, error: { code: 'not-fast-forward' } })
    expect(await at.state()).toEqual(before)
    const preview = await previewLanding({ ...request, snapshot: await at.snap(), prompt: '', title: '' })
    expect(preview).toMatchObject({
      ok: true,
      value: {
        conflicts: [{ path: 'a.txt', kind: 'content' }],
        behind: 1,
        ahead: 0,
        committed: false,
        methods: [{ possible: false }, { possible: false }, { possible: false }],
      },
    })
  })

  it('merges with a base that moved where the two do not clash', async () => {
    const at = await setting()
    await at.write('a.txt', '1\n2\n3\nours\n')
    await at.repo.write('b.txt', 'theirs\n')
    await at.repo.commit('theirs')
    const request = await at.approve({ method: 'squash' })
    const landed = await land(request)
    expect(landed.ok).toBe(true)
    expect(await readFile(join(at.repo.path, 'a.txt'), 'utf8')).toBe('1\n2\n3\nours\n')
    expect(await readFile(join(at.repo.path, 'b.txt'), 'utf8')).toBe('theirs\n')
    expect(await at.repo.git('log', '--format=%s')).toBe('Do the work\ntheirs\nfirst')
    // Landed by content: there is nothing left to do, though the branch is not merged by name.
    expect(await land({ ...request, approvedTree: (await at.snap()).tree })).toMatchObject({
      ok: false,
      error: { code: 'nothing-to-land' },
    })
  })

  it('lands on a base that is checked out nowhere', async () => {
    const at = await setting()
    await at.repo.git('checkout', '-q', '-b', 'aside')
    await at.repo.write('a.txt', 'mine\n')
    await at.write('a.txt', 'landed\n')
    const landed = await land(await at.approve({ method: 'merge' }))
    expect(landed.ok).toBe(true)
    expect(await at.repo.git('show', 'main:a.txt')).toBe('landed')
    expect(await readFile(join(at.repo.path, 'a.txt'), 'utf8')).toBe('mine\n')
    expect(await at.repo.git('reflog', '-1', '--format=%gs', 'main')).toBe('quarterdeck: land')
  })

  it('just commits where the work is on the base itself', async () => {
    const at = await setting()
    await at.repo.write('a.txt', 'in place\n')
    const indexFile = at.repo.beside('main.index')
    const taken = await snapshotTree({ worktree: at.repo.path, indexFile })
    const tree = taken.ok ? taken.value.tree : ''
    const request = await at.approve({
      worktree: at.repo.path,
      branch: 'refs/heads/main',
      snapshotIndexFile: indexFile,
      approvedTree: tree,
      method: 'squash',
    })
    expect(await land(request)).toMatchObject({ ok: true, value: { method: 'ff', tree } })
    expect(await at.repo.git('log', '--format=%s')).toBe('Do the work\nfirst')
    expect(await at.repo.git('status', '--porcelain')).toBe('')
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'nothing-to-land' } })
  })

  it('lands the work of a detached HEAD', async () => {
    const at = await setting()
    await at.git('checkout', '-q', '--detach')
    await at.write('a.txt', 'detached\n')
    const landed = await land(await at.approve({ branch: null, method: 'merge' }))
    expect(landed.ok).toBe(true)
    expect(await at.repo.git('show', 'main:a.txt')).toBe('detached')
    expect(await at.repo.git('rev-parse', at.branch)).toBe(await at.repo.git('rev-parse', 'main^1'))
  })

  it('leaves nothing half done when a hook refuses, and tells what the hook said', async () => {
    const at = await setting()
    await hook(
      at.repo,
      'pre-commit',
      'echo "lint: 坏了" >&2\necho extra > hook-made.txt\ngit add hook-made.txt\nexit 3',
    )
    await at.write('a.txt', 'staged\n')
    await at.git('add', 'a.txt')
    await at.write('a.txt', 'staged and changed\n')
    await at.write('n.txt', 'new\n')
    const staged = await at.git('ls-files', '--stage')
    const request = await at.approve()
    const refused = await land(request)
    expect(refused).toMatchObject({ ok: false, error: { code: 'hook-failed' } })
    expect(!refused.ok && refused.error.detail).toContain('lint: 坏了')
    expect(!refused.ok && refused.error.message).toContain('pre-commit')
    expect(await at.git('ls-files', '--stage')).toBe(staged)
    expect(await at.git('log', '--format=%s')).toBe('first')
    expect(await readFile(join(at.tree, 'a.txt'), 'utf8')).toBe('staged and changed\n')
    expect(await at.git('status', '--porcelain')).toBe('MM a.txt\n?? hook-made.txt\n?? n.txt')
    await hook(at.repo, 'pre-commit', 'exit 0')
    await hook(at.repo, 'commit-msg', 'grep -q Ticket "$1" || { echo "no ticket"; exit 1; }')
    await unlink(join(at.tree, 'hook-made.txt'))
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'hook-failed' } })
    expect(await land({ ...request, message: 'Ticket 7' })).toMatchObject({ ok: true })
  })

  it('catches a hook that rewrites what is committed', async () => {
    const at = await setting()
    await hook(at.repo, 'pre-commit', 'for f in *.txt; do echo formatted >> "$f"; done\ngit add "*.txt"')
    await at.write('a.txt', 'mine\n')
    const refused = await land(await at.approve())
    expect(refused).toMatchObject({ ok: false, error: { code: 'tree-changed', paths: ['a.txt', 'b.txt', 'c.txt'] } })
    expect(await at.git('log', '--format=%s')).toBe('first')
    expect(await at.git('diff', '--cached', '--name-only')).toBe('')
    expect(await at.repo.git('rev-parse', 'main')).toBe(await at.git('rev-parse', 'HEAD'))
    // What the hook made of the files is there to be looked at.
    await rm(join(at.repo.path, '.git/hooks/pre-commit'))
    expect(await land(await at.approve())).toMatchObject({ ok: true })
    expect(await readFile(join(at.repo.path, 'b.txt'), 'utf8')).toBe('b\nformatted\n')
  })

  it('does not commit what was left out of the snapshot', async () => {
    const at = await setting()
    await at.git('init', '-q', 'inner *repo')
    await at.write('a.txt', 'mine\n')
    const request = await at.approve()
    expect(await land(request)).toMatchObject({ ok: true, value: { tree: request.approvedTree } })
    expect(await at.git('status', '--porcelain')).toBe('?? "inner *repo/"')
  })

  it('says so and changes nothing while another git holds a lock', async () => {
    const at = await setting()
    await at.write('a.txt', 'mine\n')
    const request = await at.approve()
    const before = await at.state()
    const ownLock = await at.git('rev-parse', '--git-path', 'index.lock')
    await writeFile(ownLock, '')
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'git-locked' } })
    await unlink(ownLock)
    await writeFile(join(at.repo.path, '.git/index.lock'), '')
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'git-locked' } })
    await unlink(join(at.repo.path, '.git/index.lock'))
    await writeFile(join(at.repo.path, '.git/refs/heads/main.lock'), '')
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'git-locked' } })
    await unlink(join(at.repo.path, '.git/refs/heads/main.lock'))
    expect(await at.state()).toEqual(before)
    expect(await land(request)).toMatchObject({ ok: true })
  }, 60_000)

  it('refuses while an operation is in progress on either side', async () => {
    const at = await setting()
    await at.repo.git('checkout', '-q', '-b', 'other')
    await at.repo.write('c.txt', 'other\n')
    await at.repo.commit('other')
    await at.repo.git('checkout', '-q', 'main')
    await at.repo.write('c.txt', 'main\n')
    await at.repo.commit('main')
    await at.write('a.txt', 'mine\n')
    const request = await at.approve({ method: 'merge' })
    await at.repo.git('merge', 'other').catch(() => {})
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'operation-in-progress' } })
    await at.repo.git('merge', '--abort')
    await at.repo.git('rebase', 'other').catch(() => {})
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'operation-in-progress' } })
    await at.repo.git('rebase', '--abort')
    await at.git('merge', 'other', '--no-commit', '--no-ff').catch(() => {})
    expect(await land({ ...request, approvedTree: (await at.snap()).tree })).toMatchObject({
      ok: false,
      error: { code: 'operation-in-progress' },
    })
  })

  it('refuses bases that are gone, remote, or not named in full', async () => {
    const at = await setting()
    await at.write('a.txt', 'mine\n')
    const request = await at.approve()
    for (const baseRef of ['refs/heads/gone', 'refs/remotes/origin/main', '--all', 'main', 'refs/heads/-x']) {
      expect(await land({ ...request, baseRef })).toMatchObject({ ok: false, error: { code: 'bad-ref' } })
    }
    await at.repo.git('checkout', '-q', '--detach')
    await at.repo.git('branch', '-D', 'main')
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'bad-ref' } })
    expect(await at.git('log', '--format=%s')).toBe('first')
  })

  it('lands on the local branch origin/foo, not on the remote one', async () => {
    const at = await setting()
    await at.repo.git('branch', 'origin/foo')
    await at.repo.git('update-ref', 'refs/remotes/origin/foo', 'main')
    const remote = await at.repo.git('rev-parse', 'refs/remotes/origin/foo')
    await at.write('a.txt', 'mine\n')
    expect(await land(await at.approve({ baseRef: 'refs/heads/origin/foo' }))).toMatchObject({ ok: true })
    expect(await at.repo.git('show', 'refs/heads/origin/foo:a.txt')).toBe('mine')
    expect(await at.repo.git('rev-parse', 'refs/remotes/origin/foo')).toBe(remote)
  })

  it('refuses when the folder with the base cannot be reached', async () => {
    const at = await setting()
    const other = at.repo.beside('base tree')
    await at.repo.git('worktree', 'add', '-q', '-b', 'release', other)
    await rename(other, `${other} moved`)
    await at.write('a.txt', 'mine\n')
    expect(await land(await at.approve({ baseRef: 'refs/heads/release' }))).toMatchObject({
      ok: false,
      error: { code: 'in-use' },
    })
  })

  it('takes the commit back when the base moves in the last moment', async () => {
    const at = await setting()
    await at.repo.git('checkout', '-q', '-b', 'aside')
    // The hook stands for somebody who commits to the base while ours is being made.
    const moved = await at.repo.git('commit-tree', 'main^{tree}', '-p', 'main', '-m', 'by somebody else')
    await hook(at.repo, 'post-commit', `git update-ref refs/heads/main ${moved}`)
    await at.write('a.txt', 'mine\n')
    await at.write('new.txt', 'mine\n')
    expect(await land(await at.approve())).toMatchObject({ ok: false, error: { code: 'not-fast-forward' } })
    expect(await at.repo.git('log', '--format=%s', 'main')).toBe('by somebody else\nfirst')
    expect(await at.git('log', '--format=%s')).toBe('first')
    expect(await at.git('status', '--porcelain')).toBe(' M a.txt\n?? new.txt')
  })

  it('tells what is missing when git does not know who commits', async () => {
    const at = await setting()
    await at.repo.git('config', '--unset', 'user.name')
    await at.repo.git('config', '--unset', 'user.email')
    await at.repo.git('config', 'user.useConfigOnly', 'true')
    await at.write('a.txt', 'mine\n')
    const request = await at.approve()
    const kept = { ...process.env }
    for (const name of Object.keys(process.env)) if (/^GIT_(AUTHOR|COMMITTER)/.test(name)) delete process.env[name]
    const refused = await land(request)
    Object.assign(process.env, kept)
    expect(refused).toMatchObject({ ok: false, error: { code: 'git-failed' } })
    expect(!refused.ok && refused.error.message).toContain('user.name')
    expect(await at.git('status', '--porcelain')).toBe(' M a.txt')
  })

  it('lands when every file is deleted', async () => {
    const at = await setting()
    for (const name of ['a.txt', 'b.txt', 'c.txt']) await unlink(join(at.tree, name))
    expect(await land(await at.approve())).toMatchObject({ ok: true })
    await expect(stat(join(at.repo.path, 'a.txt'))).rejects.toThrow()
  })
})

describe('the preview of a landing', () => {
  it('tells every fact and changes nothing', async () => {
    const at = await setting()
    await at.write('a.txt', 'mine\n')
    await at.git('commit', '-qam', 'step')
    await at.write('b.txt', 'mine\n')
    await at.repo.write('b.txt', 'in the way\n')
    const before = await at.state()
    const snapshot = await at.snap()
    const request = await at.approve()
    const preview = await previewLanding({ ...request, snapshot, title: '', prompt: '修复登录。请小心。' })
    expect(preview).toMatchObject({
      ok: true,
      value: {
        base: 'refs/heads/main',
        baseCommit: await at.repo.git('rev-parse', 'main'),
        branch: at.branch,
        head: snapshot.head,
        tree: snapshot.tree,
        committed: false,
        ahead: 1,
        behind: 0,
        conflicts: [],
        baseWorktree: at.repo.path,
        baseDirty: ['b.txt'],
        message: '修复登录\n\n修复登录。请小心。\n',
      },
    })
    expect(await at.state()).toEqual(before)
    await at.repo.git('checkout', '-q', 'b.txt')
    const clear = await previewLanding({ ...request, snapshot, title: 'x', prompt: '' })
    expect(clear).toMatchObject({
      ok: true,
      value: { baseDirty: [], methods: [{ method: 'ff', possible: true, why: null }, {}, {}] },
    })
  })

  it('says that there is nothing to land', async () => {
    const at = await setting()
    const preview = await previewLanding({ ...(await at.approve()), snapshot: await at.snap(), title: '', prompt: '' })
    expect(preview).toMatchObject({ ok: false, error: { code: 'nothing-to-land' } })
  })
})
