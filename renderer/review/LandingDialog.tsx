import type { LandingPreview } from '@contract/landing.ts'
import type { Failure } from '@contract/result.ts'
import type { Landed, LandMethod, Session } from '@contract/session.ts'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { Dialog } from '../shell/Dialog.tsx'
import { EmptyState } from '../shell/EmptyState.tsx'
import { shortRef } from '../shell/format.ts'
import { Spinner } from '../shell/Spinner.tsx'
import { AfterLanding } from './AfterLanding.tsx'
import { chooseMethod, conflictPrompt, findHindrance, needsMessage } from './landing.ts'
import { LandingForm } from './LandingForm.tsx'
import { LandingProblem } from './LandingProblem.tsx'
import styles from './LandingDialog.module.css'

const saveDraftAfterMs = 400

/** From approval to base: what will happen in plain words, the message, what stands in the way, and what comes after. */
export function LandingDialog({ session, onClose }: { session: Session; onClose(): void }) {
  const { t } = useTranslation()
  const { client, notify } = useDeck()
  const [preview, setPreview] = useState<LandingPreview | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [wanted, setWanted] = useState<LandMethod | null>(null)
  const [round, setRound] = useState(0)
  const [busy, setBusy] = useState(false)
  const [landed, setLanded] = useState<Landed | null>(null)
  const draft = useDraft(session.id)
  const base = shortRef(session.base)

  useEffect(() => {
    let alive = true
    void client.call('landing.preview', { session: session.id }).then((result) => {
      if (!alive) return
      if (result.ok) setPreview(result.value)
      else setFailure(result.error)
    })
    return () => {
      alive = false
    }
  }, [client, session.id, round])

  const look = (): void => {
    setFailure(null)
    setPreview(null)
    setRound(round + 1)
  }

  const method = preview ? chooseMethod(preview, wanted) : null
  const message = draft.text ?? preview?.message ?? ''
  const hindrance = preview ? findHindrance(preview) : null

  const land = async (): Promise<void> => {
    if (!preview || !method) return
    setBusy(true)
    setFailure(null)
    const result = await client.call('landing.land', {
      session: session.id,
      method,
      ...(needsMessage(preview, method) ? { message } : {}),
    })
    setBusy(false)
    if (result.ok) {
      setLanded(result.value)
      draft.forget()
    } else setFailure(result.error)
  }

  const askAgent = async (paths: readonly string[]): Promise<void> => {
    const result = await client.call('session.send', { session: session.id, text: conflictPrompt(base, paths) })
    if (!result.ok) notify({ kind: 'failed', text: t('landing.ask-failed'), detail: result.error.message })
    else {
      notify({ kind: 'done', text: t('landing.asked') })
      onClose()
    }
  }

  // Landed already, and nothing new since: what is left is to decide what becomes of the session.
  const nothingNew =
    session.landed?.tree === session.tree || hindrance === 'nothing' || failure?.code === 'nothing-to-land'
  const done = landed ?? (nothingNew ? session.landed : null)
  if (done)
    return (
      <Dialog open onClose={onClose} title={t('landing.done', { base: shortRef(done.base) })} width={560}>
        <AfterLanding session={session} landed={done} onClose={onClose} />
      </Dialog>
    )

  const messageMissing = preview !== null && needsMessage(preview, method) && message.trim() === ''
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('landing.title', { title: session.title })}
      width={640}
      footer={
        <>
          <Button onClick={onClose}>{t('landing.cancel')}</Button>
          {failure && !preview ? (
            <Button variant="primary" onClick={look}>
              {t('landing.look-again')}
            </Button>
          ) : (
            <Button
              variant="primary"
              disabled={busy || method === null || hindrance !== null || messageMissing}
              onClick={() => void land()}
              data-testid="land-now"
            >
              {t(busy ? 'landing.landing' : 'landing.land', { base })}
            </Button>
          )}
        </>
      }
    >
      <div className={styles['content']}>
        {failure ? (
          <LandingProblem failure={failure} base={base} onAsk={(paths) => void askAgent(paths)} onAgain={look} />
        ) : null}
        {preview ? (
          <LandingForm
            session={session}
            preview={preview}
            hindrance={hindrance}
            method={method}
            onMethod={setWanted}
            message={message}
            onMessage={draft.write}
            busy={busy}
            onAsk={(paths) => void askAgent(paths)}
            onAgain={look}
          />
        ) : failure ? null : (
          <EmptyState title={t('landing.looking')} text={<Spinner label={t('landing.looking-text', { base })} />} />
        )}
      </div>
    </Dialog>
  )
}

/** The commit message as the person left it; null until they change it. Kept by the backend, so that no failure eats it. */
function useDraft(session: string): { text: string | null; write(text: string): void; forget(): void } {
  const { client } = useDeck()
  const key = `landing.${session}`
  const [text, setText] = useState<string | null>(null)
  const touched = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const pending = useRef<string | null>(null)

  const save = useCallback(() => {
    if (timer.current !== null) clearTimeout(timer.current)
    timer.current = null
    if (pending.current === null) return
    void client.call('view.save', { key, json: JSON.stringify(pending.current) })
    pending.current = null
  }, [client, key])

  useEffect(() => {
    let alive = true
    void client.call('view.load', { key }).then((result) => {
      if (!alive || touched.current || !result.ok || result.value.json === null) return
      const kept: unknown = JSON.parse(result.value.json)
      if (typeof kept === 'string' && kept.trim() !== '') setText(kept)
    })
    return () => {
      alive = false
      save()
    }
  }, [client, key, save])

  return {
    text,
    write: (next) => {
      touched.current = true
      setText(next)
      pending.current = next
      timer.current ??= setTimeout(save, saveDraftAfterMs)
    },
    forget: () => {
      pending.current = null
      if (timer.current !== null) clearTimeout(timer.current)
      timer.current = null
      void client.call('view.save', { key, json: null })
    },
  }
}
