/**
 * A program that uses the pty host, to be killed: connects, starts what its arguments say, looks at it, and says "ready".
 * Arguments: data folder, host script, then one shell command a terminal (named t1, t2, …).
 */
import { terminalId } from '@contract/ids.ts'
import { silentLog } from '../../main/lib/log.ts'
import { connectPtyHost } from '../../main/pty/connect.ts'

const [dataFolder = '', hostScript = '', ...commands] = process.argv.slice(2)
const client = connectPtyHost({ dataFolder, hostScript, execPath: process.execPath, log: silentLog })
await client.connect()
for (const [index, command] of commands.entries()) {
  const id = terminalId.parse(`t${index + 1}`)
  const env = { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8' }
  const started = await client.spawn({
    id,
    file: '/bin/bash',
    args: ['-c', command],
    cwd: dataFolder,
    env,
    cols: 80,
    rows: 24,
    scrollbackLines: 20_000,
  })
  if (!started.ok) throw new Error(started.error.message)
  const viewing = await client.attach(id, {
    event: (event) => {
      if ('total' in event) viewing?.ack(event.total)
    },
  })
}
process.stdout.write(`ready ${client.pid}\n`)
