import type { ChangedFile, ChangeList } from '@contract/diff.ts'
import type { LandingPreview } from '@contract/landing.ts'
import { expect, test } from 'vitest'
import { foldChanges, type Changes } from '../../renderer/review/changes.ts'
import { chooseMethod, conflictPrompt, findHindrance, needsMessage } from '../../renderer/review/landing.ts'
import { changedBetween, changedUnderHand, judge, viewedProgress } from '../../renderer/review/ledger.ts'
import { parseMemory, withEntry } from '../../renderer/review/review-state.ts'

const id = (seed: string): string => seed.repeat(40).slice(0, 40)
const at = '2026-11-22T10:00:00.000Z'

function file(path: string, newId: string | null = id('b'), part: Partial<ChangedFile> = {}): ChangedFile {
  return {
    path,
    oldPath: null,
    status: 'modified',
    added: 1,
    removed: 0,
    binary: false,
    oldMode: '100644',
    newMode: '100644',
    oldId: id('a'),
    newId,
    submodule: false,
    untracked: false,
    generated: false,
    ...part,
  }
}

function list(tree: string, files: ChangedFile[]): ChangeList {
  return {
    scope: 'branch',
    tree: id(tree),
    base: id('9'),
    baseRef: null,
    files,
    added: 0,
    removed: 0,
    leftOut: [],
    unmerged: [],
  }
}

test('what changed between two lists is named: new, other content, other mode, gone', () => {
  const before = list('1', [file('same'), file('content'), file('mode'), file('gone'), file('deleted')])
  const after = list('2', [
    file('same'),
    file('content', id('c')),
    file('mode', id('b'), { newMode: '100755' }),
    file('deleted', null),
    file('new'),
  ])
  expect(changedBetween(before, after)).toEqual(['content', 'mode', 'deleted', 'new', 'gone'])
  expect(changedBetween(before, before)).toEqual([])
})

test('progress counts files in the version they have now', () => {
  const files = [file('a'), file('b', id('c')), file('c')]
  expect(viewedProgress(files, { a: id('b'), b: id('b') })).toEqual({ viewed: 1, total: 3 })
})

test('a list that changed in the last moment was read by nobody', () => {
  expect(changedUnderHand(1000, 1100)).toBe(true)
  expect(changedUnderHand(1000, 5000)).toBe(false)
  expect(changedUnderHand(null, 5000)).toBe(false)
})

test('an approval holds for the tree that was seen and for no other', () => {
  const approval = { tree: id('1'), at, current: true }
  expect(judge({ approval, landed: null }, id('1'), false)).toEqual({ kind: 'approved', at })
  expect(judge({ approval, landed: null }, id('2'), false)).toEqual({ kind: 'stale', at })
  expect(judge({ approval: { ...approval, current: false }, landed: null }, id('1'), false)).toEqual({
    kind: 'stale',
    at,
  })
  expect(judge({ approval: null, landed: null }, id('1'), false)).toEqual({ kind: 'open' })
  expect(judge({ approval: null, landed: null }, id('1'), true)).toEqual({ kind: 'nothing' })
  expect(judge({ approval, landed: null }, null, false)).toEqual({ kind: 'waiting' })
})

test('landed work says so until the agent goes on', () => {
  const landed = { base: 'refs/heads/main', commit: id('c'), tree: id('1'), method: 'ff' as const, at }
  const approval = { tree: id('1'), at, current: true }
  expect(judge({ approval, landed }, id('1'), false).kind).toBe('landed')
  expect(judge({ approval, landed }, id('1'), true).kind).toBe('landed')
  expect(judge({ approval: null, landed }, id('2'), false).kind).toBe('open')
})

