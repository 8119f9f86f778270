/** Where the pty host of a data folder listens, who may reach it, and what is kept beside it. */
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'

/** Shortest limit of the systems there are: 104 bytes on macOS, 108 on Linux, the closing NUL included. */
const maxSocketPathBytes = 103

/** What lies in a data folder that belongs to the pty host. */
export function hostFiles(dataFolder: string): { journals: string; lock: string; log: string; output: string } {
  return {
    journals: join(dataFolder, 'terminals'),
    lock: join(dataFolder, 'pty-host.lock'),
    log: join(dataFolder, 'logs', 'pty-host.log'),
    output: join(dataFolder, 'logs', 'pty-host.out.log'),
  }
}

/**
 * Path of the host's socket (a named pipe on Windows). A data folder too deep for a socket gets a short folder of the same
 * person's own under the runtime folder.
 */
export function hostAddress(dataFolder: string, platform: NodeJS.Platform = process.platform): string {
  const folder = resolve(dataFolder)
  const key = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  if (platform === 'win32') {
    const owner = createHash('sha256').update(userInfo().username).digest('hex').slice(0, 8)
    return `\\\\.\\pipe\\quarterdeck-pty-${owner}-${key}`
  }
  const path = join(folder, 'pty-host.sock')
  if (Buffer.byteLength(path) <= maxSocketPathBytes) return path
  const uid = userInfo().uid
  const short = (base: string): string => join(base, `quarterdeck-${uid}`, `${key}.sock`)
  const runtime = short(process.env['XDG_RUNTIME_DIR'] || tmpdir())
  return Buffer.byteLength(runtime) <= maxSocketPathBytes ? runtime : short('/tmp')
}

/** Makes the folder of the socket, for its owner only. Throws when somebody else's stands in its place. */
export async function prepareSocketFolder(address: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = resolve(address, '..')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await lstat(folder)
  const uid = userInfo().uid
  if (!found.isDirectory() || found.uid !== uid)
    throw new Error(`${folder} is not a folder of yours; the pty host cannot listen there.`)
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700)
}
