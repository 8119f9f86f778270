import { readFile, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { land } from '../../main/landing/land.ts'
import { previewLanding } from '../../main/landing/preview.ts'
import { snapshotTree } from '../../main/git/snapshot.ts'
import { landingSetting, removeSettings } from '../support/landing-setting.ts'

afterEach(removeSettings)

describe('landing', () => {
  for (const method of ['ff', 'merge', 'squash'] as const) {
    it(`lands uncommitted work by ${method}, and the base gets exactly the approved tree`, async () => {
      const at = await landingSetting()
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
    const at = await landingSetting()
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

  it('merges with a base that moved where the two do not clash', async () => {
    const at = await landingSetting()
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

  it('lands again and again by squash, also where later work changes the same lines', async () => {
    const at = await landingSetting()
    await at.write('a.txt', '1\nfirst version\n3\n')
    expect(await land(await at.approve({ method: 'squash' }))).toMatchObject({ ok: true })
    await at.repo.write('b.txt', 'theirs\n')
    await at.repo.commit('theirs')
    for (const [round, text] of ['1\nsecond version\n3\n', '1\n3\n', '1\nfirst version\n3\n'].entries()) {
      await at.write('a.txt', text)
      await at.git('commit', '-qam', 'by the agent')
      await at.write(`new ${round}`, 'x\n')
      const request = await at.approve({ method: round === 1 ? 'merge' : 'squash', message: `round ${round}` })
      expect(await previewLanding({ ...request, snapshot: await at.snap(), title: '', prompt: '' })).toMatchObject({
        ok: true,
        value: { conflicts: [] },
      })
      expect(await land(request)).toMatchObject({ ok: true })
      expect(await readFile(join(at.repo.path, 'a.txt'), 'utf8')).toBe(text)
      expect(await readFile(join(at.repo.path, 'b.txt'), 'utf8')).toBe('theirs\n')
      expect(await at.repo.git('status', '--porcelain')).toBe('')
    }
    // What somebody undid on the base stays a conflict that a person decides.
    await at.repo.write('a.txt', '1\nby hand\n3\n')
    await at.repo.commit('by hand')
    await at.write('a.txt', '1\nlast version\n3\n')
    expect(await land(await at.approve({ method: 'squash' }))).toMatchObject({
      ok: false,
      error: { code: 'conflicts', paths: ['a.txt'] },
    })
  })

  it('proposes a message itself where none is given', async () => {
    const at = await landingSetting()
    await at.write('src/x.ts', 'x\n')
    expect(await land(await at.approve({ message: ' ', title: 'add x' }))).toMatchObject({ ok: true })
    expect(await at.repo.git('log', '-1', '--format=%B', 'main')).toBe('Add x\n')
  })

  it('lands on a base that is checked out nowhere', async () => {
    const at = await landingSetting()
    await at.repo.git('checkout', '-q', '-b', 'aside')
    await at.repo.write('a.txt', 'mine\n')
    await at.write('a.txt', 'landed\n')
    const landed = await land(await at.approve({ method: 'merge' }))
    expect(landed.ok).toBe(true)
    expect(await at.repo.git('show', 'main:a.txt')).toBe('landed')
    expect(await readFile(join(at.repo.path, 'a.txt'), 'utf8')).toBe('mine\n')
    expect(await at.repo.git('reflog', '-1', '--format=%gs', 'main')).toBe(
      `quarterdeck: land ${await at.git('rev-parse', 'HEAD')}`,
    )
  })

  it('just commits where the work is on the base itself', async () => {
    const at = await landingSetting()
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
    const at = await landingSetting()
    await at.git('checkout', '-q', '--detach')
    await at.write('a.txt', 'detached\n')
    const landed = await land(await at.approve({ branch: null, method: 'merge' }))
    expect(landed.ok).toBe(true)
    expect(await at.repo.git('show', 'main:a.txt')).toBe('detached')
    expect(await at.repo.git('rev-parse', at.branch)).toBe(await at.repo.git('rev-parse', 'main^1'))
  })

  it('does not commit what was left out of the snapshot', async () => {
    const at = await landingSetting()
    await at.git('init', '-q', 'inner *repo')
    await at.write('a.txt', 'mine\n')
    const request = await at.approve()
    expect(await land(request)).toMatchObject({ ok: true, value: { tree: request.approvedTree } })
    expect(await at.git('status', '--porcelain')).toBe('?? "inner *repo/"')
  })

  it('lands on the local branch origin/foo, not on the remote one', async () => {
    const at = await landingSetting()
    await at.repo.git('branch', 'origin/foo')
    await at.repo.git('update-ref', 'refs/remotes/origin/foo', 'main')
    const remote = await at.repo.git('rev-parse', 'refs/remotes/origin/foo')
    await at.write('a.txt', 'mine\n')
    expect(await land(await at.approve({ baseRef: 'refs/heads/origin/foo' }))).toMatchObject({ ok: true })
    expect(await at.repo.git('show', 'refs/heads/origin/foo:a.txt')).toBe('mine')
    expect(await at.repo.git('rev-parse', 'refs/remotes/origin/foo')).toBe(remote)
  })

  it('lands when every file is deleted', async () => {
    const at = await landingSetting()
    for (const name of ['a.txt', 'b.txt', 'c.txt']) await unlink(join(at.tree, name))
    expect(await land(await at.approve())).toMatchObject({ ok: true })
    await expect(stat(join(at.repo.path, 'a.txt'))).rejects.toThrow()
  })
})

describe('the preview of a landing', () => {
  it('tells every fact and changes nothing', async () => {
    const at = await landingSetting()
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
    const at = await landingSetting()
    const preview = await previewLanding({ ...(await at.approve()), snapshot: await at.snap(), title: '', prompt: '' })
    expect(preview).toMatchObject({ ok: false, error: { code: 'nothing-to-land' } })
  })
})
