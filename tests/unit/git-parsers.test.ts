import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gitFailure } from '../../main/git/errors.ts'
import { parseMerge } from '../../main/git/merge-tree.ts'
import { decodeName, encodeName, joinNames, splitBytes } from '../../main/git/names.ts'
import { isValidBranchName } from '../../main/git/refs.ts'
import { parseStatus } from '../../main/git/status.ts'
import { parseVersion } from '../../main/git/version.ts'

const id = 'a'.repeat(40)
const bytes = (...parts: string[]): Buffer => Buffer.from(parts.map((part) => `${part}\0`).join(''))

describe('names of files', () => {
  it('come back to git byte for byte, UTF-8 or not', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1 }).map((name) => name.map((byte) => byte || 1))), (names) => {
        const output = Buffer.concat(names.flatMap((name) => [Buffer.from(name), Buffer.of(0)]))
        expect(joinNames(splitBytes(output))).toEqual(output)
      }),
    )
    expect(decodeName(encodeName('中文 ü.txt'))).toBe('中文 ü.txt')
    expect(decodeName(splitBytes(Buffer.from([0x61, 0xe9, 0]))[0] ?? '')).toBe('a\ufffd')
  })
})

describe('the status of a worktree', () => {
  const output = bytes(
    `# branch.oid ${id}`,
    '# branch.head 工作/a b',
    `1 .M N... 100644 100644 100644 ${id} ${id} a file with spaces`,
    `1 A. N... 000000 100644 100644 ${'0'.repeat(40)} ${id} -x`,
    `2 R. N... 100644 100644 100644 ${id} ${id} R100 new\nname`,
    'old name',
    `u UU N... 100644 100644 100644 100644 ${id} ${id} ${id} con "flict"`,
    '? 新 file',
    '? inner/',
    '! ignored',
  )

  it('is read with hostile names', () => {
    const status = parseStatus(output)
    expect(status).toMatchObject({ head: id, branch: '工作/a b' })
    expect(status.entries.map((entry) => [entry.kind, entry.index + entry.worktree, entry.path])).toEqual([
      ['changed', '.M', 'a file with spaces'],
      ['changed', 'A.', '-x'],
      ['changed', 'R.', 'new\nname'],
      ['unmerged', 'UU', 'con "flict"'],
      ['untracked', '.?', '新 file'],
      ['untracked', '.?', 'inner'],
      ['ignored', '.!', 'ignored'],
    ])
    expect(status.entries.map((entry) => entry.embedded)).toEqual([false, false, false, false, false, true, false])
  })

  it('is read as far as it goes when cut off anywhere, and never invents an entry', () => {
    const whole = parseStatus(output).entries.map((entry) => entry.path)
    for (let length = 0; length <= output.length; length++) {
      const paths = parseStatus(output.subarray(0, length)).entries.map((entry) => entry.path)
      expect(paths).toEqual(whole.slice(0, paths.length))
    }
  })

  it('survives any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => void parseStatus(noise)))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => void parseMerge(noise)))
  })
})

describe('a merge that git foresees', () => {
  it('names each conflicting path once, with the kind', () => {
    const output = bytes(
      id,
      `100644 ${id} 1\tf`,
      `100644 ${id} 2\tf`,
      `100644 ${id} 3\tf`,
      `100644 ${id} 1\tg\nh`,
      '',
      '1',
      'f',
      'Auto-merging',
      'Auto-merging f\n',
      '1',
      'f',
      'CONFLICT (contents)',
      'CONFLICT (add/add): Merge conflict in f\n',
      '1',
      'g\nh',
      'CONFLICT (modify/delete)',
      'CONFLICT (modify/delete): g deleted\n',
    )
    const expected = [
      { path: 'f', kind: 'add/add' },
      { path: 'g\nh', kind: 'modify/delete' },
    ]
    expect(parseMerge(output)).toEqual({ tree: id, conflicts: expected })
    for (let length = 0; length <= output.length; length++) parseMerge(output.subarray(0, length))
    expect(parseMerge(bytes(id))).toEqual({ tree: id, conflicts: [] })
  })
})

describe('names of branches', () => {
  it('are judged as git judges them', async () => {
    const run = promisify(execFile)
    const fixed = [
      'main',
      'work/工作',
      'a b',
      '-x',
      'HEAD',
      '@',
      'a@{b',
      'a..b',
      'a.lock',
      'a.lock/b',
      '.a',
      'a/.b',
      'a.',
      'a/',
      '/a',
      'a//b',
      'a~',
      'a^',
      'a:b',
      'a?',
      'a*',
      'a[',
      'a\\b',
      'origin/foo',
      'a\u007f',
      'a-',
      'é',
      'a@b',
      '@a',
      '{',
      'a.b',
    ]
    const piece = fc.constantFrom('a', 'B', '/', '.', '-', '@', '{', '中', '~', ' ', 'lock', '..', ':', '*', '1')
    const random = fc.sample(
      fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
      120,
    )
    for (const name of new Set([...fixed, ...random])) {
      const git = await run('git', ['check-ref-format', `refs/heads/${name}`]).then(
        () => true,
        () => false,
      )
      // `git branch` refuses these by itself, over and above check-ref-format.
      const refused = name.startsWith('-') || name === 'HEAD' || name === '@'
      expect([name, isValidBranchName(name)]).toEqual([name, git && !refused])
    }
    expect(isValidBranchName('')).toBe(false)
    expect(isValidBranchName('x'.repeat(300))).toBe(false)
  })
})

describe('what git says', () => {
  it('becomes a code once', () => {
    const code = (words: string): string => gitFailure(['status'], 128, words).code
    expect(code("fatal: detected dubious ownership in repository at '/x'")).toBe('unsafe-owner')
    expect(code("fatal: Unable to create '/x/.git/index.lock': File exists.")).toBe('git-locked')
    expect(code('fatal: not a git repository (or any of the parent directories): .git')).toBe('not-a-repository')
    expect(code('error: file write error: No space left on device')).toBe('disk-full')
    expect(code("fatal: sha1 file '/x/index.lock' write error. Out of diskspace")).toBe('disk-full')
    expect(code('*** Please tell me who you are.')).toBe('git-failed')
    expect(gitFailure(['-c', 'a=b', 'push'], 1, 'words').message).toBe('git push failed (exit 1).')
  })

  it('tells its version in many ways', () => {
    expect(parseVersion('git version 2.39.5\n')).toEqual({ version: '2.39.5', usable: true })
    expect(parseVersion('git version 2.39.5 (Apple Git-154)')).toEqual({ version: '2.39.5', usable: true })
    expect(parseVersion('git version 2.51.0.windows.2')).toEqual({ version: '2.51.0.windows.2', usable: true })
    expect(parseVersion('git version 2.37.9')).toMatchObject({ usable: false })
    expect(parseVersion('git version 3.0')).toEqual({ version: '3.0', usable: true })
    expect(parseVersion('gitoxide 0.1')).toBeNull()
  })
})
