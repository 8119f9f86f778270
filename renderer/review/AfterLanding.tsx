import type { Landed, Session } from '@contract/session.ts'
import { Archive, CircleCheck, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { shortRef } from '../shell/format.ts'
import { Spinner } from '../shell/Spinner.tsx'
import { archiveSession, discardSession } from './finishing.ts'
import styles from './LandingDialog.module.css'

/** The work is in the base: what becomes of session and worktree. */
export function AfterLanding({ session, landed, onClose }: { session: Session; landed: Landed; onClose(): void }) {
  const { t } = useTranslation()
  const deck = useDeck()
  const days = useStore(deck.stores.settings, (state) => state.value?.trashDays ?? 14)
  const [busy, setBusy] = useState<'discard' | 'archive' | null>(null)
  const finish = async (what: 'discard' | 'archive'): Promise<void> => {
    setBusy(what)
    const passed = what === 'discard' ? await discardSession(deck, session, t) : await archiveSession(deck, session, t)
    setBusy(null)
    if (passed) onClose()
  }
  const own = session.place === 'own'
  return (
    <div className={styles['content']}>
      <p className={styles['landed']} data-testid="landed">
        <CircleCheck size={16} aria-hidden />
        <span>
          {t(`landing.landed-${landed.method}`, { base: shortRef(landed.base) })} <code>{landed.commit}</code>
        </span>
      </p>
      <p className={styles['then']}>{t('landing.then')}</p>
      <div className={styles['choices']}>
        {own ? (
          <Button icon={<Trash2 size={16} />} disabled={busy !== null} onClick={() => void finish('discard')}>
            {t('landing.discard')}
          </Button>
        ) : null}
        <span className={styles['does']}>{own ? t('landing.discard-text', { count: days }) : null}</span>
        <Button icon={<Archive size={16} />} disabled={busy !== null} onClick={() => void finish('archive')}>
          {t('landing.archive')}
        </Button>
        <span className={styles['does']}>{t('landing.archive-text')}</span>
        <Button disabled={busy !== null} onClick={onClose}>
          {t('landing.keep')}
        </Button>
        <span className={styles['does']}>{t('landing.keep-text')}</span>
      </div>
      {busy ? <Spinner label={t(busy === 'discard' ? 'landing.discarding' : 'landing.archiving')} /> : null}
    </div>
  )
}
