import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createLiveDiff, StoreBudget, type LiveDiff, type LiveFacts, type LiveState } from '../../main/diff/live.ts'
import { silentLog } from '../../main/lib/log.ts'
import { makeRepository, type TestRepository } from '../support/git-repository.ts'
import { until } from '../support/until.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

interface Followed {
  repo: TestRepository
  live: LiveDiff
  states: LiveState[]
  /** What the watcher of the real program would say. */
  changed(): void
  watching(): boolean
}

async function follow(baseRef: () => string = () => 'refs/heads/main'): Promise<Followed> {
  const repo = await makeRepository({ files: { 'a.txt': 'a\n' } })
  endings.push(() => repo.remove())
  const states: LiveState[] = []
  let tell = (): void => {}
  let on = false
  const live = createLiveDiff({
    worktree: repo.path,
    indexFile: repo.beside('live.index'),
    baseRef,
    watch: (_, onChange) => {
      tell = onChange
      on = true
      return Promise.resolve({ dispose: () => void (on = false) })
    },
    onState: (state) => states.push(state),
    log: silentLog,
  })
  endings.push(() => live.dispose())
  return { repo, live, states, changed: () => tell(), watching: () => on }
}

const facts = (state: LiveState | null | undefined): LiveFacts => {
  if (!state || 'problem' in state) throw new Error(JSON.stringify(state ?? null))
  return state
}

describe('following a worktree', () => {
  it('tells the state at once and again after each change, but nothing while quiet or the same', async () => {
    const at = await follow()
    await until('first state', () => at.states.length === 1)
    expect(facts(at.states[0])).toMatchObject({
      branch: 'refs/heads/main',
      ahead: 0,
      behind: 0,
      changed: { files: 0, added: 0, removed: 0 },
    })
    await at.repo.write('新.txt', '1\n2\n')
    at.changed()
    await until('second state', () => at.states.length === 2)
    expect(facts(at.states[1])).toMatchObject({
      changed: { files: 1, added: 2, removed: 0 },
      list: { files: [{ path: '新.txt' }] },
    })
    at.changed()
    expect(await at.live.refresh()).toEqual(at.live.latest)
    expect(at.states).toHaveLength(2)
    await at.repo.git('checkout', '-q', '-b', 'work')
    await at.repo.commit('one')
    at.changed()
    await until('third state', () => at.states.length === 3)
    expect(facts(at.live.latest)).toMatchObject({
      branch: 'refs/heads/work',
      ahead: 1,
      changed: { files: 1, added: 2 },
    })
  })

  it('joins a burst of changes into few looks and ends with the last state', async () => {
    const at = await follow()
    await until('first state', () => at.states.length === 1)
    for (let round = 0; round < 60; round++) {
      await at.repo.write('a.txt', `${'x\n'.repeat(round + 2)}`)
      at.changed()
    }
    await until('last state', () => facts(at.live.latest).changed.added === 61)
    expect(at.states.length).toBeLessThan(30)
  })

  it('counts against HEAD and says so while the base is gone', async () => {
    let base = 'refs/heads/gone'
    const at = await follow(() => base)
    await until('first state', () => at.states.length === 1)
    expect(facts(at.states[0])).toMatchObject({ baseGone: true, ahead: 0 })
    base = 'refs/heads/main'
    expect(facts(await at.live.refresh())).toMatchObject({ baseGone: false })
  })

  it('goes on after git threw the objects of the last look away', async () => {
    const at = await follow()
    await at.repo.write('d/b.txt', 'only here\n')
    await at.live.refresh()
    await at.repo.git('gc', '-q', '--prune=now')
    await at.repo.write('c.txt', 'x\n')
    const state = facts(await at.live.refresh())
    expect(state.changed.files).toBe(2)
    expect(await at.repo.git('show', `${state.snapshot.tree}:d/b.txt`)).toBe('only here')
  })

  it('stores a big file that is written all the time only now and then', () => {
    const megabyte = 1024 * 1024
    const budget = new StoreBudget(0)
    let now = 0
    let looks = 0
    // An hour of a 40 MB log, looked at as soon as it may be.
    for (; now < 3_600_000; looks++) now += Math.max(500, budget.spend(40 * megabyte, now))
    expect(looks).toBeLessThan(80)
    const small = new StoreBudget(0)
    expect(Math.max(...Array.from({ length: 1000 }, (_, at) => small.spend(50_000, at * 500)))).toBe(0)
  })

  it('says what is wrong, and recovers', async () => {
    const at = await follow()
    await until('first state', () => at.states.length === 1)
    const head = join(at.repo.path, '.git/HEAD')
    await unlink(head)
    expect(await at.live.refresh()).toMatchObject({ code: 'not-a-repository' })
    await at.repo.write('.git/HEAD', 'ref: refs/heads/main\n')
    expect(facts(await at.live.refresh()).branch).toBe('refs/heads/main')
    expect(at.states).toHaveLength(3)
  })

  it('ends cleanly in the middle of a look', async () => {
    const at = await follow()
    at.changed()
    await at.live.dispose()
    const told = at.states.length
    expect(at.watching()).toBe(false)
    at.changed()
    await at.live.refresh()
    expect(at.states.length).toBe(told)
  })

  it('works without a watcher, by being asked', async () => {
    const repo = await makeRepository()
    endings.push(() => repo.remove())
    const live = createLiveDiff({
      worktree: repo.path,
      indexFile: repo.beside('live.index'),
      baseRef: () => 'refs/heads/main',
      watch: () => Promise.reject(new Error('no watches left')),
      onState: () => {},
      log: silentLog,
    })
    endings.push(() => live.dispose())
    await repo.write('b.txt', 'b\n')
    expect(facts(await live.refresh()).changed.files).toBe(1)
  })
})
