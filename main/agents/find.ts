/** Finds programs the way a login shell would, also when the program was started from a desktop with a poor PATH. */
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Places where installers of agents put them, in this order after the PATH. */
async function usualFolders(home: string): Promise<string[]> {
  const folders = [
    join(home, '.local', 'bin'),
    join(home, 'bin'),
    join(home, '.claude', 'local'),
    join(home, '.npm-global', 'bin'),
    join(home, '.bun', 'bin'),
    join(home, '.volta', 'bin'),
    join(home, '.cargo', 'bin'),
    '/usr/local/bin',
    '/opt/homebrew/bin',
    '/home/linuxbrew/.linuxbrew/bin',
  ]
  const nvm = join(home, '.nvm', 'versions', 'node')
  const versions = await readdir(nvm).catch(() => [])
  const newestFirst = versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  folders.push(...newestFirst.map((version) => join(nvm, version, 'bin')))
  if (process.platform === 'win32' && process.env['APPDATA']) folders.push(join(process.env['APPDATA'], 'npm'))
  return folders
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false // not there, or not ours to run
  }
}

/** Absolute path of the first program of that name, or null. */
export async function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const path = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder.startsWith('/') || /^[A-Za-z]:/.test(folder))
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  for (const folder of [...path, ...(await usualFolders(env['HOME'] ?? homedir()))]) {
    for (const ending of endings) {
      const candidate = join(folder, name + ending)
      if (await isProgram(candidate)) return candidate
    }
  }
  return null
}

/** First version number in what `--version` prints; null when it does not answer within 10 s. */
export function readVersion(program: string): Promise<string | null> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      ['--version'],
      { timeout: 10_000, windowsHide: true, maxBuffer: 64 * 1024 },
      (error, stdout) => {
        if (error) resolve(null)
        else resolve(/\d+(\.\d+)+[\w.+-]*/.exec(stdout)?.[0] ?? (stdout.trim().split('\n')[0]?.slice(0, 40) || null))
      },
    )
    child.stdin?.end()
  })
}
