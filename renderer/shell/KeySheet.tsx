import { useTranslation } from 'react-i18next'
import { Dialog } from './Dialog.tsx'
import { KeyTable } from './KeyTable.tsx'
import { closeOverlay } from './overlays.ts'

/** The sheet behind `?`. */
export function KeySheet() {
  const { t } = useTranslation()
  return (
    <Dialog open onClose={closeOverlay} title={t('shell.keys')} width={820}>
      <p>{t('shell.keysWhat')}</p>
      <KeyTable />
    </Dialog>
  )
}
