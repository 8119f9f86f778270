import { Check, CircleCheck, GitMerge, MoreHorizontal, TriangleAlert } from 'lucide-react'
import type { Session } from '@contract/session.ts'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { IconButton } from '../shell/IconButton.tsx'
import { Menu, type MenuItem } from '../shell/Menu.tsx'
import { RelativeTime } from '../shell/RelativeTime.tsx'
import { shortRef } from '../shell/format.ts'
import { useCommandKeys } from '../shell/use-command-keys.ts'
import type { Decision } from './deciding.ts'
import styles from './VerdictBar.module.css'

/** Most paths that a refusal names one by one. */
const namedPaths = 4

/** Where the session stands, and the one thing to do about it. */
export function VerdictBar({ session, decision }: { session: Session; decision: Decision }) {
  const { t, i18n } = useTranslation()
  const deck = useDeck()
  const approveKeys = useCommandKeys('review.approve')
  const landKeys = useCommandKeys('review.land')
  const { verdict, files, busy, refusal, conflicts, leftOut } = decision
  const shown = files.toLocaleString(i18n.language)
  const base = shortRef(session.base)
  const menu: MenuItem[] = [
    ...(verdict.kind === 'approved' || verdict.kind === 'stale'
      ? [{ label: t('review.withdraw'), run: decision.withdraw }, 'separator' as const]
      : []),
    { label: t('review.discard'), danger: true, run: () => deck.run('session.discard', session.id) },
  ]
  return (
    <footer className={styles['footer']}>
      <div className={styles['over']}>
        {refusal?.kind === 'changed' ? (
          <div className={styles['refusal']} role="alert">
            <TriangleAlert size={16} aria-hidden />
            <div>
              <strong>{t('review.refused-changed')}</strong>
              <PathNames paths={refusal.paths} />
            </div>
            <Button size="small" onClick={decision.lookAgain}>
              {t('review.look-again')}
            </Button>
          </div>
        ) : null}
        {refusal?.kind === 'failed' ? (
          <div className={styles['refusal']} role="alert">
            <TriangleAlert size={16} aria-hidden />
            <div>
              <strong>{t('review.refused')}</strong>
              <span>{refusal.failure.message}</span>
            </div>
          </div>
        ) : null}
      </div>
      <div className={styles['line']}>
        <span className={styles['state']} data-kind={verdict.kind}>
          {verdict.kind === 'approved' ? (
            <>
              <CircleCheck size={16} aria-hidden />
              {t('review.approved')} <RelativeTime at={verdict.at} />
            </>
          ) : null}
          {verdict.kind === 'stale' ? (
            <>
              <TriangleAlert size={16} aria-hidden />
              {t('review.stale')}
            </>
          ) : null}
          {verdict.kind === 'landed' ? (
            <>
              <GitMerge size={16} aria-hidden />
              <span>
                {t('review.landed', { base: shortRef(verdict.base), commit: verdict.commit.slice(0, 10) })}{' '}
                <RelativeTime at={verdict.at} />
              </span>
            </>
          ) : null}
          {verdict.kind === 'nothing' ? t('review.nothing-to-approve') : null}
          {verdict.kind === 'open' && conflicts === 0 && leftOut > 0 ? t('review.left-out', { count: leftOut }) : null}
          {verdict.kind === 'open' && conflicts > 0 ? (
            <>
              <TriangleAlert size={16} aria-hidden />
              {t('review.unmerged', { count: conflicts })}
            </>
          ) : null}
        </span>
        <span className={styles['acts']}>
          <Menu
            align="end"
            trigger={<IconButton label={t('review.more')} icon={<MoreHorizontal size={16} />} />}
            items={menu}
          />
          {verdict.kind === 'approved' ? (
            <Button
              variant="primary"
              icon={<GitMerge size={16} />}
              title={landKeys}
              onClick={decision.land}
              data-testid="land"
            >
              {t('review.land', { base })}
            </Button>
          ) : verdict.kind === 'landed' ? (
            <Button onClick={() => deck.run('review.land', session.id)}>{t('review.finish')}</Button>
          ) : verdict.kind === 'nothing' ? null : (
            <>
              {verdict.kind === 'stale' ? (
                <Button disabled icon={<GitMerge size={16} />}>
                  {t('review.land', { base })}
                </Button>
              ) : null}
              <Button
                variant="primary"
                icon={<Check size={16} />}
                disabled={busy || verdict.kind === 'waiting' || conflicts > 0}
                title={approveKeys}
                onClick={decision.approve}
                data-testid="approve"
              >
                {t(busy ? 'review.approving' : verdict.kind === 'stale' ? 'review.approve-again' : 'review.approve', {
                  count: files,
                  shown,
                })}
              </Button>
            </>
          )}
        </span>
      </div>
    </footer>
  )
}

function PathNames({ paths }: { paths: readonly string[] }) {
  const { t } = useTranslation()
  if (paths.length === 0) return null
  return (
    <ul className={styles['paths']}>
      {paths.slice(0, namedPaths).map((path) => (
        <li key={path}>
          <bdi>{path}</bdi>
        </li>
      ))}
      {paths.length > namedPaths ? <li>{t('review.and-more', { count: paths.length - namedPaths })}</li> : null}
    </ul>
  )
}
