/** The page's own scheme: files of the built page, and nothing else of the disk. */
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

export const pageScheme = 'app'
export const pageOrigin = 'app://quarterdeck'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}

/** As in the web host; the page reaches its backend by a port, so that it connects to nothing. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** True for an address inside the page's own origin. */
export function isPageAddress(address: string): boolean {
  return address === pageOrigin || address.startsWith(`${pageOrigin}/`)
}

/** Answers the page's requests from `folder`. */
export function createPageHandler(folder: string): (request: { url: string }) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url)
    const headers: Record<string, string> = {
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
    }
    let name: string
    try {
      name = decodeURIComponent(url.pathname)
    } catch {
      return new Response('Bad address.', { status: 400, headers })
    }
    const path = normalize(join(folder, name === '/' ? 'index.html' : name))
    const type = types[extname(path)]
    if (url.host !== 'quarterdeck' || type === undefined || !path.startsWith(folder + sep) || name.includes('\0')) {
      return new Response('Not found.', { status: 404, headers })
    }
    try {
      const content = await readFile(path)
      return new Response(new Uint8Array(content), { headers: { ...headers, 'Content-Type': type } })
    } catch {
      return new Response('Not found.', { status: 404, headers })
    }
  }
}
