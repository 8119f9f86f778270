import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Log } from '../../main/lib/log.ts'
import { Journal, journalLimits, type JournalNote, readJournal } from '../../main/pty/journal.ts'
import { replayJournal } from '../../main/pty/replay.ts'

let folder = ''
let warnings: string[] = []
const log: Log = { info: () => {}, warn: (text) => warnings.push(text), error: (text) => warnings.push(text) }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarterdeck-journal-'))
  warnings = []
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const note: JournalNote = {
  version: 1,
  pid: 1,
  startedAt: '1',
  title: '',
  scrollbackLines: 1000,
  lastOutputAt: null,
  sizes: [{ total: 0, cols: 40, rows: 5 }],
  ended: null,
}

async function segments(): Promise<string[]> {
  return (await readdir(join(folder, 't'))).filter((name) => name.endsWith('.bytes')).sort()
}

test('what is appended is written in batches and read back as it was', async () => {
  const journal = new Journal(join(folder, 't'), note, 0, log)
  for (let i = 0; i < 1000; i++) journal.append(Buffer.from(`line ${i}\r\n`))
  journal.resized(9000, 60, 6)
  await journal.rest()
  const read = await readJournal(join(folder, 't'), log)
  expect(read?.note.sizes).toEqual([
    { total: 0, cols: 40, rows: 5 },
    { total: 9000, cols: 60, rows: 6 },
  ])
  expect(await segments()).toEqual(['0000000000000000.bytes'])
  const { screen, total } = await replayJournal(read ?? { note, segments: [] })
  expect(total).toBe(9890)
  expect(screen.fed).toBe(9890)
  expect(screen.cols).toBe(60)
  expect(screen.text('all')).toBe(Array.from({ length: 1000 }, (_, i) => `line ${i}`).join('\n'))
})

test('two files of half the cap each are kept, and the text begins at a whole line', async () => {
  const limits = { ...journalLimits, totalBytes: 20_000, flushBytes: 1000 }
  const journal = new Journal(join(folder, 't'), note, 0, log, limits)
  for (let i = 0; i < 500; i++) {
    journal.append(Buffer.from(`${'一'.repeat(30)} ${i}\r\n`))
    if (i % 10 === 0) await journal.flush()
  }
  await journal.rest()
  const names = await segments()
  expect(names.length).toBe(2)
  const sizes = await Promise.all(names.map(async (name) => (await readFile(join(folder, 't', name))).length))
  expect(Math.max(...sizes)).toBeLessThanOrEqual(10_000)
  const read = await readJournal(join(folder, 't'), log)
  const { screen } = await replayJournal(read ?? { note, segments: [] })
  const lines = screen.text('all').split('\n')
  expect(lines.at(-1)).toBe(`${'一'.repeat(30)} 499`)
  expect(lines.every((line) => /^一{30} \d+$/.test(line))).toBe(true)
})

test('a journal that goes on keeps what was there', async () => {
  const first = new Journal(join(folder, 't'), note, 0, log)
  first.append(Buffer.from('one\r\n'))
  await first.rest()
  const second = new Journal(join(folder, 't'), note, 5, log)
  await second.continueFiles()
  second.append(Buffer.from('two\r\n'))
  await second.rest()
  expect(await segments()).toEqual(['0000000000000000.bytes'])
  const read = await readJournal(join(folder, 't'), log)
  expect((await replayJournal(read ?? { note, segments: [] })).screen.text('all')).toBe('one\ntwo')
})

test('a disk that cannot be written is told once, and what comes after it is kept', async () => {
  await writeFile(join(folder, 't'), 'a file where the folder should be')
  const journal = new Journal(join(folder, 't'), note, 0, log, { ...journalLimits, retryMs: 0 })
  for (let i = 0; i < 5; i++) {
    journal.append(Buffer.from(`lost ${i}\r\n`))
    await journal.flush()
  }
  expect(warnings).toEqual(['a journal cannot be written; the terminal goes on without'])
  await rm(join(folder, 't'))
  journal.append(Buffer.from('kept\r\n'))
  await journal.rest()
  expect(await segments()).toEqual(['0000000000000040.bytes'])
  const read = await readJournal(join(folder, 't'), log)
  expect(read?.note.pid).toBe(1)
})

test('an unreadable note is left out with a word in the log', async () => {
  await writeFile(join(folder, 'terminal.json'), '{}')
  expect(await readJournal(folder, log)).toBeNull()
  await chmod(folder, 0o700)
  expect(warnings).toEqual(['a journal cannot be read and is left out'])
})

test('a removed journal leaves nothing and writes nothing more', async () => {
  const journal = new Journal(join(folder, 't'), note, 0, log)
  journal.append(Buffer.from('x'))
  await journal.flush()
  await journal.remove()
  journal.append(Buffer.from('y'))
  journal.change({ title: 'z' })
  await journal.flush()
  expect(await readdir(folder)).toEqual([])
})
