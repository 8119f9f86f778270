import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type Client } from '@contract/client.ts'
import { succeed } from '@contract/result.ts'
import { settings as settingsSchema, type Settings } from '@contract/settings.ts'
import type { MenuItemConstructorOptions } from 'electron'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readShellArguments } from '../../main/electron/arguments.ts'
import { menuTemplate } from '../../main/electron/menu.ts'
import { prepareElectron, runShell } from '../../main/electron/shell.ts'
import { wordsFor } from '../../main/electron/words.ts'
import type { Deck, DeckOptions, DeckStart } from '../../main/deck.ts'
import { silentLog } from '../../main/lib/log.ts'
import { createClientOfPort } from '../../main/rpc/deck-connect.ts'
import { createPortPair } from '../../main/rpc/memory-port.ts'
import { createMessagePort } from '../../main/rpc/message-port.ts'
import { serve } from '../../main/rpc/serve.ts'
import { createContractProbe } from '../support/contract-handlers.ts'
import { until } from '../support/until.ts'
import { createElectronDouble, type ElectronDouble } from './electron-double.ts'

interface DeckDouble {
  start(options: DeckOptions): Promise<DeckStart>
  agents: number
  settings: Settings
  stopped: string[]
  opened: string[]
  disposed: number
  options: DeckOptions | null
  tellSettings(): void
}

/** A deck that is served in earnest and does nothing. */
function createDeckDouble(): DeckDouble {
  const { handlers } = createContractProbe()
  let tell: (() => void) | null = null
  const double: DeckDouble = {
    agents: 0,
    settings: settingsSchema.parse({}),
    stopped: [],
    opened: [],
    disposed: 0,
    options: null,
    tellSettings: () => tell?.(),
    start: (options) => {
      double.options = options
      Object.assign(handlers, {
        'settings.state': (_: unknown, sink: { event(value: Settings): void }) => {
          tell = () => sink.event(double.settings)
          tell()
          return () => {}
        },
        'settings.change': (change: Partial<Settings>) => {
          Object.assign(double.settings, change)
          return succeed(double.settings)
        },
        'repository.open': ({ path }: { path: string }) => {
          double.opened.push(path)
          return succeed({ repository: {}, warnings: [] })
        },
        'host.pickFolder': async () => succeed({ path: (await options.hostActions.pickFolder?.()) ?? null }),
      })
      const connect: Deck['app']['connect'] = (port) => serve(port, handlers, { build: 'b', log: silentLog })
      const [inner, outer] = createPortPair()
      connect(inner)
      const deck = {
        app: {
          connect,
          liveAgents: () => double.agents,
          quit: ({ agents }: { agents: 'keep' | 'stop' }) => {
            double.stopped.push(agents)
            return Promise.resolve()
          },
        },
        log: silentLog,
        client: createClientOfPort(outer),
        publish: () => Promise.resolve(),
        dispose: () => {
          double.disposed++
          return Promise.resolve()
        },
      }
      return Promise.resolve({ kind: 'started', deck: deck as unknown as Deck })
    },
  }
  return double
}

let data: string
let double: ElectronDouble
let deck: DeckDouble
const clients: Client[] = []
const handled = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'] as const
let listenersBefore: Map<string, unknown[]>

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'qd-'))
  double = createElectronDouble()
  deck = createDeckDouble()
  listenersBefore = new Map(handled.map((name) => [name, process.listeners(name as 'SIGINT')]))
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose()
  double.dispose()
  for (const name of handled) {
    for (const listener of process.listeners(name as 'SIGINT')) {
      if (!listenersBefore.get(name)?.includes(listener)) process.removeListener(name, listener)
    }
  }
  await rm(data, { recursive: true, force: true, maxRetries: 3 })
})

async function start(folder: string | null = null): Promise<void> {
  prepareElectron(double.electron, data)
  await runShell(double.electron, { dataFolder: data, folder }, deck.start)
}
function items(menu: MenuItemConstructorOptions[] = double.state.menu): MenuItemConstructorOptions[] {
  return menu.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? items(item.submenu) : [])])
}

