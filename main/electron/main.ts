/** Entry of the desktop program. */
import * as electron from 'electron'
import { makePrivateFolder } from '../lib/data-folder.ts'
import { readShellArguments } from './arguments.ts'
import { prepareElectron, runShell } from './shell.ts'

const { app, dialog } = electron
const options = readShellArguments(process.argv, app.isPackaged, process.cwd(), process.env)
prepareElectron(electron, options.dataFolder)
makePrivateFolder(options.dataFolder)
  .then(() => runShell(electron, options))
  .catch((error: unknown) => {
    dialog.showErrorBox('Quarterdeck', error instanceof Error ? error.message : String(error))
    app.exit(1)
  })
