import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, readdir } from 'node:fs/promises'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'

/** Longest socket path that every system takes: macOS has 104 bytes, Linux 108, both with the NUL. */
const maxSocketPathBytes = 100

/** Folder for everything that Quarterdeck keeps: `chosen`, else QUARTERDECK_DATA, else where the system wants such things. */
export function dataFolderOf(
  chosen: string | undefined,
  env: Record<string, string | undefined> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const named = chosen ?? env['QUARTERDECK_DATA']
  if (named) return resolve(named)
  const home = homedir()
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Quarterdeck')
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Quarterdeck')
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'quarterdeck')
}

/** Files by which a data folder is known again. */
const marks = new Set(['quarterdeck.sqlite', 'deck.lock', 'pty-host.lock'])

/**
 * Makes the folder if it is missing, for this person alone (0700). Throws when that cannot be, and for a folder open to
 * others that holds other things: shutting a home or a temporary folder would break what lives there.
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (process.platform === 'win32') return
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== userInfo().uid || (found.mode & 0o077) === 0) return
  const names = await readdir(folder)
  if (names.length > 0 && !names.some((name) => marks.has(name))) {
    throw new Error(`${folder} is open to others and holds other files. Choose an empty folder for Quarterdeck's data.`)
  }
  await chmod(folder, 0o700)
}

/**
 * Path of a local socket that belongs to a data folder, and of the private folder it must stand in: in the data folder
 * itself unless the path would be too long for the system, else in a short one. A named pipe on Windows.
 */
export function socketPathOf(dataFolder: string, name: string): { path: string; folder: string | null } {
  const mark = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\quarterdeck-${userInfo().username}-${mark}-${name}`, folder: null }
  }
  const path = join(dataFolder, `${name}.sock`)
  if (Buffer.byteLength(path) <= maxSocketPathBytes) return { path, folder: dataFolder }
  const parent = tmpdir().length <= 40 ? tmpdir() : '/tmp'
  const folder = join(parent, `quarterdeck-${userInfo().uid}`)
  return { path: join(folder, `${mark}-${name}.sock`), folder }
}

/** Refuses (throws) a folder that somebody else could have laid there to listen in. */
export async function checkPrivateFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== userInfo().uid || (found.mode & 0o077) !== 0) {
    throw new Error(`The folder ${folder} is not private to you (it must be yours, with mode 0700).`)
  }
}
