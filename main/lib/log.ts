import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export type LogLevel = 'info' | 'warn' | 'error'
export interface Log {
  info(text: string, facts?: Record<string, unknown>): void
  warn(text: string, facts?: Record<string, unknown>): void
  error(text: string, error?: unknown, facts?: Record<string, unknown>): void
}

const maxBytes = 5 * 1024 * 1024

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** One line a record, kept to two files of 5 MiB. A log that cannot be written must not stop the program: the line goes to standard error. */
export function createFileLog(path: string): Log {
  let size = -1
  const write = (level: LogLevel, text: string, facts?: Record<string, unknown>): void => {
    const line = `${new Date().toISOString()} ${level} ${text}${facts ? ` ${JSON.stringify(facts)}` : ''}\n`
    try {
      if (size < 0) {
        mkdirSync(dirname(path), { recursive: true })
        size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
      }
      if (size > maxBytes) {
        renameSync(path, `${path}.1`)
        size = 0
      }
      appendFileSync(path, line)
      size += line.length
    } catch {
      process.stderr.write(line)
    }
  }
  return {
    info: (text, facts) => write('info', text, facts),
    warn: (text, facts) => write('warn', text, facts),
    error: (text, error, facts) =>
      write('error', text, error === undefined ? facts : { ...facts, error: errorText(error) }),
  }
}

/** For tests and small tools: says nothing. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} }
