import { createClient, type Client } from '@contract/client.ts'
import type { SessionId } from '@contract/ids.ts'
import { afterEach, expect, test } from 'vitest'
import { createPortPair } from '../../main/rpc/memory-port.ts'
import { followStream } from '../../renderer/stores/follow.ts'
import { createSessionsStore } from '../../renderer/stores/sessions.ts'
import { createViewStore, initialView, keepView, readView } from '../../renderer/stores/view.ts'
import { createFakeDeck, type FakeDeck } from '../support/fake-deck.ts'
import { until } from '../support/until.ts'

const clients: Client[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
})

function connect(deck: FakeDeck): Client {
  const client = createClient({
    build: '',
    retryDelaysMs: [],
    later: (delayMs, run) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
    connect: () => {
      const [mine, theirs] = createPortPair()
      deck.attach(theirs)
      return Promise.resolve(mine)
    },
  })
  clients.push(client)
  return client
}

function saved(deck: FakeDeck): unknown[] {
  return deck.calls.filter((call) => call.name === 'view.save').map((call) => call.params)
}

test('one bad value of an older view costs only itself', () => {
  const read = readView(
    JSON.stringify({
      ...initialView,
      listWidth: 300,
      reviewWidth: -5,
      narrowView: 'moon',
      focused: '../../etc',
      repository: 'r1',
      folded: ['needs', 7],
      paneModes: { s1: 'both', s2: 'sideways' },
    }),
  )
  expect(read).toMatchObject({
    listWidth: 300,
    reviewWidth: initialView.reviewWidth,
    narrowView: 'list',
    focused: null,
    repository: 'r1',
    folded: ['needs'],
    paneModes: { s1: 'both' },
  })
})

test.each(['', 'null', '[]', '7', '{"listWidth":'])('a view that cannot be read (%s) begins afresh', (json) => {
  const read = readView(json)
  expect(read).toBeNull()
})

test('a restart shows the panes, not the settings that were open last', () => {
  expect(readView(JSON.stringify({ ...initialView, page: 'settings' }))?.page).toBe('stage')
  expect(readView(JSON.stringify({ ...initialView, page: 'worktrees' }))?.page).toBe('worktrees')
})

test('widths and folded groups are there again after a restart, and a burst of changes is saved once', async () => {
  const deck = createFakeDeck()
  const page = new EventTarget()
  const first = createViewStore()
  const keeper = keepView(connect(deck), first, page)
  await keeper.loaded
  for (let width = 300; width <= 320; width++) first.setState({ listWidth: width })
  first.setState({ folded: ['idle'] })
  // The page goes before the moment is over.
  page.dispatchEvent(new Event('pagehide'))
  await until('the view is saved', () => saved(deck).length > 0)
  expect(saved(deck)).toHaveLength(1)
  keeper.dispose()

  const second = createViewStore()
  const again = keepView(connect(deck), second, new EventTarget())
  await again.loaded
  expect(second.getState()).toMatchObject({ listWidth: 320, folded: ['idle'] })
  again.dispose()
})

test('what the person does while the view is still loading wins over what was kept', async () => {
  const deck = createFakeDeck()
  const client = connect(deck)
  await client.call('view.save', {
    key: 'view',
    json: JSON.stringify({ ...initialView, listOpen: false, listWidth: 400 }),
  })
  const view = createViewStore()
  const keeper = keepView(client, view, new EventTarget())
  view.setState({ listWidth: 222 })
  await keeper.loaded
  expect(view.getState()).toMatchObject({ listWidth: 222, listOpen: false })
  keeper.dispose()
})

test('the session list follows the backend: changes, new ones, those that were put away', async () => {
  const deck = createFakeDeck({ sessions: 3 })
  const store = createSessionsStore(connect(deck))
  await until('the whole list', () => store.getState().value?.ids.length === 3)
  const id = 'session-1' as SessionId
  deck.change(id, { title: 'another' })
  await until('the change', () => store.getState().value?.byId[id]?.title === 'another')
  deck.change(id, { archivedAt: '2026-01-01T00:00:00Z' })
  await until('it left', () => store.getState().value?.byId[id] === undefined)
  expect(store.getState().value?.ids).toHaveLength(2)
  store.dispose()
})

test('a stream that the backend refuses keeps what was known and says why', async () => {
  const deck = createFakeDeck()
  const client = connect(deck)
  const store = followStream(client, 'agent.list', {}, (_before, event) => event.agents)
  await until('the agents', () => store.getState().value)
  const bad = followStream(client, 'worktree.list', { repository: '!' as never }, (_before, event) => event.worktrees)
  await until('the refusal', () => bad.getState().problem?.code === 'bad-request')
  expect(bad.getState().value).toBeNull()
  expect(store.getState().problem).toBeNull()
  store.dispose()
  bad.dispose()
})
