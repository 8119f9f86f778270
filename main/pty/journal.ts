/**
 * What a terminal printed, on disk: survives the host. Two files of at most half the cap each, named by the running total of their
 * first byte, so that a gap (a full disk) is a gap and not a lie; and a small note of size, title and end. Written in batches.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Log } from '../lib/log.ts'

/** 16 MiB a terminal: more than 20,000 lines of agents' output. */
export const journalLimits = { totalBytes: 16 * 1024 * 1024, flushMs: 250, flushBytes: 1024 * 1024, retryMs: 30_000 }
export type JournalLimits = typeof journalLimits

const maxSizes = 500

const journalNote = z.object({
  version: z.literal(1),
  pid: z.int(),
  startedAt: z.string(),
  title: z.string(),
  scrollbackLines: z.int().min(0).max(1_000_000),
  lastOutputAt: z.string().nullable(),
  /** Sizes and the running totals from which they held. */
  sizes: z.array(z.object({ total: z.number(), cols: z.int().min(1), rows: z.int().min(1) })).min(1),
  /** Null while it runs; a host that died never wrote it. */
  ended: z.object({ exitCode: z.int().nullable(), signal: z.int().nullable() }).nullable(),
})
export type JournalNote = z.infer<typeof journalNote>

export interface JournalText {
  note: JournalNote
  /** In order; a gap between two is output that was not kept. */
  segments: { start: number; path: string }[]
}

const segmentName = /^(\d{16})\.bytes$/
const noteName = 'terminal.json'

function segmentPath(folder: string, start: number): string {
  return join(folder, `${String(start).padStart(16, '0')}.bytes`)
}

async function listSegments(folder: string): Promise<{ start: number; path: string }[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => segmentName.test(name))
    .sort()
    .map((name) => ({ start: Number.parseInt(name, 10), path: join(folder, name) }))
}

/** Reads what is kept of a terminal; `null`, with a line in the log, where that cannot be read. */
export async function readJournal(folder: string, log: Log): Promise<JournalText | null> {
  try {
    const note = journalNote.parse(JSON.parse(await readFile(join(folder, noteName), 'utf8')))
    return { note, segments: await listSegments(folder) }
  } catch (error) {
    log.warn('a journal cannot be read and is left out', { folder, why: (error as Error).message.slice(0, 300) })
    return null
  }
}

export class Journal {
  readonly folder: string
  note: JournalNote
  readonly #log: Log
  readonly #limits: JournalLimits
  #end: number
  #segments: { start: number; bytes: number }[] = []
  #chunks: Uint8Array[] = []
  #waitingBytes = 0
  #noteChanged = true
  #timer: NodeJS.Timeout | null = null
  #work: Promise<void> = Promise.resolve()
  #busy = false
  #broken = false
  #retryAt = 0
  #removed = false
  /** The newest file, open while it is written to. */
  #file: FileHandle | null = null

  constructor(folder: string, note: JournalNote, total: number, log: Log, limits: JournalLimits = journalLimits) {
    this.folder = folder
    this.note = note
    this.#end = total
    this.#log = log
    this.#limits = limits
  }

  /** Goes on after what is on disk. */
  async continueFiles(): Promise<void> {
    for (const { start, path } of await listSegments(this.folder)) {
      this.#segments.push({ start, bytes: (await stat(path)).size })
    }
  }

  append(bytes: Uint8Array): void {
    if (this.#removed) return
    this.#end += bytes.length
    this.#chunks.push(bytes)
    this.#waitingBytes += bytes.length
    const most = this.#limits.totalBytes / 2
    if (this.#waitingBytes > most) {
      // The disk is slower than the program: only the latest would be kept in the end anyway.
      while (this.#waitingBytes > most / 2 && this.#chunks.length > 1) {
        this.#waitingBytes -= (this.#chunks.shift() as Uint8Array).length
      }
      this.#segmentsEnd()
    }
    this.#schedule(this.#waitingBytes >= this.#limits.flushBytes ? 0 : this.#limits.flushMs)
  }

  change(part: Partial<JournalNote>): void {
    this.note = { ...this.note, ...part }
    this.#noteChanged = true
    this.#schedule(this.#limits.flushMs)
  }

  resized(total: number, cols: number, rows: number): void {
    this.change({ sizes: [...this.note.sizes, { total, cols, rows }].slice(-maxSizes) })
  }

  /** Writes what waits; resolves when it is on disk or has failed. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#work = this.#work.then(() => this.#write())
    await this.#work
  }

  /** Writes what waits and keeps no file open; appending opens it again. */
  async rest(): Promise<void> {
    await this.flush()
    this.#work = this.#work.then(() => this.#closeFile())
    await this.#work
  }

  /** Deletes all of it, and writes no more. */
  async remove(): Promise<void> {
    this.#removed = true
    await this.flush()
    await this.#closeFile()
    await rm(this.folder, { recursive: true, force: true })
  }

  #schedule(afterMs: number): void {
    if (this.#removed || this.#busy) return
    if (this.#timer && afterMs > 0) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), afterMs)
  }

  /** The next bytes begin a file of their own. */
  #segmentsEnd(): void {
    const last = this.#segments.at(-1)
    if (last) last.bytes = Number.POSITIVE_INFINITY
  }

  async #write(): Promise<void> {
    if (this.#removed || (this.#chunks.length === 0 && !this.#noteChanged)) return
    if (Date.now() < this.#retryAt) {
      this.#drop()
      return
    }
    this.#busy = true
    try {
      if (this.#noteChanged) await this.#writeNote()
      while (this.#chunks.length > 0) await this.#writeBytes()
      this.#broken = false
    } catch (error) {
      if (!this.#broken) {
        this.#log.warn('a journal cannot be written; the terminal goes on without', {
          folder: this.folder,
          why: (error as Error).message,
        })
      }
      this.#broken = true
      await this.#closeFile()
      this.#retryAt = Date.now() + this.#limits.retryMs
      this.#drop()
    } finally {
      this.#busy = false
    }
    if (this.#noteChanged && !this.#broken) this.#schedule(this.#limits.flushMs)
  }

  #drop(): void {
    this.#chunks = []
    this.#waitingBytes = 0
    this.#segmentsEnd()
  }

  async #writeNote(): Promise<void> {
    this.#noteChanged = false
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 })
      const path = join(this.folder, noteName)
      await writeFile(`${path}.new`, JSON.stringify(this.note), { mode: 0o600 })
      await rename(`${path}.new`, path)
    } catch (error) {
      this.#noteChanged = true
      throw error
    }
  }

  async #writeBytes(): Promise<void> {
    const chunks = this.#chunks
    const start = this.#end - this.#waitingBytes
    const bytes = Buffer.concat(chunks)
    this.#chunks = []
    this.#waitingBytes = 0
    let segment = this.#segments.at(-1)
    if (!segment || segment.bytes + bytes.length > this.#limits.totalBytes / 2) {
      await this.#closeFile()
      segment = { start, bytes: 0 }
      this.#segments.push(segment)
      while (this.#segments.length > 2) {
        const old = this.#segments.shift() as { start: number }
        await rm(segmentPath(this.folder, old.start), { force: true })
      }
    }
    this.#file ??= await open(segmentPath(this.folder, segment.start), 'a', 0o600)
    await this.#file.appendFile(bytes)
    segment.bytes += bytes.length
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = null
    try {
      await file?.close()
    } catch {
      // The disk's last word on a file that was given up, or that is whole.
    }
  }
}
