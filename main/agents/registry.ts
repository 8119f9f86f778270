/** All agents, and what was found of them on this machine. */
import type { AgentReport } from '@contract/agent.ts'
import { agentId, type AgentId } from '@contract/ids.ts'
import type { AgentAdapter } from './adapter.ts'
import { aider } from './aider.ts'
import { amp } from './amp.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { command } from './command.ts'
import { copilot } from './copilot.ts'
import { cursor } from './cursor.ts'
import { devin } from './devin.ts'
import { findProgram, readVersion } from './find.ts'
import { gemini } from './gemini.ts'
import { goose } from './goose.ts'
import { opencode } from './opencode.ts'
import { qwen } from './qwen.ts'
import { shell } from './shell.ts'

/** In the order in which they are offered. */
const adapters: readonly AgentAdapter[] = [
  claude,
  codex,
  copilot,
  gemini,
  opencode,
  cursor,
  devin,
  qwen,
  amp,
  goose,
  aider,
  shell,
  command,
]

export function adapterOf(id: string): AgentAdapter | null {
  return adapters.find((adapter) => adapter.id === id) ?? null
}

export interface AgentRegistry {
  list(): AgentReport[]
  report(id: AgentId): AgentReport | null
  /** Looks again; resolves when all is known. Two calls at once share one look. */
  refresh(): Promise<void>
  onChange(listener: (agents: AgentReport[]) => void): () => void
}

function blank(adapter: AgentAdapter): AgentReport {
  return {
    id: agentId.parse(adapter.id),
    name: adapter.name,
    found: adapter.program === null ? 'yes' : 'unknown',
    path: null,
    version: null,
    install: adapter.install,
    documentation: adapter.documentation,
    modes: [...adapter.modes],
    takesPrompt: adapter.takesPrompt,
    canResume: adapter.canResume,
    takesCommand: adapter.takesCommand,
  }
}

export function createAgentRegistry(): AgentRegistry {
  let reports = adapters.map(blank)
  const listeners = new Set<(agents: AgentReport[]) => void>()
  let running: Promise<void> | null = null

  const put = (id: string, found: Partial<AgentReport>): void => {
    reports = reports.map((report) => (report.id === id ? { ...report, ...found } : report))
    for (const listener of listeners) listener(reports)
  }

  const look = async (adapter: AgentAdapter): Promise<void> => {
    if (adapter.program === null) return
    const path = await findProgram(adapter.program)
    put(adapter.id, path === null ? { found: 'no', path: null, version: null } : { found: 'yes', path })
    if (path !== null) put(adapter.id, { version: await readVersion(path) })
  }

  return {
    list: () => reports,
    report: (id) => reports.find((report) => report.id === id) ?? null,
    refresh: () => {
      running ??= Promise.all(adapters.map(look))
        .then(() => {})
        .finally(() => {
          running = null
        })
      return running
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
