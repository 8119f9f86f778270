import { spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

type Env = Record<string, string | undefined>

const chromiumNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
  'brave-browser',
]

/** Chromium and its kin where each system keeps them, best first. */
function chromiumPlaces(platform: NodeJS.Platform, env: Env): string[] {
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    )
  }
  if (platform === 'win32') {
    const roots = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].filter(
      (root) => root !== undefined,
    )
    const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe']
    return programs.flatMap((program) => roots.map((root) => join(root, program)))
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return chromiumNames.flatMap((name) => folders.map((folder) => join(folder, name)))
}

async function firstExecutable(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    try {
      await access(path, constants.X_OK)
      return path
    } catch {
      // not there: the next one
    }
  }
  return null
}

/** A screen that a window could appear on. */
export function hasDisplay(platform: NodeJS.Platform, env: Env): boolean {
  return platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
}

/** Program and arguments that show `address` in a window of its own, else in the person's browser; `null` where neither can be. */
export async function findBrowser(
  address: string,
  platform: NodeJS.Platform = process.platform,
  env: Env = process.env,
  uid: number = process.getuid?.() ?? 1,
): Promise<{ program: string; args: string[] } | null> {
  if (!hasDisplay(platform, env)) return null
  // Chromium does not start for root with its sandbox on, and without it nobody's browser should run.
  const chromium = uid === 0 ? null : await firstExecutable(chromiumPlaces(platform, env))
  if (chromium) return { program: chromium, args: [`--app=${address}`] }
  if (platform === 'darwin') return { program: '/usr/bin/open', args: [address] }
  if (platform === 'win32') return { program: 'rundll32.exe', args: ['url.dll,FileProtocolHandler', address] }
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const opener = uid === 0 ? null : await firstExecutable(folders.map((folder) => join(folder, 'xdg-open')))
  return opener ? { program: opener, args: [address] } : null
}

/** Shows the page; false when there is no way to. The browser lives on by itself. */
export async function openInBrowser(address: string): Promise<boolean> {
  const found = await findBrowser(address)
  if (!found) return false
  return new Promise((resolve) => {
    const child = spawn(found.program, found.args, { detached: true, stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