describe('the window', () => {
  it('gives its page no more than a sandbox', async () => {
    await start()
    expect(double.window().loaded).toBe('app://quarterdeck/index.html')
    expect(double.window().options['webPreferences']).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
    })
    expect(double.state.paths['userData']).toBe(join(data, 'electron'))
  })

  it('never leaves its page: addresses of the web go to the system browser, others nowhere', async () => {
    await start()
    const { webContents } = double.window()
    expect(webContents.openHandler?.({ url: 'https://example.org/a' })).toEqual({ action: 'deny' })
    expect(webContents.openHandler?.({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' })
    let prevented = 0
    const go = (url: string): boolean => webContents.emit('will-navigate', { url, preventDefault: () => prevented++ })
    go('http://example.org/b')
    go('javascript:alert(1)')
    go('app://elsewhere/')
    go('app://quarterdeck/index.html')
    expect(prevented).toBe(3)
    webContents.emit('will-attach-webview', { preventDefault: () => prevented++ })
    expect(prevented).toBe(4)
    expect(double.state.external).toEqual(['https://example.org/a', 'http://example.org/b'])
  })

  it('may use the clipboard and nothing else that a page can ask for', async () => {
    await start()
    const asked = (permission: string): boolean => {
      let answer = false
      double.state.permissionRequest?.(double.window().webContents, permission, (ok) => (answer = ok))
      return answer
    }
    expect(asked('clipboard-sanitized-write')).toBe(true)
    for (const permission of ['media', 'geolocation', 'notifications', 'openExternal', 'usb', 'fileSystem']) {
      expect(asked(permission), permission).toBe(false)
    }
    expect(double.state.permissionCheck?.(null, 'clipboard-read', 'app://quarterdeck/')).toBe(true)
    expect(double.state.permissionCheck?.(null, 'clipboard-read', 'https://evil.example/')).toBe(false)
  })

  it('keeps its place', async () => {
    await start()
    double.window().emit('move')
    const path = join(data, 'window.json')
    await until('the place is written', async () => (await readFile(path, 'utf8')).includes('1000'))
  })

  it('loads its page again after a crash, and asks when that goes on', async () => {
    await start()
    const { webContents } = double.window()
    webContents.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 })
    expect(webContents.reloads).toBe(0)
    webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
    webContents.emit('render-process-gone', {}, { reason: 'oom', exitCode: 5 })
    expect(webContents.reloads).toBe(2)
    double.state.answers.push({ response: 0, checkboxChecked: false })
    webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
    await until('the person is asked, and says yes', () => webContents.reloads === 3)
    expect(double.state.questions).toHaveLength(1)
  })
})

describe('the port', () => {
  it('gives the page its backend, again after each reload', async () => {
    await start()
    for (let load = 0; load < 2; load++) {
      const carrier = double.askForPort()
      if (!carrier) throw new Error('no port came')
      const client = createClient({
        connect: () => Promise.resolve(createMessagePort(carrier)),
        build: 'b',
        retryDelaysMs: [],
        later: () => () => {},
      })
      clients.push(client)
      expect(await client.call('view.load', { key: `load ${load}` })).toMatchObject({ value: { json: `load ${load}` } })
    }
  })

  it('is for our own page alone', async () => {
    await start()
    expect(double.askForPort('https://evil.example/')).toBeNull()
    expect(double.askForPort('app://quarterdeck.evil.example/')).toBeNull()
  })

  it("brings the menu's commands to the page", async () => {
    await start()
    const carrier = double.askForPort()
    const heard = new Promise<unknown>((resolve) => carrier?.once('message', resolve))
    const item = items().find((one) => one.id === 'session.new')
    item?.click?.({} as never, undefined as never, {} as never)
    expect(await heard).toEqual({ head: { t: 'command', id: 'session.new' } })
  })

  it('lets the page open the folder picker of the system', async () => {
    await start()
    const carrier = double.askForPort()
    if (!carrier) throw new Error('no port came')
    const client = createClientOfPort(createMessagePort(carrier))
    clients.push(client)
    expect(await client.call('host.pickFolder', {})).toMatchObject({ value: { path: null } })
    double.state.picked = { canceled: false, filePaths: ['/home/person/repo'] }
    expect(await client.call('host.pickFolder', {})).toMatchObject({ value: { path: '/home/person/repo' } })
  })
})

