import { Copy, FolderGit2, GitCommitHorizontal, RotateCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import css from './Repositories.module.css'
import type { Opening } from './use-open.ts'

/** Why a folder could not be opened, and the next step for it. Nothing is made or committed without a click here. */
export function RefusalPanel({ opening, onOpened }: { opening: Opening; onOpened?: () => void }) {
  const { t } = useTranslation()
  const deck = useDeck()
  const { refusal } = opening
  if (!refusal) return null
  const { path, failure } = refusal
  const after = (work: Promise<boolean>): void => {
    void work.then((opened) => {
      if (opened) onOpened?.()
    })
  }
  const ownerCommand = failure.code === 'unsafe-owner' ? (failure.detail ?? '') : ''
  const listed = failure.code === 'not-a-repository' || failure.code === 'bare-repository'
  const others = listed ? (failure.paths ?? []).slice(0, 20) : []
  const next = others.length > 0 ? `${failure.code}-others` : failure.code
  return (
    <section className={css.refusal} role="alert">
      <p className={css.refusalTitle}>
        {t([`repository.refused.${failure.code}`, `error.${failure.code}`], { defaultValue: failure.message })}
      </p>
      <p className={css.refusalText}>{t(`repository.next.${next}`, { defaultValue: failure.message })}</p>
      {path !== '' && <code className={css.path}>{path}</code>}
      {others.length > 0 && (
        <ul className={css.nested}>
          {others.map((nested) => (
            <li key={nested}>
              <Button
                size="small"
                variant="quiet"
                icon={<FolderGit2 size={16} aria-hidden />}
                onClick={() => after(opening.open(nested))}
              >
                {nested}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className={css.actions}>
        {failure.code === 'not-a-repository' && (
          <Button disabled={opening.busy} onClick={() => after(opening.initialise(path, 'all'))}>
            {t('repository.initAll')}
          </Button>
        )}
        {failure.code === 'no-commit' && (
          <Button
            disabled={opening.busy}
            icon={<GitCommitHorizontal size={16} aria-hidden />}
            onClick={() => after(opening.initialise(path, 'all'))}
          >
            {t('repository.commitAll')}
          </Button>
        )}
        {(failure.code === 'not-a-repository' || failure.code === 'no-commit') && (
          <Button variant="quiet" disabled={opening.busy} onClick={() => after(opening.initialise(path, 'empty'))}>
            {t('repository.commitEmpty')}
          </Button>
        )}
        {ownerCommand !== '' && (
          <Button
            icon={<Copy size={16} aria-hidden />}
            onClick={() =>
              void navigator.clipboard.writeText(ownerCommand).then(
                () => deck.notify({ kind: 'done', text: t('repository.commandCopied') }),
                () => deck.notify({ kind: 'failed', text: ownerCommand }),
              )
            }
          >
            {t('repository.copyOwnerCommand')}
          </Button>
        )}
        {path !== '' && (
          <Button
            variant="quiet"
            disabled={opening.busy}
            icon={<RotateCw size={16} aria-hidden />}
            onClick={() => after(opening.open(path))}
          >
            {t('repository.tryAgain')}
          </Button>
        )}
      </div>
      {ownerCommand !== '' && <code className={css.path}>{ownerCommand}</code>}
      {failure.detail && ownerCommand === '' && (
        <details className={css.detail}>
          <summary>{t('repository.whatGitSaid')}</summary>
          <pre>{failure.detail}</pre>
        </details>
      )}
    </section>
  )
}
