import type { Message, Port } from '@contract/wire.ts'

/** Joins two ports: what comes in on the one goes out on the other, and they close together. `later` may still be opening. */
export function bridgePorts(near: Port, later: Promise<Port>): void {
  let far: Port | null = null
  let nearClosed = false
  const waiting: Message[] = []
  near.onMessage((message) => {
    if (far) far.send(message)
    else waiting.push(message)
  })
  near.onClose(() => {
    nearClosed = true
    far?.close()
  })
  later.then(
    (opened) => {
      far = opened
      if (nearClosed) {
        opened.close()
        return
      }
      opened.onMessage((message) => near.send(message))
      opened.onClose(() => near.close())
      for (const message of waiting.splice(0)) opened.send(message)
    },
    () => near.close(),
  )
}