describe('closing', () => {
  it('asks nothing while no agent runs', async () => {
    await start()
    double.window().close()
    await until('it quit', () => double.state.quits === 1)
    expect(double.state.questions).toHaveLength(0)
    expect(deck.disposed).toBe(1)
    expect(deck.stopped).toEqual([])
  })

  it('asks what becomes of agents that run, and does nothing on "cancel"', async () => {
    await start()
    deck.agents = 2
    double.state.answers.push({ response: 2, checkboxChecked: true }, { response: 0, checkboxChecked: false })
    expect(double.window().close()).toBe(false)
    await until('it asked', () => double.state.questions.length === 1)
    expect(double.state.questions[0]?.['message']).toBe('2 agents are still running.')
    expect(double.state.quits).toBe(0)
    expect(deck.settings.onQuit).toBe('ask')
    await until('it asks again', () => {
      double.app.quit()
      return double.state.questions.length === 2
    })
    await until('it quit', () => double.state.quits === 1)
    expect(deck.stopped).toEqual([])
    expect(deck.disposed).toBe(1)
  })

  it('stops the agents when told to, and remembers when told to', async () => {
    await start()
    deck.agents = 1
    double.state.answers.push({ response: 1, checkboxChecked: true })
    double.window().close()
    await until('it quit', () => double.state.quits === 1)
    expect(deck.stopped).toEqual(['stop'])
    expect(deck.settings.onQuit).toBe('stop')
    expect(deck.disposed).toBe(1)
  })

  it('does as the settings say without asking', async () => {
    deck.settings.onQuit = 'keep'
    await start()
    deck.agents = 3
    await until('the settings are known', () => double.electron.nativeTheme.themeSource === 'system')
    double.window().close()
    await until('it quit', () => double.state.quits === 1)
    expect(double.state.questions).toHaveLength(0)
    expect(deck.stopped).toEqual([])
  })

  it('asks once, however often the person closes', async () => {
    await start()
    deck.agents = 1
    double.state.answers.push({ response: 0, checkboxChecked: false })
    double.window().close()
    double.window().close()
    double.app.quit()
    await until('it quit', () => double.state.quits === 1)
    expect(double.state.questions).toHaveLength(1)
    expect(deck.disposed).toBe(1)
  })

  it('asks nothing when the machine goes down, and leaves the agents', async () => {
    await start()
    deck.agents = 1
    double.powerMonitor.emit('shutdown')
    await until('it quit', () => double.state.quits === 1)
    expect(double.state.questions).toHaveLength(0)
    expect(deck.stopped).toEqual([])
  })

  it('asks nothing when the end was asked for through the contract', async () => {
    await start()
    deck.agents = 1
    deck.options?.hostActions.quit()
    await until('it quit', () => double.state.quits === 1)
    expect(double.state.questions).toHaveLength(0)
  })
})

describe('a second start', () => {
  it('shows the window of the first and opens the folder there', async () => {
    await start('/home/person/one')
    expect(deck.options?.folder).toBe('/home/person/one')
    double.app.emit('second-instance', {}, [], '/', { folder: '/home/person/two' })
    await until('the folder is opened', () => deck.opened.length === 1)
    expect(deck.opened).toEqual(['/home/person/two'])
    expect(double.window().focused).toBe(1)
  })

  it('is no deck of its own', async () => {
    double.state.firstInstance = false
    await start()
    expect(double.state.quits).toBe(1)
    expect(deck.options).toBeNull()
  })
})

describe('the menu', () => {
  it('takes no key from the terminal where Ctrl is the modifier', () => {
    const words = wordsFor('en', 'en')
    const actions = { command: () => {}, quit: () => {}, developer: true }
    for (const item of items(menuTemplate(words, 'linux', actions))) {
      expect(item.accelerator).toBeUndefined()
      if (item.role && !['help'].includes(item.role)) expect(item.registerAccelerator, item.role).toBe(false)
    }
    const mac = items(menuTemplate(words, 'darwin', actions))
    expect(mac.find((item) => item.role === 'copy')?.registerAccelerator).toBeUndefined()
  })

  it('speaks the language of the settings, else that of the system', async () => {
    double.state.locale = 'zh-CN'
    await start()
    expect(items().map((item) => item.label)).toContain('新建会话…')
    deck.settings.language = 'en'
    deck.tellSettings()
    await until('the menu is English', () => items().some((item) => item.label === 'New session…'))
  })
})

it('a start reads data folder and repository among switches of the system', () => {
  const env = { QUARTERDECK_DATA: '/data' }
  expect(readShellArguments(['electron', '.', 'repo', '--data', 'd'], false, '/home/p', env)).toEqual({
    dataFolder: '/home/p/d',
    folder: '/home/p/repo',
  })
  expect(readShellArguments(['Quarterdeck', '--no-sandbox', '-psn_0_1'], true, '/', env)).toEqual({
    dataFolder: '/data',
    folder: null,
  })
})
