/** A double of the parts of Electron that the shell uses: it records what was asked of it and fires what a person would. */
import { EventEmitter } from 'node:events'
import type { MenuItemConstructorOptions } from 'electron'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Electron } from '../../main/electron/shell-api.ts'

/** A MessagePortMain: Node's port with Electron's event shape. */
class PortDouble extends EventEmitter {
  readonly port: MessagePort
  constructor(port: MessagePort) {
    super()
    this.port = port
    port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
    port.on('close', () => this.emit('close'))
  }
  postMessage(message: unknown): void {
    this.port.postMessage(message)
  }
  start(): void {
    this.port.start()
  }
  close(): void {
    this.port.close()
  }
}

export class ContentsDouble extends EventEmitter {
  reloads = 0
  url = 'app://quarterdeck/index.html'
  posted: { channel: string; port: PortDouble }[] = []
  openHandler: ((details: { url: string }) => { action: string }) | null = null
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }
  getURL(): string {
    return this.url
  }
  reload(): void {
    this.reloads++
  }
  postMessage(channel: string, _message: unknown, ports: PortDouble[]): void {
    for (const port of ports) this.posted.push({ channel, port })
  }
}

export class WindowDouble extends EventEmitter {
  static made: WindowDouble[] = []
  readonly options: Record<string, unknown>
  readonly webContents = new ContentsDouble()
  loaded = ''
  visible = false
  focused = 0
  destroyed = false
  constructor(options: Record<string, unknown>) {
    super()
    this.options = options
    WindowDouble.made.push(this)
  }
  loadURL(address: string): Promise<void> {
    this.loaded = address
    this.emit('ready-to-show')
    return Promise.resolve()
  }
  show(): void {
    this.visible = true
  }
  hide(): void {
    this.visible = false
  }
  focus(): void {
    this.focused++
  }
  restore(): void {}
  maximize(): void {}
  isMinimized(): boolean {
    return false
  }
  isMaximized(): boolean {
    return false
  }
  isDestroyed(): boolean {
    return this.destroyed
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 10, y: 20, width: 1000, height: 700 }
  }
  /** The person closes the window; true when it went. */
  close(): boolean {
    let prevented = false
    this.emit('close', { preventDefault: () => (prevented = true) })
    if (prevented) return false
    this.destroyed = true
    this.emit('closed')
    return true
  }
}

type PermissionRequest = (contents: ContentsDouble, permission: string, answer: (ok: boolean) => void) => void
type PermissionCheck = (contents: ContentsDouble | null, permission: string, origin: string) => boolean

export function createElectronDouble() {
  WindowDouble.made = []
  const channels: MessageChannel[] = []
  const state = {
    quits: 0,
    exits: [] as number[],
    errors: [] as string[],
    external: [] as string[],
    questions: [] as Record<string, unknown>[],
    /** Answers of dialogs, in order. */
    answers: [] as { response: number; checkboxChecked: boolean }[],
    menu: [] as MenuItemConstructorOptions[],
    paths: {} as Record<string, string>,
    schemes: [] as unknown[],
    permissionRequest: null as PermissionRequest | null,
    permissionCheck: null as PermissionCheck | null,
    firstInstance: true,
    locale: 'en-GB',
    picked: { canceled: true, filePaths: [] as string[] },
  }
  const app = Object.assign(new EventEmitter(), {
    isPackaged: true,
    setPath: (name: string, path: string) => (state.paths[name] = path),
    requestSingleInstanceLock: () => state.firstInstance,
    whenReady: () => Promise.resolve(),
    getLocale: () => state.locale,
    quit: () => {
      let prevented = false
      app.emit('before-quit', { preventDefault: () => (prevented = true) })
      if (!prevented) state.quits++
    },
    exit: (code: number) => state.exits.push(code),
  })
  class MessageChannelMain {
    port1: PortDouble
    port2: PortDouble
    constructor() {
      const channel = new MessageChannel()
      channels.push(channel)
      this.port1 = new PortDouble(channel.port1)
      this.port2 = new PortDouble(channel.port2)
    }
  }
  const message = (...args: unknown[]): Promise<{ response: number; checkboxChecked: boolean }> => {
    state.questions.push(args.at(-1) as Record<string, unknown>)
    return Promise.resolve(state.answers.shift() ?? { response: 2, checkboxChecked: false })
  }
  const ipcMain = new EventEmitter()
  const powerMonitor = new EventEmitter()
  const electron = {
    app,
    ipcMain,
    BrowserWindow: WindowDouble,
    MessageChannelMain,
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
      setApplicationMenu: (template: MenuItemConstructorOptions[]) => (state.menu = template),
    },
    dialog: {
      showErrorBox: (_title: string, text: string) => state.errors.push(text),
      showMessageBox: message,
      showOpenDialog: () => Promise.resolve(state.picked),
    },
    powerMonitor,
    nativeTheme: { shouldUseDarkColors: false, themeSource: 'system' },
    protocol: {
      registerSchemesAsPrivileged: (schemes: unknown[]) => state.schemes.push(...schemes),
      handle: () => {},
    },
    screen: {
      getPrimaryDisplay: () => ({ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }),
      getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: PermissionRequest) => (state.permissionRequest = handler),
        setPermissionCheckHandler: (handler: PermissionCheck) => (state.permissionCheck = handler),
      },
    },
    shell: {
      openExternal: (address: string) => {
        state.external.push(address)
        return Promise.resolve()
      },
    },
  }
  return {
    electron: electron as unknown as Electron,
    app,
    ipcMain,
    powerMonitor,
    state,
    /** The one window. */
    window: (): WindowDouble => {
      const made = WindowDouble.made[0]
      if (!made) throw new Error('no window was opened')
      return made
    },
    /** What the preload script does for the page: asks for a port, from a frame of this address. */
    askForPort: (from = 'app://quarterdeck/index.html'): MessagePort | null => {
      const sender = WindowDouble.made[0]?.webContents
      const before = sender?.posted.length ?? 0
      ipcMain.emit('quarterdeck:want-port', { sender, senderFrame: { url: from } })
      return sender?.posted[before]?.port.port ?? null
    },
    dispose: (): void => {
      for (const channel of channels) channel.port1.close()
    },
  }
}

export type ElectronDouble = ReturnType<typeof createElectronDouble>
