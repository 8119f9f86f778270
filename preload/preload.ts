/** Hands the page a MessagePort each time it asks, and the path of a file it was given. Nothing else ever grows here. */
import { contextBridge, ipcRenderer, webUtils } from 'electron'

contextBridge.exposeInMainWorld('quarterdeck', {
  getPathForFile: (file: File): string => webUtils.getPathForFile(file),
})

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source === window && event.data === 'quarterdeck:want-port') ipcRenderer.send('quarterdeck:want-port')
})

ipcRenderer.on('quarterdeck:port', (event) => {
  window.postMessage('quarterdeck:port', window.location.origin, [...event.ports])
})
