import { chmod, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ChangedFile, ChangeList, DiffScope, FileDiff } from '../../preload/contract/diff.ts'
import { listChanges } from '../../main/diff/changes.ts'
import { readFileDiff } from '../../main/diff/file.ts'
import { makePatch } from '../../main/diff/patch.ts'
import { snapshotTree } from '../../main/diff/snapshot.ts'
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

async function changes(repo: TestRepository, scope: DiffScope = 'uncommitted', baseRef = 'refs/heads/main') {
  const snapshot = await snapshotTree({ worktree: repo.path, indexFile: repo.beside('index') })
  if (!snapshot.ok) throw new Error(snapshot.error.message)
  return listChanges({ worktree: repo.path, snapshot: snapshot.value, scope, baseRef })
}

async function list(repo: TestRepository, scope?: DiffScope, baseRef?: string): Promise<ChangeList> {
  const result = await changes(repo, scope, baseRef)
  if (!result.ok) throw new Error(`${result.error.message} ${result.error.detail ?? ''}`)
  return result.value
}

async function file(repo: TestRepository, from: ChangeList, path: string, limitBytes?: number): Promise<FileDiff> {
  const changed = from.files.find((candidate) => candidate.path === path)
  const result = await readFileDiff({
    worktree: repo.path,
    base: from.base,
    tree: from.tree,
    path,
    oldPath: changed?.oldPath ?? null,
    ...(limitBytes === undefined ? {} : { limitBytes }),
  })
  if (!result.ok) throw new Error(`${result.error.message} ${result.error.detail ?? ''}`)
  return result.value
}

const of = (from: ChangeList, path: string): ChangedFile | undefined => from.files.find((found) => found.path === path)
const long = Array.from({ length: 40 }, (_, at) => `line ${at}\n`).join('')

