/** Endpoints of the host itself: its state, the person's settings, what views remember, the agents found here. */
import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { fail, succeed } from '@contract/result.ts'
import type { AppContext } from './app-context.ts'
import { openInEditor } from './app-editor.ts'
import { browseFolder } from './repositories/browse.ts'
import type { Handlers } from './rpc/serve.ts'
import { isDiskFull } from './storage/open.ts'
import type { LoadMeter } from './usage/load.ts'

type HostHandlers = Pick<
  Handlers,
  | 'host.state'
  | 'host.status'
  | 'host.browse'
  | 'host.pickFolder'
  | 'host.openInEditor'
  | 'host.openExternal'
  | 'host.quit'
  | 'settings.state'
  | 'settings.change'
  | 'view.load'
  | 'view.save'
  | 'agent.list'
  | 'agent.refresh'
>

export function hostHandlers(
  app: AppContext,
  quit: (agents: 'keep' | 'stop') => Promise<void>,
  watchLoad: () => () => void,
): HostHandlers {
  return {
    'host.state': (_params, sink) => {
      sink.event(app.hostState())
      const off = app.hostChanged.on((state) => sink.event(state))
      const stopLoad = watchLoad()
      return () => {
        off()
        stopLoad()
      }
    },
    'host.status': () =>
      succeed({
        version: app.version,
        pid: process.pid,
        ptyHostPid: app.pty.pid,
        address: app.hostActions.address(),
        sessions: app.book.counts(),
      }),
    'host.browse': ({ path, hidden }) => browseFolder(path ?? homedir(), hidden),
    'host.pickFolder': async () => {
      if (!app.hostActions.pickFolder) return fail('unsupported', 'This host has no folder picker of the system.')
      return succeed({ path: await app.hostActions.pickFolder() })
    },
    'host.openInEditor': async ({ path, line, column }) => {
      try {
        await stat(path)
      } catch {
        return fail('not-found', `${path} does not exist.`, { paths: [path] })
      }
      const editor = await openInEditor({ path, line, column }, app.settings.value.editor)
      return editor === null
        ? fail('unsupported', 'No editor could be started. Name one in the settings.')
        : succeed({ editor })
    },
    'host.openExternal': async ({ url }) => {
      if (!app.hostActions.openExternal) return fail('unsupported', 'This host opens no addresses.')
      let parsed: URL
      try {
        parsed = new URL(url)
      } catch {
        return fail('refused', 'This is no address.')
      }
      if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
        return fail('refused', 'Only http and https addresses are opened.')
      }
      await app.hostActions.openExternal(parsed.href)
      return succeed(null)
    },
    'host.quit': ({ agents }) => {
      // The answer goes out first.
      setImmediate(() => {
        quit(agents).then(
          () => app.hostActions.quit(),
          (error: unknown) => {
            app.log.error('the agents could not be stopped', error)
            app.hostActions.quit()
          },
        )
      })
      return succeed(null)
    },
    'settings.state': (_params, sink) => {
      sink.event(app.settings.value)
      return app.settings.onChange((value) => sink.event(value))
    },
    'settings.change': (change) => app.settings.change(change),
    'view.load': ({ key }) => succeed({ json: app.views.load(key) }),
    'view.save': ({ key, json }) => {
      try {
        app.views.save(key, json)
        return succeed(null)
      } catch (error) {
        if (isDiskFull(error)) return fail('disk-full', 'The disk is full.')
        throw error
      }
    },
    'agent.list': (_params, sink) => {
      sink.event({ agents: app.agents.list() })
      return app.agents.onChange((agents) => sink.event({ agents }))
    },
    'agent.refresh': async () => {
      await app.agents.refresh()
      return succeed(null)
    },
  }
}

const loadEveryMs = 3000

/** Measures only while somebody looks. */
export function createLoadWatch(
  meter: LoadMeter,
  look: (meter: LoadMeter) => Promise<void>,
): { watch: () => () => void; dispose: () => void } {
  let watchers = 0
  let timer: NodeJS.Timeout | null = null
  let busy = false
  const tick = (): void => {
    if (busy) return
    busy = true
    void look(meter).finally(() => {
      busy = false
    })
  }
  const stop = (): void => {
    if (timer) clearInterval(timer)
    timer = null
  }
  return {
    watch: () => {
      watchers++
      if (!timer) {
        tick()
        timer = setInterval(tick, loadEveryMs)
        timer.unref()
      }
      return () => {
        watchers--
        if (watchers === 0) stop()
      }
    },
    dispose: stop,
  }
}
