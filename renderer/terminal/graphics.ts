/**
 * Which renderer terminals use. Emulated WebGL makes frames of 90 to 170 ms, so it is taken only where a real one
 * is found; and a page has about 16 contexts in all, so few are used and only for what is on screen.
 */
import { WebglAddon } from '@xterm/addon-webgl'
import type { Terminal } from '@xterm/xterm'

/** Half of what browsers allow, so that the diff editor and others find some. */
const mostContexts = 8

let real: boolean | null = null
let inUse = 0

/** True for renderer names of software that pretends to be a graphics card. */
export function isEmulated(rendererName: string): boolean {
  return /swiftshader|llvmpipe|softpipe|software|basic render|microsoft basic|swrast|virgl/i.test(rendererName)
}

function hasRealGraphics(): boolean {
  if (real !== null) return real
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (!context) {
    real = false
    return real
  }
  const named = context.getExtension('WEBGL_debug_renderer_info')
  const parameter: unknown = context.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : context.RENDERER)
  real = typeof parameter === 'string' && parameter !== '' && !isEmulated(parameter)
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return real
}

/** Draws by WebGL while one of the few contexts is free; else the terminal keeps drawing by DOM. Returns what gives it back. */
export function takeGraphics(terminal: Terminal): () => void {
  if (!hasRealGraphics() || inUse >= mostContexts) return () => {}
  let addon: WebglAddon | null = null
  const release = (): void => {
    if (!addon) return
    addon.dispose()
    addon = null
    inUse--
  }
  try {
    addon = new WebglAddon()
    inUse++
    // The system took the context away (sleep, driver): the DOM renderer takes over.
    addon.onContextLoss(release)
    terminal.loadAddon(addon)
  } catch {
    release() // no context to be had after all; the DOM renderer stays
    real = false
  }
  return release
}
