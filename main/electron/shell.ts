/**
 * The desktop host: one window around the page, its port, the menu, the folder picker, the question at closing.
 * Everything else is the deck's, which knows nothing of Electron.
 */
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserWindow, MessagePortMain } from 'electron'
import type { Settings } from '@contract/settings.ts'
import { startDeck, type Deck } from '../deck.ts'
import { createFileLog, type Log } from '../lib/log.ts'
import { createMessagePort, type EventedPort } from '../rpc/message-port.ts'
import { decideClosing, type CloseAnswer } from './closing.ts'
import { linkOwnDeck, linkRunningDeck, type DeckLink } from './link.ts'
import { menuTemplate } from './menu.ts'
import { createPageHandler, isPageAddress, pageScheme } from './page.ts'
import type { Electron } from './shell-api.ts'
import { guardSession, openWindow } from './window.ts'
import { wordsFor, type Words } from './words.ts'

export interface ShellOptions {
  dataFolder: string
  /** Absolute; a repository to open. */
  folder: string | null
}

/** Must run before Electron is ready. */
export function prepareElectron(electron: Electron, dataFolder: string): void {
  electron.app.setPath('userData', join(dataFolder, 'electron'))
  electron.protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Runs the desktop program until it quits. Rejects when it cannot start. */
export async function runShell(electron: Electron, options: ShellOptions, start = startDeck): Promise<void> {
  const { app } = electron
  if (!app.requestSingleInstanceLock({ folder: options.folder })) {
    app.quit()
    return
  }
  const log = createFileLog(join(options.dataFolder, 'logs', 'desktop.log'))
  process.on('uncaughtException', (error) => log.error('an error was not caught', error))
  process.on('unhandledRejection', (error) => log.error('a promise was rejected and nobody looked', error))
  await app.whenReady()
  const shell = new Shell(electron, options, log, start)
  await shell.start()
}

class Shell {
  readonly #electron: Electron
  readonly #options: ShellOptions
  readonly #log: Log
  readonly #startDeck: typeof startDeck
  #link: DeckLink | null = null
  #window: BrowserWindow | null = null
  /** Our sides of the page's ports, for the menu's commands. */
  #ports = new Set<MessagePortMain>()
  #settings: Settings | null = null
  #asking: Promise<void> | null = null
  #ended = false

  constructor(electron: Electron, options: ShellOptions, log: Log, start: typeof startDeck) {
    this.#electron = electron
    this.#options = options
    this.#log = log
    this.#startDeck = start
  }

  async start(): Promise<void> {
    const { app, dialog, ipcMain, powerMonitor, protocol, session } = this.#electron
    const link = await this.#findDeck()
    if (!link) {
      dialog.showErrorBox('Quarterdeck', this.#words().silent)
      app.exit(1)
      return
    }
    this.#link = link
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void this.#end('keep'))
    protocol.handle(pageScheme, createPageHandler(fileURLToPath(new URL('../renderer', import.meta.url))))
    guardSession(session.defaultSession)
    ipcMain.on('quarterdeck:want-port', (event) => {
      if (event.senderFrame && isPageAddress(event.senderFrame.url)) this.#handOverPort(event.sender)
    })
    app.on('second-instance', (_event, _argv, _folder, data) => void this.#secondStart(data))
    app.on('activate', () => void this.#show())
    // The machine goes down: a question now would hold it up, or be answered by a kill.
    powerMonitor.on('shutdown', () => void this.#end('keep'))
    app.on('window-all-closed', () => {
      // On macOS a program lives on without windows; elsewhere closing the window was the question already.
      if (process.platform !== 'darwin') void this.#end('keep')
    })
    app.on('before-quit', (event) => {
      if (this.#ended) return
      event.preventDefault()
      void this.#askToClose()
    })
    link.client.open(
      'settings.state',
      {},
      {
        event: (settings) => {
          this.#settings = settings
          this.#electron.nativeTheme.themeSource = settings.theme
          this.#setMenu()
        },
      },
    )
    this.#setMenu()
    await this.#show()
  }

  #words(): Words {
    return wordsFor(this.#settings?.language ?? 'system', this.#electron.app.getLocale())
  }

  async #findDeck(): Promise<DeckLink | null> {
    const { dialog, shell } = this.#electron
    const { dataFolder, folder } = this.#options
    const started = await this.#startDeck({
      dataFolder,
      folder,
      execPath: process.execPath,
      capabilities: {
        nativeFolderPicker: true,
        nativeMenu: true,
        keyModifier: 'mod',
        openExternal: true,
        systemNotifications: false,
      },
      hostActions: {
        pickFolder: async () => {
          const options = { title: this.#words().pickFolder, properties: ['openDirectory' as const] }
          const window = this.#window
          const picked = window ? await dialog.showOpenDialog(window, options) : await dialog.showOpenDialog(options)
          return picked.canceled ? null : (picked.filePaths[0] ?? null)
        },
        openExternal: (url) => shell.openExternal(url),
        // A moment later, so that the answer to the request is on its way.
        quit: () => void setTimeout(() => void this.#end('keep'), 50),
        address: () => null,
      },
      tell: (text) => this.#log.info(text),
    })
    if (started.kind === 'silent') return null
    if (started.kind === 'started') return this.#useOwn(started.deck)
    if (folder !== null) await started.client.call('repository.open', { path: folder })
    return linkRunningDeck(started.client, dataFolder)
  }

  async #useOwn(deck: Deck): Promise<DeckLink> {
    await deck.publish(null)
    return linkOwnDeck(deck)
  }

  #handOverPort(sender: { postMessage(channel: string, message: unknown, transfer: MessagePortMain[]): void }): void {
    const { port1, port2 } = new this.#electron.MessageChannelMain()
    this.#ports.add(port1)
    port1.on('close', () => this.#ports.delete(port1))
    this.#link?.connect(createMessagePort(port1 as EventedPort, (event) => (event as { data: unknown }).data))
    sender.postMessage('quarterdeck:port', null, [port2])
  }

  #command(id: string): void {
    for (const port of this.#ports) port.postMessage({ head: { t: 'command', id } })
  }

  #setMenu(): void {
    const { app, Menu } = this.#electron
    const template = menuTemplate(this.#words(), process.platform, {
      command: (id) => this.#command(id),
      quit: () => app.quit(),
      developer: !app.isPackaged,
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }

  async #show(): Promise<void> {
    const open = this.#window
    if (open) {
      if (open.isMinimized()) open.restore()
      open.show()
      open.focus()
      return
    }
    const window = await openWindow({
      electron: this.#electron,
      preload: fileURLToPath(new URL('../preload/preload.cjs', import.meta.url)),
      icon: fileURLToPath(new URL('../../resources/icon.png', import.meta.url)),
      placePath: join(this.#options.dataFolder, 'window.json'),
      words: () => this.#words(),
      openExternal: (address) => void this.#electron.shell.openExternal(address),
      onError: (text, error) => this.#log.error(text, error),
      opened: (made) => (this.#window = made),
    })
    window.on('closed', () => (this.#window = null))
    // Windows tells its end to the window alone.
    window.on('session-end', () => void this.#end('keep'))
    window.on('close', (event) => {
      if (this.#ended || process.platform === 'darwin') return
      event.preventDefault()
      void this.#askToClose()
    })
  }

  async #secondStart(data: unknown): Promise<void> {
    await this.#show()
    const folder = typeof data === 'object' && data !== null && 'folder' in data ? data.folder : null
    if (typeof folder === 'string') await this.#link?.client.call('repository.open', { path: resolve(folder) })
  }

  /** One question at a time, however often the person asks to close. */
  #askToClose(): Promise<void> {
    const ask = async (): Promise<void> => {
      const answer = await decideClosing({
        agents: this.#link?.liveAgents() ?? 0,
        setting: this.#settings?.onQuit ?? 'ask',
        ask: () => this.#closeDialog(),
        remember: async (onQuit) => {
          await this.#link?.client.call('settings.change', { onQuit })
        },
      })
      if (answer !== 'cancel') await this.#end(answer)
    }
    this.#asking ??= ask()
      .catch((error: unknown) => this.#log.error('the question at closing failed', error))
      .finally(() => (this.#asking = null))
    return this.#asking
  }

  async #closeDialog(): Promise<{ answer: CloseAnswer; remember: boolean }> {
    const words = this.#words()
    const question = {
      type: 'question' as const,
      message: words.closeTitle(this.#link?.liveAgents() ?? 0),
      detail: words.closeDetail,
      buttons: [words.keep, words.stop, words.cancel],
      defaultId: 0,
      cancelId: 2,
      noLink: true,
      checkboxLabel: words.remember,
    }
    const { dialog } = this.#electron
    const window = this.#window
    const asked = window ? await dialog.showMessageBox(window, question) : await dialog.showMessageBox(question)
    return {
      answer: asked.response === 0 ? 'keep' : asked.response === 1 ? 'stop' : 'cancel',
      remember: asked.checkboxChecked,
    }
  }

  async #end(agents: 'keep' | 'stop'): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#window?.hide()
    try {
      if (agents === 'stop') await this.#link?.quit('stop')
      await this.#link?.dispose()
    } catch (error) {
      this.#log.error('the end went wrong', error)
    }
    this.#electron.app.quit()
  }
}
