import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { Dialog } from '../shell/Dialog.tsx'
import { TextField } from '../shell/TextField.tsx'
import { openRepositoryDialog } from './dialog.ts'
import { FolderBrowser } from './FolderBrowser.tsx'
import { RefusalPanel } from './RefusalPanel.tsx'
import css from './Repositories.module.css'
import { useOpening } from './use-open.ts'

const close = (): void => openRepositoryDialog.setState({ open: false })

/** Opens a repository by typed path, by browsing, or by the system's picker. */
export function OpenRepositoryDialog() {
  const open = useStore(openRepositoryDialog, (state) => state.open)
  const { t } = useTranslation()
  const deck = useDeck()
  const opening = useOpening()
  const [typed, setTyped] = useState('')
  const [folder, setFolder] = useState<string | null>(null)
  const picker = useStore(deck.stores.host, (state) => state.value?.capabilities.nativeFolderPicker ?? false)

  const tryOpen = (path: string): void => {
    if (path.trim() === '') return
    setTyped(path)
    void opening.open(path.trim()).then((opened) => {
      if (opened) close()
    })
  }

  return (
    <Dialog
      open={open}
      onClose={close}
      title={t('repository.openTitle')}
      width={640}
      footer={
        <>
          {picker && (
            <Button
              variant="quiet"
              onClick={() =>
                void opening.pick().then((opened) => {
                  if (opened) close()
                })
              }
            >
              {t('repository.systemPicker')}
            </Button>
          )}
          <Button onClick={close}>{t('repository.cancel')}</Button>
          <Button
            variant="primary"
            disabled={opening.busy || (typed.trim() === '' && folder === null)}
            onClick={() => tryOpen(typed.trim() === '' ? (folder ?? '') : typed)}
          >
            {t('repository.open')}
          </Button>
        </>
      }
    >
      <div className={css.dialog}>
        <TextField
          label={t('repository.path')}
          value={typed}
          onChange={setTyped}
          placeholder={t('repository.pathHint')}
          autoFocus
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.nativeEvent.isComposing) tryOpen(typed)
          }}
        />
        <RefusalPanel opening={opening} onOpened={close} />
        <FolderBrowser
          path={folder}
          onPath={(path) => {
            setFolder(path)
            setTyped(path)
            opening.clear()
          }}
          onOpen={tryOpen}
        />
      </div>
    </Dialog>
  )
}