describe('the changes of a worktree', () => {
  it('are told with renames, modes, binary and untracked files, and counted', async () => {
    const repo = await repository({
      'edit.txt': '1\n2\n3\n',
      'move.txt': long,
      'run.sh': 'x\n',
      'gone.txt': 'x\ny\n',
      'pic.bin': new Uint8Array([0, 1, 2]),
      'link-to-be': 'x\n',
      'package-lock.json': '{}\n',
      'made.ts': 'x\n',
      '.gitattributes': 'made.ts linguist-generated\n',
    })
    await repo.write('edit.txt', '1\nzwei\n3\n4\n')
    await rename(join(repo.path, 'move.txt'), join(repo.path, 'moved 新.txt'))
    await repo.write('moved 新.txt', `${long}more\n`)
    await chmod(join(repo.path, 'run.sh'), 0o755)
    await unlink(join(repo.path, 'gone.txt'))
    await repo.write('pic.bin', new Uint8Array([0, 9, 9, 9]))
    await rm(join(repo.path, 'link-to-be'))
    await symlink('edit.txt', join(repo.path, 'link-to-be'))
    await repo.write('new\nline "q".txt', 'n\n')
    await repo.write('-x', 'n\n')
    await repo.write('package-lock.json', '{"a":1}\n')
    await repo.write('made.ts', 'y\n')
    const found = await list(repo)
    expect(of(found, 'edit.txt')).toMatchObject({ status: 'modified', added: 2, removed: 1, untracked: false })
    expect(of(found, 'moved 新.txt')).toMatchObject({
      status: 'renamed',
      oldPath: 'move.txt',
      added: 1,
      removed: 0,
      untracked: true,
    })
    expect(of(found, 'run.sh')).toMatchObject({
      status: 'modified',
      oldMode: '100644',
      newMode: '100755',
      added: 0,
      removed: 0,
      binary: false,
    })
    expect(of(found, 'gone.txt')).toMatchObject({ status: 'deleted', removed: 2, newId: null })
    expect(of(found, 'pic.bin')).toMatchObject({ status: 'modified', binary: true, added: 0 })
    expect(of(found, 'link-to-be')).toMatchObject({ status: 'type-changed', newMode: '120000' })
    expect(of(found, 'new\nline "q".txt')).toMatchObject({ status: 'added', untracked: true, added: 1, oldId: null })
    expect(of(found, '-x')).toMatchObject({ status: 'added', untracked: true })
    expect(
      found.files
        .filter((changed) => changed.generated)
        .map((changed) => changed.path)
        .sort(),
    ).toEqual(['made.ts', 'package-lock.json'])
    expect(found.added).toBe(found.files.reduce((sum, changed) => sum + changed.added, 0))
    expect(found).toMatchObject({
      scope: 'uncommitted',
      base: await repo.git('rev-parse', 'HEAD'),
      baseRef: 'refs/heads/main',
      leftOut: [],
      unmerged: [],
    })
    expect(await file(repo, found, '-x')).toMatchObject({ kind: 'text', old: null, new: 'n\n' })
    expect(await file(repo, found, 'moved 新.txt')).toMatchObject({ kind: 'text', old: long, new: `${long}more\n` })
    expect(await file(repo, found, 'gone.txt')).toMatchObject({ kind: 'text', old: 'x\ny\n', new: null })
    expect(await file(repo, found, 'link-to-be')).toMatchObject({
      kind: 'text',
      old: 'x\n',
      new: 'edit.txt',
      newEndsWithNewline: false,
    })
    expect(await file(repo, found, 'pic.bin')).toEqual({ kind: 'binary', oldSizeBytes: 3, newSizeBytes: 4 })
    expect(await file(repo, found, 'new\nline "q".txt')).toMatchObject({ kind: 'text', new: 'n\n' })
  })

  it('of the whole branch are those since the merge-base, not those of the base', async () => {
    const repo = await repository({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
    await repo.git('checkout', '-q', '-b', 'work')
    await repo.write('a.txt', 'A\n')
    await repo.commit('on the branch')
    await repo.git('checkout', '-q', 'main')
    await repo.write('b.txt', 'B\n')
    await repo.commit('on main')
    await repo.git('checkout', '-q', 'work')
    await repo.write('c.txt', 'c\n')
    const branch = await list(repo, 'branch')
    expect(branch.files.map((changed) => changed.path)).toEqual(['a.txt', 'c.txt'])
    expect(branch).toMatchObject({ base: await repo.git('merge-base', 'main', 'work'), baseRef: 'refs/heads/main' })
    expect((await list(repo, 'uncommitted')).files.map((changed) => changed.path)).toEqual(['c.txt'])
  })

  it('say that the base is gone', async () => {
    const repo = await repository()
    expect(await changes(repo, 'branch', 'refs/heads/gone')).toMatchObject({ ok: false, error: { code: 'bad-ref' } })
    expect((await changes(repo, 'uncommitted', 'refs/heads/gone')).ok).toBe(true)
  })

  it('are all there is before the first commit, and without common history', async () => {
    const repo = await repository({})
    await repo.write('a.txt', 'a\n')
    for (const scope of ['uncommitted', 'branch'] as const) {
      const found = await list(repo, scope)
      expect(found.files).toMatchObject([{ path: 'a.txt', status: 'added', untracked: true }])
      expect(await file(repo, found, 'a.txt')).toMatchObject({ kind: 'text', old: null, new: 'a\n' })
    }
    await repo.commit('one')
    await repo.git('checkout', '-q', '--orphan', 'alone')
    await repo.commit('two')
    expect((await list(repo, 'branch')).files).toMatchObject([{ path: 'a.txt', status: 'added' }])
  })

  it('name conflicts as such', async () => {
    const repo = await repository({ 'a.txt': '1\n' })
    await repo.git('checkout', '-q', '-b', 'other')
    await repo.write('a.txt', '2\n')
    await repo.commit('two')
    await repo.git('checkout', '-q', 'main')
    await repo.write('a.txt', '3\n')
    await repo.commit('three')
    await repo.git('merge', 'other').catch(() => {})
    const found = await list(repo)
    expect(found.files).toMatchObject([{ path: 'a.txt', status: 'unmerged' }])
    expect(found.unmerged).toEqual(['a.txt'])
  })

  it('tell a submodule by its commits and their log', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    const other = await repository({ 's.txt': 's\n' })
    await repo.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', other.path, 'sub')
    await repo.commit('with submodule')
    const sub = join(repo.path, 'sub')
    await writeFile(join(sub, 's.txt'), 'changed\n')
    await gitIn(sub, ['commit', '-qam', 'moved on 前进'])
    const found = await list(repo)
    expect(found.files).toMatchObject([{ path: 'sub', submodule: true, added: 0, removed: 0, binary: false }])
    expect(await file(repo, found, 'sub')).toMatchObject({
      kind: 'submodule',
      oldCommit: of(found, 'sub')?.oldId,
      newCommit: await gitIn(sub, ['rev-parse', 'HEAD']),
      log: expect.stringContaining('> moved on 前进') as string,
    })
  })

  it('show pictures, encodings, line ends, and say what is too large', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000', 'hex')
    const repo = await repository({
      'p.png': png,
      'gbk.txt': Buffer.from('d6d0b9fac8cbc3f10a', 'hex'),
      'crlf.txt': 'a\r\nb\r\n',
    })
    await repo.write('p.png', Buffer.concat([png, png]))
    await repo.write('gbk.txt', '中国人民\n')
    await repo.write('crlf.txt', 'a\r\nb\nc')
    await repo.write('icon.svg', '<svg/>\n')
    const found = await list(repo)
    expect(await file(repo, found, 'p.png')).toMatchObject({
      kind: 'image',
      mediaType: 'image/png',
      old: { base64: png.toString('base64') },
      new: { sizeBytes: 20 },
    })
    expect(await file(repo, found, 'gbk.txt')).toMatchObject({
      old: '中国人民\n',
      new: '中国人民\n',
      oldEncoding: 'gb18030',
      newEncoding: 'utf-8',
    })
    expect(await file(repo, found, 'crlf.txt')).toMatchObject({
      lineEndings: { old: 'crlf', new: 'mixed' },
      oldEndsWithNewline: true,
      newEndsWithNewline: false,
    })
    expect(await file(repo, found, 'icon.svg')).toMatchObject({ kind: 'image', text: { old: null, new: '<svg/>\n' } })
    expect(await file(repo, found, 'crlf.txt', 5)).toEqual({
      kind: 'too-large',
      oldSizeBytes: 6,
      newSizeBytes: 6,
      limitBytes: 5,
    })
    const missing = await readFileDiff({
      worktree: repo.path,
      base: found.base,
      tree: found.tree,
      path: 'no',
      oldPath: null,
    })
    expect(missing).toMatchObject({ ok: false, error: { code: 'not-found' } })
    const lost = await readFileDiff({
      worktree: repo.path,
      base: found.base,
      tree: 'a'.repeat(40),
      path: 'no',
      oldPath: null,
    })
    expect(lost).toMatchObject({ ok: false, error: { code: 'bad-ref' } })
  })

  it('show a file whose name is no UTF-8', async () => {
    const repo = await repository()
    await writeFile(Buffer.concat([Buffer.from(`${repo.path}/caf`), Buffer.from([0xe9])]), 'x\n')
    const found = await list(repo)
    expect(found.files).toMatchObject([{ path: 'caf\ufffd', status: 'added', untracked: true, added: 1 }])
    expect(await file(repo, found, 'caf\ufffd')).toMatchObject({ kind: 'text', new: 'x\n' })
  })

  it('are listed by the thousand', async () => {
    const repo = await repository({ 'a.txt': 'a\n' })
    for (let at = 0; at < 3000; at++) await repo.write(`d${at % 30}/f${at}`, `${at}\n`)
    const found = await list(repo)
    expect(found.files).toHaveLength(3000)
    expect(found.added).toBe(3000)
  })

  it('make a patch that git apply turns into the same tree', async () => {
    const repo = await repository({
      'edit.txt': '1\n2\n3\n',
      'move.txt': long,
      'run.sh': 'x\n',
      'gone.txt': 'x\n',
      'pic.bin': new Uint8Array([0, 1, 2]),
      'gbk 中.txt': Buffer.from('d6d0b9fa0d0a', 'hex'),
    })
    await repo.git('config', 'diff.noprefix', 'true')
    await repo.git('config', 'diff.external', 'false')
    await repo.git('config', 'color.ui', 'always')
    await repo.write('edit.txt', '1\n2\n3')
    await rename(join(repo.path, 'move.txt'), join(repo.path, 'new "name"\n.txt'))
    await chmod(join(repo.path, 'run.sh'), 0o755)
    await unlink(join(repo.path, 'gone.txt'))
    await repo.write(
      'pic.bin',
      new Uint8Array(3000).map((_, at) => at % 251),
    )
    await repo.write('gbk 中.txt', Buffer.from('d6d0b9fad6d00d0a', 'hex'))
    await repo.write('empty', '')
    await symlink('edit.txt', join(repo.path, 'link'))
    const found = await list(repo)
    const patch = await makePatch({ worktree: repo.path, base: found.base, tree: found.tree })
    if (!patch.ok) throw new Error(patch.error.message)
    const clone = repo.beside('clone')
    await gitIn(repo.path, ['clone', '-q', repo.path, clone])
    await gitIn(clone, ['apply', '--index', '-'], patch.value)
    expect(await gitIn(clone, ['write-tree'])).toBe(found.tree)
  })
})
