import type { RepositoryId, SessionId } from '@contract/ids.ts'
import type { Session } from '@contract/session.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  arrange,
  hold,
  needOf,
  nextNeeding,
  sameLayout,
  shownState,
  type Layout,
} from '../../renderer/sessions/grouping.ts'
import { flatten } from '../../renderer/sessions/list-items.ts'
import { foldSessions, type SessionsState } from '../../renderer/stores/sessions.ts'
import { fakeSessions } from '../support/fake-data.ts'

const plain: Session = {
  ...(fakeSessions(11)[10] as Session),
  state: 'idle',
  changed: { files: 0, added: 0, removed: 0 },
  approval: null,
  landed: null,
}
let made = 0
function session(part: Partial<Session> & { id?: SessionId }): Session {
  made++
  const createdAt = new Date(Date.UTC(2026, 0, 1, 0, 0, made)).toISOString()
  return { ...plain, id: `s${made}` as SessionId, createdAt, since: createdAt, ...part }
}
const id = (text: string): SessionId => text as SessionId
const changes = { files: 2, added: 3, removed: 1 }

describe('the group of a session', () => {
  test.each([
    ['needs-approval', 'needs'],
    ['asks-question', 'needs'],
    ['failed', 'needs'],
    ['starting', 'working'],
    ['working', 'working'],
    ['turn-finished', 'review'],
    ['idle', 'idle'],
    ['paused', 'idle'],
    ['interrupted', 'idle'],
    ['unsure', 'idle'],
    ['exited', 'ended'],
  ] as const)('%s without changes is in "%s"', (state, need) => {
    expect(needOf(session({ state }))).toBe(need)
  })

  test('a set-up script that waits, and a stage that failed, need the person whatever the state says', () => {
    const pendingScript = { hash: 'h', command: 'npm ci', source: 'x' }
    expect(needOf(session({ state: 'starting', pendingScript }))).toBe('needs')
    expect(shownState(session({ state: 'starting', pendingScript }))).toBe('needs-approval')
    const stages: Session['stages'] = [
      { kind: 'setup', state: 'failed', startedAt: null, endedAt: null, output: '', progress: null },
    ]
    expect(needOf(session({ state: 'starting', stages }))).toBe('needs')
    expect(shownState(session({ state: 'starting', stages }))).toBe('failed')
  })

  test('whoever ended or idles with changes is to be reviewed, until the very tree is approved', () => {
    for (const state of ['idle', 'exited', 'interrupted', 'unsure'] as const) {
      expect(needOf(session({ state, changed: changes }))).toBe('review')
      const at = '2026-01-01T00:00:00Z'
      expect(needOf(session({ state, changed: changes, approval: { tree: 'a', at, current: true } }))).toBe('approved')
      expect(needOf(session({ state, changed: changes, approval: { tree: 'a', at, current: false } }))).toBe('review')
    }
  })

  test('landed work is done, until the worktree changes again', () => {
    const landed = {
      base: 'refs/heads/main',
      commit: 'c',
      tree: 't',
      method: 'ff',
      at: '2026-01-01T00:00:00Z',
    } as const
    expect(needOf(session({ state: 'turn-finished', changed: changes, tree: 't', landed }))).toBe('ended')
    expect(needOf(session({ state: 'turn-finished', changed: changes, tree: 'u', landed }))).toBe('review')
  })
})

describe('the order of the list', () => {
  test('who waits longest stands first; who works keeps the place it began with', () => {
    const late = session({ state: 'asks-question', since: '2026-02-02T00:00:00Z' })
    const early = session({ state: 'needs-approval', since: '2026-02-01T00:00:00Z' })
    const first = session({ state: 'working', since: '2026-03-02T00:00:00Z' })
    const second = session({ state: 'working', since: '2026-03-01T00:00:00Z' })
    expect(arrange([late, second, first, early], 'need', [])).toEqual([
      { key: 'needs', ids: [early.id, late.id] },
      { key: 'working', ids: [first.id, second.id] },
    ])
  })

  test('by repository the groups follow the repositories, and unknown ones come last', () => {
    const [a, b] = ['a', 'b'] as unknown as [RepositoryId, RepositoryId]
    const one = session({ repository: b })
    const two = session({ repository: a })
    const lost = session({ repository: 'gone' as RepositoryId })
    expect(arrange([lost, one, two], 'repository', [a, b]).map((group) => group.key)).toEqual([
      'repository:a',
      'repository:b',
      'repository:gone',
    ])
  })

  test('the next one that needs me goes round and comes back to the first', () => {
    const one = session({ state: 'failed' })
    const two = session({ state: 'asks-question' })
    const busy = session({ state: 'working' })
    const all = [one, busy, two]
    expect(nextNeeding(all, null)).toBe(one.id)
    expect(nextNeeding(all, one.id)).toBe(two.id)
    expect(nextNeeding(all, two.id)).toBe(one.id)
    expect(nextNeeding(all, busy.id)).toBe(one.id)
    expect(nextNeeding([busy], null)).toBeNull()
  })
})

