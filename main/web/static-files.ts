/**
 * Serves the built page. The files are listed once at start and looked up by name: a path that is not in the list does
 * not exist, so no request can lead out of the folder.
 */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}

interface StaticFile {
  path: string
  type: string
  sizeBytes: number
  /** The name carries a hash of the content. */
  immutable: boolean
  /** Made by the build beside it. */
  brotli: { path: string; sizeBytes: number } | null
}

/** Answers GET and HEAD for one built page; true when the path was one of its files. */
export type StaticFiles = (request: IncomingMessage, response: ServerResponse, path: string) => boolean

/** Lists `folder` (out/renderer). Throws when it holds no page. */
export async function openStaticFiles(folder: string): Promise<StaticFiles> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = new Map<string, number>()
  for (const entry of names) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    sizes.set(path, (await stat(path)).size)
  }
  const files = new Map<string, StaticFile>()
  for (const [path, sizeBytes] of sizes) {
    const type = types[extname(path)]
    if (!type) continue
    const name = `/${relative(folder, path).split(sep).join('/')}`
    const compressed = sizes.get(`${path}.br`)
    files.set(name, {
      path,
      type,
      sizeBytes,
      immutable: /^\/assets\/.*-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/.test(name),
      brotli: compressed === undefined ? null : { path: `${path}.br`, sizeBytes: compressed },
    })
  }
  const page = files.get('/index.html')
  if (!page) throw new Error(`There is no built page in ${folder}. Run "npm run build".`)
  files.set('/', page)

  return (request, response, path) => {
    const file = files.get(path)
    if (!file) return false
    const accepts = String(request.headers['accept-encoding'] ?? '')
    const brotli = file.brotli && /\bbr\b/.test(accepts) ? file.brotli : null
    response.setHeader('Content-Type', file.type)
    response.setHeader('Content-Length', brotli ? brotli.sizeBytes : file.sizeBytes)
    response.setHeader('Cache-Control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-store')
    if (file.brotli) response.setHeader('Vary', 'Accept-Encoding')
    if (brotli) response.setHeader('Content-Encoding', 'br')
    response.statusCode = 200
    if (request.method === 'HEAD') {
      response.end()
      return true
    }
    const content = createReadStream(brotli ? brotli.path : file.path)
    // Headers are gone by then; a cut connection is the only honest answer.
    content.on('error', () => response.destroy())
    content.pipe(response)
    return true
  }
}
