/** What the parts of this room share. */
import { access } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { RepositoryId } from '@contract/ids.ts'
import type { Repository, RepositorySettings } from '@contract/repository.ts'
import type { AgentRegistry } from '../agents/registry.ts'
import type { Log } from '../lib/log.ts'
import type { PtyClient } from '../pty/pty-client.ts'
import { readRepositorySettings } from '../repositories/settings.ts'
import type { SettingsFile } from '../storage/settings-file.ts'
import type { ApprovalsTable, LandedTable, ScriptsTable } from '../storage/small-tables.ts'
import type { SessionBook } from './book.ts'
import { sessionEnvironment } from './environment.ts'
import type { SessionEntry } from './entry.ts'

export interface SessionDeps {
  dataFolder: string
  log: Log
  pty: PtyClient
  agents: AgentRegistry
  settings: SettingsFile
  book: SessionBook
  scripts: ScriptsTable
  approvals: ApprovalsTable
  landings: LandedTable
  repository(id: RepositoryId): Repository | null
  now(): string
  /** Worktrees or branches of this repository changed by our hand. */
  worktreesChanged(repositoryPath: string): void
}

/** Settings as the session's own commit has them; those of the main checkout where it has none (yet). */
export async function settingsOf(entry: SessionEntry): Promise<RepositorySettings> {
  const own = await readRepositorySettings(entry.row.worktree)
  if (own.source !== null || own.problem !== null || own.copy.length > 0) return own
  return readRepositorySettings(entry.row.repositoryPath)
}

/** Whether a worktree stands at `path`. */
export async function folderExists(path: string): Promise<boolean> {
  try {
    await access(join(path, '.git'))
    return true
  } catch {
    return false // gone, or no worktree any more
  }
}

/** The person's login shell. */
export function loginShell(env: NodeJS.ProcessEnv = process.env): string {
  if (process.platform === 'win32') return env['ComSpec'] ?? 'cmd.exe'
  return env['SHELL'] || userInfo().shell || '/bin/sh'
}

/** Environment of every terminal of a session. */
export function environmentOf(deps: SessionDeps, entry: SessionEntry, program: string | null): Record<string, string> {
  return sessionEnvironment(process.env, {
    session: entry.row.id,
    portBlock: entry.row.portBlock,
    root: entry.row.repositoryPath,
    worktree: entry.row.worktree,
    hidden: deps.settings.value.hiddenEnvironment,
    program,
  })
}
