import type { LandingPreview } from '@contract/landing.ts'
import type { LandMethod, Session } from '@contract/session.ts'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { shortRef } from '../shell/format.ts'
import { Spinner } from '../shell/Spinner.tsx'
import { needsMessage, type Hindrance } from './landing.ts'
import { PathList } from './LandingProblem.tsx'
import { Button } from '../shell/Button.tsx'
import styles from './LandingDialog.module.css'

/** Where the work is, which ways lead to the base and what each does, and the commit message. */
export function LandingForm({
  session,
  preview,
  hindrance,
  method,
  onMethod,
  message,
  onMessage,
  busy,
  onAsk,
  onAgain,
}: {
  session: Session
  preview: LandingPreview
  hindrance: Hindrance
  method: LandMethod | null
  onMethod(method: LandMethod): void
  message: string
  onMessage(message: string): void
  busy: boolean
  onAsk(paths: readonly string[]): void
  onAgain(): void
}) {
  const { t } = useTranslation()
  const group = useId()
  const field = useId()
  const base = shortRef(preview.base)
  const branch = preview.branch === null ? preview.head.slice(0, 10) : shortRef(preview.branch)
  const values = { base, branch }
  const committed = preview.committed
    ? 'landing.committed'
    : preview.ahead > 0
      ? 'landing.uncommitted'
      : 'landing.none-committed'
  return (
    <>
      <ul className={styles['where']}>
        <li>{t('landing.where', { path: session.worktree, ...values })}</li>
        <li>{t(committed, values)}</li>
        <li>
          {preview.ahead > 0 ? `${t('landing.ahead', { count: preview.ahead, ...values })} ` : null}
          {preview.behind > 0
            ? t('landing.behind', { count: preview.behind, ...values })
            : t('landing.base-same', values)}
        </li>
        <li>
          {preview.baseWorktree === null
            ? t('landing.base-nowhere', values)
            : t('landing.base-at', { path: preview.baseWorktree, ...values })}
        </li>
      </ul>
      {hindrance === 'conflicts' ? (
        <div className={styles['problem']} role="alert">
          <strong>{t('landing.conflicts', { count: preview.conflicts.length, ...values })}</strong>
          <PathList paths={preview.conflicts.map((entry) => `${entry.path} (${conflictName(entry.kind)})`)} />
          <p>{t('landing.conflicts-text', values)}</p>
          <div className={styles['answers']}>
            <Button
              size="small"
              disabled={session.pid === null}
              onClick={() => onAsk(preview.conflicts.map((entry) => entry.path))}
            >
              {t('landing.ask-agent')}
            </Button>
            <Button size="small" onClick={onAgain}>
              {t('landing.look-again')}
            </Button>
          </div>
        </div>
      ) : null}
      {hindrance === 'base-dirty' ? (
        <div className={styles['problem']} role="alert">
          <strong>{t('landing.dirty', { count: preview.baseDirty.length, ...values })}</strong>
          <PathList paths={preview.baseDirty} />
          <p>{t('landing.dirty-text', { path: preview.baseWorktree ?? '', ...values })}</p>
          <div className={styles['answers']}>
            <Button size="small" onClick={onAgain}>
              {t('landing.look-again')}
            </Button>
          </div>
        </div>
      ) : null}
      {hindrance === 'nothing' ? <p className={styles['problem']}>{t('landing.nothing', values)}</p> : null}

      {hindrance === null ? (
        <div className={styles['how']}>
          <span id={`${group}-how`}>{t('landing.how')}</span>
          <div className={styles['methods']} role="radiogroup" aria-labelledby={`${group}-how`}>
            {preview.methods.map((entry) => (
              <label key={entry.method} className={styles['method']} data-off={!entry.possible || undefined}>
                <input
                  type="radio"
                  name={group}
                  value={entry.method}
                  checked={entry.method === method}
                  disabled={busy || !entry.possible}
                  onChange={() => onMethod(entry.method)}
                />
                <span>
                  <strong>{t(`landing.method-${entry.method}`)}</strong>
                  <span className={styles['does']}>
                    {t(
                      preview.committed ? `landing.does-${entry.method}` : `landing.does-${entry.method}-dirty`,
                      values,
                    )}
                  </span>
                  {entry.possible ? null : <span className={styles['why']}>{whyNot(entry.method, entry.why)}</span>}
                </span>
              </label>
            ))}
          </div>
        </div>
      ) : null}

      {needsMessage(preview, method) ? (
        <div className={styles['message']}>
          <label htmlFor={field}>{t('landing.message')}</label>
          <textarea
            id={field}
            value={message}
            rows={6}
            spellCheck
            disabled={busy}
            onChange={(event) => onMessage(event.target.value)}
          />
        </div>
      ) : null}
      {busy ? <Spinner label={t('landing.working', values)} /> : null}
    </>
  )

  function conflictName(kind: string): string {
    return t(`landing.conflict-${kind}`, { defaultValue: kind })
  }

  function whyNot(what: LandMethod, why: string | null): string {
    if (what === 'ff' && preview.behind > 0) return t('landing.why-ff', { count: preview.behind, ...values })
    return why ?? t('landing.why-unknown')
  }
}