test('a followed list remembers what changed while it was shown', () => {
  const empty: Changes = { list: null, sorted: [], byPath: new Map(), problem: null, changedAt: null, changedPaths: [] }
  const first = foldChanges(empty, { kind: 'list', list: list('1', [file('b'), file('a')]) }, 10)
  expect(first.changedAt).toBeNull()
  expect(first.sorted.map((entry) => entry.path)).toEqual(['a', 'b'])
  const second = foldChanges(first, { kind: 'list', list: list('2', [file('b', id('c')), file('a')]) }, 20)
  expect(second).toMatchObject({ changedAt: 20, changedPaths: ['b'] })
  const broken = foldChanges(second, { kind: 'problem', message: 'gone' }, 30)
  expect(broken.problem).toBe('gone')
  expect(broken.list).toBe(second.list)
  expect(foldChanges(broken, { kind: 'list', list: list('2', [file('b', id('c')), file('a')]) }, 40)).toMatchObject({
    problem: null,
    changedAt: 20,
  })
})

const preview: LandingPreview = {
  base: 'refs/heads/main',
  baseCommit: id('9'),
  branch: 'refs/heads/work',
  head: id('8'),
  tree: id('1'),
  committed: true,
  ahead: 1,
  behind: 0,
  methods: [
    { method: 'ff', possible: true, why: null },
    { method: 'merge', possible: true, why: null },
    { method: 'squash', possible: true, why: null },
  ],
  conflicts: [],
  baseWorktree: null,
  baseDirty: [],
  message: 'Work',
}

test('the way that changes least is chosen, unless the person chose another that works', () => {
  expect(chooseMethod(preview, null)).toBe('ff')
  expect(chooseMethod(preview, 'squash')).toBe('squash')
  const moved = { ...preview, methods: preview.methods.map((entry) => ({ ...entry, possible: entry.method !== 'ff' })) }
  expect(chooseMethod(moved, 'ff')).toBe('merge')
  const none = { ...preview, methods: preview.methods.map((entry) => ({ ...entry, possible: false })) }
  expect(chooseMethod(none, null)).toBeNull()
})

test('a message is asked for only where a commit is made', () => {
  expect(needsMessage(preview, 'ff')).toBe(false)
  expect(needsMessage({ ...preview, committed: false }, 'ff')).toBe(true)
  expect(needsMessage(preview, 'merge')).toBe(true)
  expect(needsMessage(preview, null)).toBe(false)
})

test('what stands in the way is named, conflicts first', () => {
  expect(findHindrance(preview)).toBeNull()
  expect(findHindrance({ ...preview, baseDirty: ['a'] })).toBe('base-dirty')
  expect(findHindrance({ ...preview, baseDirty: ['a'], conflicts: [{ path: 'b', kind: 'content' }] })).toBe('conflicts')
  expect(findHindrance({ ...preview, ahead: 0 })).toBe('nothing')
  expect(findHindrance({ ...preview, ahead: 0, committed: false })).toBeNull()
})

test('the agent is told the base and the files, not thousands of them', () => {
  const prompt = conflictPrompt(
    'main',
    Array.from({ length: 30 }, (_, index) => `f${index}`),
  )
  expect(prompt).toContain('branch main')
  expect(prompt.split('\n')).toHaveLength(22)
  expect(prompt).toContain('10 more')
})

test('what an earlier run remembered is taken piece by piece, and nonsense is left out', () => {
  expect(parseMemory('no json')).toBeNull()
  expect(parseMemory('3')).toBeNull()
  const read = parseMemory(
    JSON.stringify({
      wide: true,
      listShare: 900,
      listWidth: 300,
      scopes: { a: 'branch', b: 'turn' },
      selected: { a: 3 },
    }),
  )
  expect(read).toMatchObject({ wide: true, listWidth: 300, scopes: { a: 'branch' }, selected: {} })
  expect(read).not.toHaveProperty('listShare')
})

test('memory of sessions is bounded, the longest unused go first', () => {
  let record: Record<string, number> = {}
  for (let index = 0; index < 300; index++) record = withEntry(record as never, `s${index}` as never, index)
  expect(Object.keys(record)).toHaveLength(200)
  expect(record['s299']).toBe(299)
  expect(record['s50']).toBeUndefined()
})
