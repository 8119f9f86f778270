import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findProgram, readVersion } from '../../main/agents/find.ts'
import { familyOf, parseProcStat, parsePsLine } from '../../main/usage/load.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'qd-find-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

async function program(path: string, text: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, text)
  await chmod(path, 0o755)
  return path
}

describe('finding agents', () => {
  test('on the PATH first, then where installers put them', async () => {
    const local = await program(join(home, '.local/bin/claude-x'), '#!/bin/sh\necho "2.1.330 (Claude Code)"\n')
    expect(await findProgram('claude-x', { PATH: '/nowhere:relative', HOME: home })).toBe(local)
    const onPath = await program(join(home, 'path/claude-x'), '#!/bin/sh\n')
    expect(await findProgram('claude-x', { PATH: join(home, 'path'), HOME: home })).toBe(onPath)
    expect(await findProgram('no-such-program', { PATH: '', HOME: home })).toBeNull()
    expect(await readVersion(local)).toBe('2.1.330')
  })
  test('in the newest node of nvm; a folder or a file that may not be run is not a program', async () => {
    await program(join(home, '.nvm/versions/node/v9.1.0/bin/codex-x'), '#!/bin/sh\n')
    const newest = await program(
      join(home, '.nvm/versions/node/v22.3.0/bin/codex-x'),
      '#!/bin/sh\necho codex-cli 0.169.0\n',
    )
    await mkdir(join(home, '.local/bin/codex-x'), { recursive: true })
    expect(await findProgram('codex-x', { PATH: '', HOME: home })).toBe(newest)
    expect(await readVersion(newest)).toBe('0.169.0')
    expect(await readVersion(join(home, 'gone'))).toBeNull()
  })
})

describe('the load of the program and its agents', () => {
  test('a process name cannot confuse the reading', () => {
    const line = `42 (a) (b c) S 7 ${'0 '.repeat(9)}150 50 ${'0 '.repeat(8)}300 0`
    expect(parseProcStat(line)).toMatchObject({ pid: 42, parent: 7, cpuMs: 2000 })
    expect(parseProcStat('')).toBeNull()
  })
  test('ps of macOS is read too', () => {
    expect(parsePsLine('  42  7  1024   1:02.50')).toEqual({
      pid: 42,
      parent: 7,
      memoryBytes: 1_048_576,
      cpuMs: 62_500,
    })
    expect(parsePsLine('1 0 10 2-01:00:00')?.cpuMs).toBe((2 * 86_400 + 3600) * 1000)
    expect(parsePsLine('')).toBeNull()
  })
  test('everything below the roots counts once', () => {
    const facts = (pid: number, parent: number) => ({ pid, parent, memoryBytes: 1, cpuMs: 0 })
    const all = [facts(1, 0), facts(2, 1), facts(3, 2), facts(4, 3), facts(9, 1)]
    expect(
      familyOf(all, [2, 3])
        .map((each) => each.pid)
        .sort((a, b) => a - b),
    ).toEqual([2, 3, 4])
  })
})
