/**
 * The real programs that the tests drive, at the versions this project was shown to work with. They are installed once
 * into tests/.agents (ignored, about 1.5 GB) with npm under the project's own Node: an older one falls back to ancient
 * versions without a word.
 */
import { execFile } from 'node:child_process'
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'tests', '.agents')
const nodeFolder = join(root, 'node_modules', 'node', 'bin')

const packages = {
  claude: { package: '@anthropic-ai/claude-code', version: '2.1.330', program: 'claude' },
  codex: { package: '@openai/codex', version: '0.169.0', program: 'codex' },
  copilot: { package: '@github/copilot', version: '1.0.102', program: 'copilot' },
  gemini: { package: '@google/gemini-cli', version: '0.61.0', program: 'gemini' },
  opencode: { package: 'opencode-ai', version: '1.18.33', program: 'opencode' },
} as const

export type RealAgentName = keyof typeof packages

export const realAgentNames = Object.keys(packages) as RealAgentName[]

/** Where the program's own folder of binaries is, or why the agent cannot be tested here. */
export type Installed = { ok: true; bin: string; program: string } | { ok: false; reason: string }

const installDeadlineMs = 8 * 60_000

function npmInstall(into: string, what: string): Promise<string | null> {
  return new Promise((resolve) => {
    const args = ['install', '--prefix', into, '--no-audit', '--no-fund', '--loglevel=error', '--save-exact', what]
    const env = { ...process.env, PATH: `${nodeFolder}${delimiter}${process.env['PATH'] ?? ''}` }
    execFile('npm', args, { cwd: into, env, timeout: installDeadlineMs }, (error, _stdout, stderr) => {
      resolve(error ? `${stderr.trim() || error.message}`.slice(0, 500) : null)
    })
  })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/**
 * Makes sure that the program is there at its version; a complete installation is used again. Installs beside and
 * renames, so that an interrupted one is never taken for whole.
 */
export async function installAgent(name: RealAgentName): Promise<Installed> {
  const wanted = packages[name]
  const target = join(folder, name)
  const bin = join(target, 'node_modules', '.bin')
  const found: Installed = { ok: true, bin, program: join(bin, wanted.program) }
  const stamp = join(target, '.complete')
  const have = await readFile(stamp, 'utf8').catch(() => '')
  if (have === wanted.version && (await exists(found.program))) return found
  const making = `${target}.${process.pid}`
  await rm(making, { recursive: true, force: true })
  await mkdir(making, { recursive: true })
  await writeFile(join(making, 'package.json'), '{"private":true}\n')
  const problem = await npmInstall(making, `${wanted.package}@${wanted.version}`)
  if (problem !== null) {
    await rm(making, { recursive: true, force: true })
    return { ok: false, reason: `${wanted.package}@${wanted.version} could not be installed: ${problem}` }
  }
  await writeFile(join(making, '.complete'), wanted.version)
  await rm(target, { recursive: true, force: true })
  await rename(making, target)
  return found
}

/** A PATH on which the program is found; those that are scripts run under the project's Node. */
export function pathWith(bin: string): string {
  return [bin, nodeFolder, process.env['PATH'] ?? ''].join(delimiter)
}

/** All at once: each is one download. */
export async function installAgents(names: readonly RealAgentName[]): Promise<Record<string, Installed>> {
  const results = await Promise.all(names.map(async (name) => [name, await installAgent(name)] as const))
  return Object.fromEntries(results)
}
