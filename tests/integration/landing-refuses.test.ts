import { readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { land } from '../../main/landing/land.ts'
import { previewLanding } from '../../main/landing/preview.ts'
import { landingSetting, removeSettings, writeHook } from '../support/landing-setting.ts'

afterEach(removeSettings)

describe('a landing that cannot be', () => {
  it('refuses while uncommitted, untracked or ignored files of the main checkout would be overwritten', async () => {
    const at = await landingSetting({ 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': 'ignored\n', dir: 'file\n' })
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
    const at = await landingSetting()
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
    const at = await landingSetting()
    await at.write('a.txt', 'seen\n')
    const request = await at.approve()
    await at.git('checkout', '-q', '-b', 'elsewhere')
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'tree-changed' } })
  })

  it('leaves everything untouched when it conflicts, and names the conflicts', async () => {
    const at = await landingSetting()
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

  it('leaves nothing half done when a hook refuses, and tells what the hook said', async () => {
    const at = await landingSetting()
    await writeHook(
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
    await writeHook(at.repo, 'pre-commit', 'exit 0')
    await writeHook(at.repo, 'commit-msg', 'grep -q Ticket "$1" || { echo "no ticket"; exit 1; }')
    await unlink(join(at.tree, 'hook-made.txt'))
    expect(await land(request)).toMatchObject({ ok: false, error: { code: 'hook-failed' } })
    expect(await land({ ...request, message: 'Ticket 7' })).toMatchObject({ ok: true })
  })

  it('catches a hook that rewrites what is committed', async () => {
    const at = await landingSetting()
    await writeHook(at.repo, 'pre-commit', 'for f in *.txt; do echo formatted >> "$f"; done\ngit add "*.txt"')
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

  it('says so and changes nothing while another git holds a lock', async () => {
    const at = await landingSetting()
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
    const at = await landingSetting()
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
    const at = await landingSetting()
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

  it('refuses when the folder with the base cannot be reached', async () => {
    const at = await landingSetting()
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
    const at = await landingSetting()
    await at.repo.git('checkout', '-q', '-b', 'aside')
    // The hook stands for somebody who commits to the base while ours is being made.
    const moved = await at.repo.git('commit-tree', 'main^{tree}', '-p', 'main', '-m', 'by somebody else')
    await writeHook(at.repo, 'post-commit', `git update-ref refs/heads/main ${moved}`)
    await at.write('a.txt', 'mine\n')
    await at.write('new.txt', 'mine\n')
    expect(await land(await at.approve())).toMatchObject({ ok: false, error: { code: 'not-fast-forward' } })
    expect(await at.repo.git('log', '--format=%s', 'main')).toBe('by somebody else\nfirst')
    expect(await at.git('log', '--format=%s')).toBe('first')
    expect(await at.git('status', '--porcelain')).toBe(' M a.txt\n?? new.txt')
  })

  it('tells what is missing when git does not know who commits', async () => {
    const at = await landingSetting()
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
})
