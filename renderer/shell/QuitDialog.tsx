import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { isRunning } from '../sessions/grouping.ts'
import { Button } from './Button.tsx'
import { Checkbox } from './Checkbox.tsx'
import { quit } from './commands.ts'
import { Dialog } from './Dialog.tsx'
import { closeOverlay } from './overlays.ts'
import styles from './Dialog.module.css'

/** Asks whether agents go on or stop when the program ends. */
export function QuitDialog() {
  const deck = useDeck()
  const { t } = useTranslation()
  const [remember, setRemember] = useState(false)
  const [busy, setBusy] = useState(false)
  const running = useStore(
    deck.stores.sessions,
    (state) => Object.values(state.value?.byId ?? {}).filter(isRunning).length,
  )
  const end = async (agents: 'keep' | 'stop'): Promise<void> => {
    setBusy(true)
    if (remember) await deck.client.call('settings.change', { onQuit: agents })
    await quit(deck, agents)
    setBusy(false)
  }
  return (
    <Dialog
      open
      onClose={closeOverlay}
      title={t('shell.quitTitle')}
      footer={
        <>
          <Button onClick={closeOverlay}>{t('shell.cancel')}</Button>
          {running > 0 ? (
            <Button variant="danger" disabled={busy} onClick={() => void end('stop')}>
              {t('shell.quitStop')}
            </Button>
          ) : null}
          <Button variant="primary" disabled={busy} onClick={() => void end('keep')}>
            {t(running > 0 ? 'shell.quitKeep' : 'shell.quit')}
          </Button>
        </>
      }
    >
      <p className={styles['text']}>{t('shell.quitRunning', { count: running })}</p>
      {running > 0 ? (
        <>
          <p className={styles['text']}>{t('shell.quitWhat')}</p>
          <Checkbox checked={remember} onChange={setRemember} label={t('shell.quitRemember')} />
        </>
      ) : null}
    </Dialog>
  )
}