describe('while the pointer is in the list', () => {
  const shown: Layout = [
    { key: 'needs', ids: [id('a')] },
    { key: 'working', ids: [id('b'), id('c')] },
  ]

  test('a session that changes its group stays where it is', () => {
    const wanted: Layout = [
      { key: 'needs', ids: [id('a'), id('b')] },
      { key: 'working', ids: [id('c')] },
    ]
    expect(hold(shown, wanted)).toBe(shown)
  })

  test('a new session comes to the end of its group, a new group to the end of the list', () => {
    const wanted: Layout = [
      { key: 'needs', ids: [id('n'), id('a')] },
      { key: 'working', ids: [id('b'), id('c')] },
    ]
    expect(hold(shown, wanted)[0]).toEqual({ key: 'needs', ids: [id('a'), id('n')] })
    const withGroup: Layout = [{ key: 'review', ids: [id('r')] }, ...shown]
    expect(hold(shown, withGroup).at(-1)).toEqual({ key: 'review', ids: [id('r')] })
  })

  test('only what is gone leaves', () => {
    expect(hold(shown, [{ key: 'working', ids: [id('c')] }])).toEqual([{ key: 'working', ids: [id('c')] }])
  })

  test('no row is ever lost, doubled or moved past another one', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { maxLength: 8 })
    const layout = fc
      .tuple(ids, fc.array(fc.constantFrom('needs', 'working', 'review'), { minLength: 8, maxLength: 8 }))
      .map(
        ([members, keys]): Layout =>
          ['needs', 'working', 'review']
            .map((key) => ({ key, ids: members.filter((_, at) => keys[at] === key).map(id) }))
            .filter((group) => group.ids.length > 0),
      )
    fc.assert(
      fc.property(layout, layout, (before, wanted) => {
        const rows = (of: Layout): SessionId[] => of.flatMap((group) => [...group.ids])
        const held = rows(hold(before, wanted))
        expect([...held].sort()).toEqual([...rows(wanted)].sort())
        const stayed = rows(before).filter((one) => held.includes(one))
        const firstOfGroups = new Set(before.map((group) => group.key))
        expect(held.filter((one) => stayed.includes(one))).toEqual(stayed)
        expect(firstOfGroups.size).toBe(before.length)
        expect(sameLayout(hold(before, before), before)).toBe(true)
      }),
    )
  })
})

test('a folded group hides its sessions but keeps its number', () => {
  const items = flatten(
    [
      { key: 'needs', ids: [id('a'), id('b')] },
      { key: 'idle', ids: [id('c')] },
    ],
    ['needs'],
  )
  expect(items.map((item) => item.key)).toEqual(['needs', 'idle', 'c'])
  expect(items[0]).toMatchObject({ kind: 'group', count: 2, folded: true, place: 1, of: 2 })
})

describe('the stream of sessions', () => {
  const one = session({})
  const two = session({})
  const all = foldSessions(null, { kind: 'all', sessions: [one, two] })

  test('begins with the whole, then takes changes, additions and removals', () => {
    const changed = foldSessions(all, { kind: 'changed', session: { ...one, title: 'other' } })
    expect(changed.ids).toEqual([one.id, two.id])
    expect(changed.byId[one.id]?.title).toBe('other')
    expect(changed.byId[two.id]).toBe(two)
    const three = session({})
    expect(foldSessions(all, { kind: 'changed', session: three }).ids).toEqual([one.id, two.id, three.id])
    expect(foldSessions(all, { kind: 'removed', id: one.id })).toEqual({ ids: [two.id], byId: { [two.id]: two } })
  })

  test('a whole state after a reconnect replaces everything', () => {
    const after: SessionsState = foldSessions(all, { kind: 'all', sessions: [two] })
    expect(after).toEqual({ ids: [two.id], byId: { [two.id]: two } })
  })
})
