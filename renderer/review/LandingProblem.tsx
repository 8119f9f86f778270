import type { Failure } from '@contract/result.ts'
import { useTranslation } from 'react-i18next'
import { Button } from '../shell/Button.tsx'
import styles from './LandingDialog.module.css'

const shownPaths = 50

/** Failures that the dialog has its own words for. */
const explained = new Set([
  'not-approved',
  'tree-changed',
  'nothing-to-land',
  'conflicts',
  'not-fast-forward',
  'base-dirty',
  'in-use',
  'operation-in-progress',
  'hook-failed',
  'git-locked',
  'disk-full',
])

/** Why landing did not pass, what that means for the base, and what to do now. */
export function LandingProblem({
  failure,
  base,
  onAsk,
  onAgain,
}: {
  failure: Failure
  base: string
  onAsk(paths: readonly string[]): void
  onAgain(): void
}) {
  const { t } = useTranslation()
  const known = explained.has(failure.code)
  return (
    <div className={styles['problem']} role="alert">
      <strong>{t(known ? `landing.failed-${failure.code}` : 'landing.failed', { base })}</strong>
      {known ? <p>{t(`landing.failed-${failure.code}-text`, { base })}</p> : <p>{failure.message}</p>}
      {failure.paths && failure.paths.length > 0 ? <PathList paths={failure.paths} /> : null}
      {failure.detail ? <pre className={styles['output']}>{failure.detail}</pre> : null}
      <div className={styles['answers']}>
        {failure.code === 'conflicts' ? (
          <Button size="small" onClick={() => onAsk(failure.paths ?? [])}>
            {t('landing.ask-agent')}
          </Button>
        ) : null}
        <Button size="small" onClick={onAgain}>
          {t('landing.look-again')}
        </Button>
      </div>
    </div>
  )
}

/** Paths as plain text, the first fifty of them. */
export function PathList({ paths }: { paths: readonly string[] }) {
  const { t } = useTranslation()
  return (
    <ul className={styles['paths']}>
      {paths.slice(0, shownPaths).map((path) => (
        <li key={path}>
          <bdi>{path}</bdi>
        </li>
      ))}
      {paths.length > shownPaths ? <li>{t('landing.and-more', { count: paths.length - shownPaths })}</li> : null}
    </ul>
  )
}
