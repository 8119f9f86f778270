import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'

/** Port and token of the last run, kept so that a tab left open finds the deck again after a restart. */
export interface WebIdentity {
  token: string
  port: number
}

const identity = z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{43}$/), port: z.int().min(1).max(65535) })

/** The kept identity, or a fresh token and port 0 where there is none that can be read. */
export async function loadIdentity(path: string): Promise<WebIdentity> {
  try {
    const parsed = identity.safeParse(JSON.parse(await readFile(path, 'utf8')))
    if (parsed.success) return parsed.data
  } catch {
    // missing or not JSON: a fresh one takes its place
  }
  return { token: randomBytes(32).toString('base64url'), port: 0 }
}

export function saveIdentity(path: string, value: WebIdentity): Promise<void> {
  return writeFileAtomic(path, `${JSON.stringify(value)}\n`, { mode: 0o600 })
}

/** Compares in the same time whatever differs. */
export function isToken(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}

/** A page on another site that has bound its name to 127.0.0.1 still sends that name: only our own names pass. */
export function isOwnHost(request: IncomingMessage, port: number): boolean {
  const host = request.headers.host
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`
}

/** Browsers send the origin with every WebSocket; a program that sends none has to know the token all the same. */
export function isOwnOrigin(request: IncomingMessage, port: number): boolean {
  const origin = request.headers.origin
  return origin === undefined || origin === `http://127.0.0.1:${port}` || origin === `http://localhost:${port}`
}

/** Headers of every answer. Inline styles are monaco's and xterm's; workers may come from a blob since monaco makes some so. */
export function securityHeaders(port: number): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  }
}

const ticketLifeMs = 60_000

function signTicket(body: string, token: string): string {
  return createHmac('sha256', token).update(`open:${body}`).digest('base64url')
}

/**
 * A single-use way in for a browser's command line, which other people on the machine can read. Whoever has the token
 * can make one. Good for a minute.
 */
export function makeTicket(token: string, now: number = Date.now()): string {
  const body = `${(now + ticketLifeMs).toString(36)}.${randomBytes(12).toString('base64url')}`
  return `${body}.${signTicket(body, token)}`
}

/** Says once of each ticket whether it lets in. */
export function createTicketDesk(token: string): (ticket: string, now?: number) => boolean {
  const used = new Map<string, number>()
  return (ticket, now = Date.now()) => {
    for (const [old, until] of used) if (until < now) used.delete(old)
    const [expiry = '', nonce = '', signature = ''] = ticket.split('.')
    const body = `${expiry}.${nonce}`
    const until = Number.parseInt(expiry, 36)
    if (!isToken(signature, signTicket(body, token)) || !(until >= now) || used.has(body)) return false
    used.set(body, until)
    return true
  }
}

/** Where a browser is sent to get in with a fresh ticket; `address` is the deck's address with its token. */
export function ticketAddress(address: string): string {
  const url = new URL(address)
  const token = url.hash.slice(1)
  url.hash = ''
  url.pathname = `/open/${makeTicket(token)}`
  return url.href
}
