/** Commands judged by what they would do to a real repository on a real disk. */
import { mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { effectGrades, type Effect } from '@contract/effect.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judgeCommand } from '../../main/approvals/effect/effect.ts'
import { diskWorld } from '../../main/approvals/effect/world.ts'
import { changedBelow, trackedBelow, untrackedBelow } from '../../main/git/tracked.ts'
import { corpus } from '../support/effect-corpus.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'

let repository: TestRepository
let outside: string
const world = diskWorld({ trackedBelow, untrackedBelow, changedBelow })

beforeAll(async () => {
  repository = await makeRepository({
    files: {
      'README.md': '# x\n',
      'src/app.ts': 'a\n',
      'src/lib.ts': 'b\n',
      'src/dirty.ts': 'c\n',
      '.gitignore': 'build/\nnode_modules/\n.env\n',
      'vendor.tar': '',
    },
  })
  // Without blanks, so that it needs no quotes in commands inside of commands.
  outside = await realpath(await mkdtemp(join(tmpdir(), 'quarterdeck-out-')))
  await writeFile(join(outside, 'keep'), 'keep\n')
  await repository.write('src/dirty.ts', 'changed\n')
  await repository.write('scratch.txt', 'mine\n')
  await repository.write('build/out.js', 'x\n')
  await repository.write('node_modules/a/index.js', 'x\n')
  await repository.write('.env', 'SECRET=1\n')
  await symlink(outside, join(repository.path, 'link-out'))
  await writeFile(join(repository.path, '.git', 'info', 'exclude'), 'link-out\nlist\n')
})
afterAll(async () => {
  await repository.remove()
  await rm(outside, { recursive: true })
})

/** `O` as a word or at the head of a path becomes the folder outside. */
const place = (command: string): string => command.replaceAll(/(?<![\w/])O(?=[/*\s"';)`&]|$)/g, outside)

const judge = (command: string): Promise<Effect> =>
  judgeCommand(
    { command, folder: repository.path, worktree: repository.path, home: process.env['HOME'] ?? '/root' },
    world,
  )

const absolute = (path: string): string =>
  path.startsWith('/')
    ? path
    : path === 'O' || path.startsWith('O/')
      ? join(outside, path.slice(1))
      : path === ''
        ? repository.path
        : join(repository.path, path)

describe('a command is judged by its effect', () => {
  test('the corpus holds at least 150 commands', () => expect(corpus.length).toBeGreaterThanOrEqual(150))
  for (const row of corpus) {
    test(`${JSON.stringify(row.command)} is ${row.grade}`, async () => {
      const effect = await judge(place(row.command))
      const why = JSON.stringify({ reasons: effect.reasons, unforeseen: effect.unforeseen }, null, 1)
      expect(effect.grade, why).toBe(row.grade)
      const deleted = effect.deletes.map((path) => path.path)
      for (const path of row.deletes ?? []) expect(deleted, why).toContain(absolute(path))
      const written = effect.writes.map((path) => path.path)
      for (const path of row.writes ?? []) expect(written, why).toContain(absolute(path))
      for (const key of row.unforeseen ?? [])
        expect(
          effect.unforeseen.map((one) => one.why),
          why,
        ).toContain(key)
      if (row.sends !== undefined) expect(effect.sends, why).toHaveLength(row.sends)
    })
  }
  test('nothing that deletes outside of the worktree is graded safe, however it is wrapped', async () => {
    const wrappers = [
      (command: string) => command,
      (command: string) => `bash -c '${command}'`,
      (command: string) => `( ${command} )`,
      (command: string) => `true && ${command} || false`,
      (command: string) => `{ ${command}; }`,
      (command: string) => `echo $( ${command} )`,
      (command: string) => `for i in 1 2; do ${command}; done`,
      (command: string) => `if ls; then ${command}; fi`,
      (command: string) => `f() { ${command}; }; f`,
      (command: string) => `timeout 3 ${command}`,
      (command: string) => `cd src; ${command}`,
      (command: string) => `ls | ${command}`,
    ]
    const deletions = [
      `rm -rf ${outside}/keep`,
      `rm ${outside}/*`,
      `find ${outside}/ -delete`,
      `unlink ${outside}/keep`,
      `mv ${outside}/keep .`,
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...deletions),
        fc.array(fc.constantFrom(...wrappers), { maxLength: 3 }),
        async (deletion, around) => {
          // Quotes do not nest: at most one shell in a shell.
          if (around.filter((wrap) => wrap === wrappers[1]).length > 1) return
          const command = around.reduce((inner, wrap) => wrap(inner), deletion)
          const effect = await judge(command)
          expect(effectGrades.indexOf(effect.grade), command).toBeGreaterThan(effectGrades.indexOf('safe'))
        },
      ),
      { numRuns: 80 },
    )
  })
  test('no text makes it throw, and judging changes nothing on disk', async () => {
    const before = await readdir(repository.path, { recursive: true })
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...'rm -f/;&|$(){}"\'`*?[]<>\\\n#=x~!'.split('')), maxLength: 40 }),
        async (text) => {
          const effect = await judge(text)
          expect(effectGrades).toContain(effect.grade)
        },
      ),
      { numRuns: 150, examples: [['>-?'], ['rm [z-a]'], ['rm [^]*'], ['rm a[\\]*']] },
    )
    expect(await readdir(repository.path, { recursive: true })).toEqual(before)
  })
  test('a folder tells how many files would go with it', async () => {
    const effect = await judge('rm -rf build')
    expect(effect.deletes[0]).toMatchObject({ kind: 'folder', files: 1, sizeBytes: 2, inside: true, tracked: false })
  })
})
