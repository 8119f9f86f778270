/** The one window: where it stands, what its page may do, and what happens when the page dies. */
import type { BrowserWindow, Session } from 'electron'
import { isPageAddress, pageOrigin } from './page.ts'
import type { Electron } from './shell-api.ts'
import { loadWindowPlace, placeWindow, saveWindowPlace, smallestWindow } from './window-place.ts'
import type { Words } from './words.ts'

/** So many crashes within a minute, and the page is not loaded again without being asked to. */
const maxCrashes = 3
const crashWindowMs = 60_000
const savePlaceAfterMs = 400

/** The clipboard is what a terminal lives by; nothing else that a page can ask for is needed. */
const permitted: ReadonlySet<string> = new Set(['clipboard-read', 'clipboard-sanitized-write'])

export interface WindowOptions {
  electron: Electron
  preload: string
  icon: string
  /** File that keeps the window's place. */
  placePath: string
  words(): Words
  openExternal(address: string): void
  onError(text: string, error: unknown): void
  /** Told before the page loads. */
  opened(window: BrowserWindow): void
}

/** Refuses what the page may not do, for all pages of a session. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(permitted.has(permission) && isPageAddress(contents.getURL()))
  })
  session.setPermissionCheckHandler((_contents, permission, origin) => {
    return permitted.has(permission) && isPageAddress(origin.replace(/\/$/, ''))
  })
}

/** Makes the window and loads the page into it. */
export async function openWindow(options: WindowOptions): Promise<BrowserWindow> {
  const { electron } = options
  const last = await loadWindowPlace(options.placePath)
  const displays = [electron.screen.getPrimaryDisplay(), ...electron.screen.getAllDisplays()].map((one) => one.workArea)
  const window = new electron.BrowserWindow({
    ...placeWindow(last, displays),
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    show: false,
    title: 'Quarterdeck',
    icon: options.icon,
    backgroundColor: electron.nativeTheme.shouldUseDarkColors ? '#191817' : '#faf9f7',
    webPreferences: {
      preload: options.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  })
  options.opened(window)
  if (last?.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  keepPlace(window, options)
  guardContents(window, options)
  reviveAfterCrash(window, options)
  await window.loadURL(`${pageOrigin}/index.html`)
  return window
}

function keepPlace(window: BrowserWindow, { placePath, onError }: WindowOptions): void {
  let timer: NodeJS.Timeout | null = null
  const save = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    if (window.isDestroyed()) return
    saveWindowPlace(placePath, { ...window.getNormalBounds(), maximized: window.isMaximized() }).catch(
      (error: unknown) => onError('the window forgot its place', error),
    )
  }
  const soon = (): void => {
    if (timer) clearTimeout(timer)
    timer = setTimeout(save, savePlaceAfterMs)
  }
  window.on('resize', soon)
  window.on('move', soon)
  window.on('close', save)
  window.on('closed', () => {
    if (timer) clearTimeout(timer)
  })
}

function guardContents(window: BrowserWindow, { openExternal }: WindowOptions): void {
  const contents = window.webContents
  const leave = (address: string): void => {
    if (/^https?:\/\//i.test(address)) openExternal(address)
  }
  contents.setWindowOpenHandler(({ url }) => {
    leave(url)
    return { action: 'deny' }
  })
  const stay = (event: { preventDefault(): void; url: string }): void => {
    if (isPageAddress(event.url)) return
    event.preventDefault()
    leave(event.url)
  }
  contents.on('will-navigate', stay)
  contents.on('will-redirect', (event) => {
    if (!isPageAddress(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

function reviveAfterCrash(window: BrowserWindow, { electron, words, onError }: WindowOptions): void {
  let crashes: number[] = []
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    onError(`the page's process ended: ${reason}`, exitCode)
    const now = Date.now()
    crashes = [...crashes.filter((at) => now - at < crashWindowMs), now]
    if (crashes.length < maxCrashes) {
      window.webContents.reload()
      return
    }
    const text = words()
    electron.dialog
      .showMessageBox(window, {
        type: 'warning',
        message: text.crashed,
        detail: text.crashedDetail,
        buttons: [text.reload, text.quit],
        cancelId: 1,
      })
      .then(
        ({ response }) => {
          crashes = []
          if (response === 0) window.webContents.reload()
          else window.close()
        },
        (error: unknown) => onError('the question after a crash failed', error),
      )
  })
}
