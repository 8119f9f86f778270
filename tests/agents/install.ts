/** Runs once before the tests of this folder: installs what is missing, all at once, and says what cannot be tested. */
import type { TestProject } from 'vitest/node'
import { installAgents, type Installed, realAgentNames } from '../support/real-agents.ts'

declare module 'vitest' {
  interface ProvidedContext {
    agents: Record<string, Installed>
  }
}

export default async function install(project: TestProject): Promise<void> {
  const agents = await installAgents(realAgentNames)
  for (const [name, found] of Object.entries(agents)) {
    if (!found.ok) process.stderr.write(`Not tested: ${name}. ${found.reason}\n`)
  }
  project.provide('agents', agents)
}
