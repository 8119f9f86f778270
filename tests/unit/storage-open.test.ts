import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { repositoryId, sessionId } from '@contract/ids.ts'
import { silentLog } from '../../main/lib/log.ts'
import { migrations } from '../../main/storage/migrations.ts'
import { NewerDataError, openStorage } from '../../main/storage/open.ts'
import { openSettings } from '../../main/storage/settings-file.ts'
import { createRepositoriesTable, createViewedTable, createViewsTable } from '../../main/storage/small-tables.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qd-storage-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const repository = {
  id: repositoryId.parse('r1'),
  path: '/修复',
  name: '修复',
  base: 'refs/heads/main',
  openedAt: '2026-01-01T00:00:00.000Z',
}

describe('the database', () => {
  test('keeps what was stored', async () => {
    const first = await openStorage(folder, silentLog)
    createRepositoriesTable(first.db).save(repository)
    first.close()
    const second = await openStorage(folder, silentLog)
    expect(createRepositoriesTable(second.db).all()).toEqual({ rows: [repository], bad: 0 })
    expect(second.problems).toEqual([])
    second.close()
  })

  test('a damaged file is kept under another name, said, and a new one begun', async () => {
    await writeFile(join(folder, 'quarterdeck.sqlite'), Buffer.alloc(20_000, 7))
    const storage = await openStorage(folder, silentLog)
    expect(createRepositoriesTable(storage.db).all().rows).toEqual([])
    storage.close()
    const kept = (await readdir(folder)).find((name) => name.includes('.broken-'))
    expect(kept).toBeDefined()
    expect(storage.problems[0]).toContain(kept)
    expect((await readFile(join(folder, kept ?? ''))).length).toBe(20_000)
  })

  test('a file of a newer Quarterdeck is refused and left as it is', async () => {
    const db = new DatabaseSync(join(folder, 'quarterdeck.sqlite'))
    db.exec(`PRAGMA user_version = ${migrations.length + 1}; CREATE TABLE future (a)`)
    db.close()
    await expect(openStorage(folder, silentLog)).rejects.toThrow(NewerDataError)
    const again = new DatabaseSync(join(folder, 'quarterdeck.sqlite'))
    expect(again.prepare('SELECT count(*) AS n FROM future').get()).toEqual({ n: 0 })
    again.close()
  })

  test('one bad row is counted and left, the others are read', async () => {
    const storage = await openStorage(folder, silentLog)
    const table = createRepositoriesTable(storage.db)
    table.save(repository)
    storage.db.exec(`INSERT INTO repositories VALUES ('bad id!', '/x', '', 'm', 'yesterday')`)
    expect(table.all()).toEqual({ rows: [repository], bad: 1 })
    expect(storage.db.prepare('SELECT count(*) AS n FROM repositories').get()).toEqual({ n: 2 })
    storage.close()
  })

  test('views and viewed files come back, and go when taken back', async () => {
    const storage = await openStorage(folder, silentLog)
    const views = createViewsTable(storage.db)
    views.save('draft', '{"a":1}')
    expect(views.load('draft')).toBe('{"a":1}')
    views.save('draft', null)
    expect(views.load('draft')).toBeNull()
    const viewed = createViewedTable(storage.db)
    const session = sessionId.parse('s1')
    expect(() => viewed.set(session, [{ path: 'a', id: 'x', viewed: true }])).toThrow(/FOREIGN KEY/)
    expect(viewed.of(session)).toEqual({})
    storage.close()
  })
})

describe('the settings file', () => {
  const path = (): string => join(folder, 'settings.json')

  test('keeps keys it does not know, and changes made by hand meanwhile', async () => {
    await writeFile(path(), JSON.stringify({ theme: 'dark', fromTheFuture: [1] }))
    const settings = await openSettings(path(), silentLog)
    expect(settings.value.theme).toBe('dark')
    await writeFile(path(), JSON.stringify({ theme: 'dark', fromTheFuture: [1], trashDays: 3 }))
    const [a, b] = await Promise.all([settings.change({ theme: 'light' }), settings.change({ density: 'comfortable' })])
    expect(a.ok && b.ok).toBe(true)
    expect(JSON.parse(await readFile(path(), 'utf8'))).toEqual({
      theme: 'light',
      fromTheFuture: [1],
      trashDays: 3,
      density: 'comfortable',
    })
    expect(settings.value).toMatchObject({ theme: 'light', density: 'comfortable', trashDays: 3 })
  })

  test('one bad value costs only itself and is named', async () => {
    await writeFile(path(), JSON.stringify({ theme: 'pink', trashDays: 3 }))
    const settings = await openSettings(path(), silentLog)
    expect(settings.value).toMatchObject({ theme: 'system', trashDays: 3 })
    expect(settings.problems[0]).toContain('theme')
  })

  test('a file that is no JSON is kept aside and said', async () => {
    await writeFile(path(), '{ theme: ')
    const settings = await openSettings(path(), silentLog)
    expect(settings.value.theme).toBe('system')
    expect(settings.problems).toHaveLength(1)
    const kept = (await readdir(folder)).find((name) => name.includes('.broken-'))
    expect(await readFile(join(folder, kept ?? ''), 'utf8')).toBe('{ theme: ')
  })
})
