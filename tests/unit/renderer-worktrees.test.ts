import type { Worktree } from '@contract/worktree.ts'
import { describe, expect, test } from 'vitest'
import { sortWorktrees, worktreeName } from '../../renderer/worktrees/sort.ts'

const make = (path: string, more: Partial<Worktree> = {}): Worktree => ({
  path,
  main: false,
  ours: true,
  branch: null,
  head: null,
  base: null,
  ahead: null,
  behind: null,
  dirty: null,
  untracked: null,
  operation: null,
  locked: null,
  missing: false,
  session: null,
  sessionTitle: null,
  activeAt: null,
  sizeBytes: null,
  ...more,
})

describe('the list of worktrees', () => {
  const list = [
    make('/w/a', { activeAt: '2026-01-01T00:00:00Z', sizeBytes: 10, branch: 'refs/heads/zeta' }),
    make('/w/b', { activeAt: '2026-03-01T00:00:00Z', sizeBytes: null, branch: 'refs/heads/修复' }),
    make('/repo', { main: true, activeAt: '2025-01-01T00:00:00Z', sizeBytes: 5, branch: 'refs/heads/main' }),
    make('/w/c', { activeAt: null, sizeBytes: 99, sessionTitle: 'Cache' }),
  ]
  const paths = (key: Parameters<typeof sortWorktrees>[1]['key'], down: boolean, filter = ''): string[] =>
    sortWorktrees(list, { key, down }, filter).map((worktree) => worktree.path)

  test('keeps the main checkout first however it is sorted', () => {
    for (const down of [true, false]) {
      expect(paths('activeAt', down)[0]).toBe('/repo')
      expect(paths('sizeBytes', down)[0]).toBe('/repo')
    }
  })
  test('puts the latest first and those never touched last', () => {
    expect(paths('activeAt', true)).toEqual(['/repo', '/w/b', '/w/a', '/w/c'])
  })
  test('puts the largest first and unknown sizes last', () => {
    expect(paths('sizeBytes', true)).toEqual(['/repo', '/w/c', '/w/a', '/w/b'])
  })
  test('sorts names from A on and the other way round', () => {
    expect(paths('name', true).indexOf('/w/c')).toBeLessThan(paths('name', true).indexOf('/w/a'))
    expect(paths('name', false).slice(1)).toEqual(paths('name', true).slice(1).reverse())
  })
  test('finds by branch, folder and session title, also in Chinese', () => {
    expect(paths('name', true, '修')).toEqual(['/w/b'])
    expect(paths('name', true, 'CACHE')).toEqual(['/w/c'])
    expect(paths('name', true, '/w/')).toHaveLength(3)
  })
  test('names a worktree by its branch, else by its folder', () => {
    expect(worktreeName(make('/w/x', { branch: 'refs/heads/feature/login' }))).toBe('feature/login')
    expect(worktreeName(make('/w/x'))).toBe('x')
  })
})
