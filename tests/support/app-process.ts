/** A program of its own around `createApp`, for tests that kill it: the wire over the IPC channel of its parent. */
import { createApp } from '../../main/app.ts'
import { createFileLog } from '../../main/lib/log.ts'
import type { Message, Port } from '../../preload/contract/wire.ts'

const [dataFolder = '', hostScript = ''] = process.argv.slice(2)

const port: Port = {
  // Terminal bytes are not sent this way: no test that kills a program draws its terminals.
  send: (message) => void process.send?.({ head: message.head }),
  onMessage: (listener) => void process.on('message', (message) => listener(message as Message)),
  onClose: (listener) => void process.once('disconnect', listener),
  close: () => process.disconnect(),
  bufferedBytes: () => 0,
}

const app = await createApp({
  dataFolder,
  hostScript,
  execPath: process.execPath,
  capabilities: {
    nativeFolderPicker: false,
    nativeMenu: false,
    keyModifier: 'alt',
    openExternal: false,
    systemNotifications: false,
  },
  build: 'test',
  version: '0.0.0',
  log: createFileLog(`${dataFolder}/logs/deck.log`),
  hostActions: { quit: () => process.exit(0), address: () => null },
})
app.connect(port)
process.send?.({ ready: true })
