import type { FolderListing } from '@contract/repository.ts'
import type { Failure } from '@contract/result.ts'
import { ChevronUp, Folder, FolderGit2, House } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'
import { Checkbox } from '../shell/Checkbox.tsx'
import { IconButton } from '../shell/IconButton.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import css from './Repositories.module.css'

/** Folders of the backend's machine, for hosts without a picker of their own. Enter goes in; the typed path follows. */
export function FolderBrowser({
  path,
  onPath,
  onOpen,
}: {
  path: string | null
  onPath(path: string): void
  onOpen(path: string): void
}) {
  const deck = useDeck()
  const { t } = useTranslation()
  const [hidden, setHidden] = useState(false)
  const [listing, setListing] = useState<FolderListing | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [late, setLate] = useState(false)
  const list = useRef<HTMLUListElement>(null)
  const asked = useRef(0)

  useEffect(() => {
    const mine = ++asked.current
    const timer = setTimeout(() => setLate(true), 300)
    void deck.client.call('host.browse', { path, hidden }).then((result) => {
      clearTimeout(timer)
      if (mine !== asked.current) return
      setLate(false)
      if (result.ok) {
        setListing(result.value)
        setFailure(null)
      } else setFailure(result.error)
    })
    return () => clearTimeout(timer)
  }, [deck, path, hidden])

  const move = (from: HTMLElement, by: number): void => {
    const rows = [...(list.current?.querySelectorAll<HTMLButtonElement>('button') ?? [])]
    rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(from as HTMLButtonElement) + by))]?.focus()
  }

  return (
    <div className={css.browser}>
      <div className={css.browserBar}>
        <IconButton
          label={t('repository.home')}
          icon={<House size={16} />}
          onClick={() => listing && onPath(listing.home)}
        />
        <IconButton
          label={t('repository.up')}
          icon={<ChevronUp size={16} />}
          disabled={!listing?.parent}
          onClick={() => listing?.parent && onPath(listing.parent)}
        />
        <code className={css.path}>{listing?.path ?? path ?? ''}</code>
        <Checkbox checked={hidden} onChange={setHidden} label={t('repository.hidden')} />
      </div>
      {failure ? (
        <p className={css.browserEmpty} role="alert">
          {t(`error.${failure.code}`, { defaultValue: failure.message })}
        </p>
      ) : (
        <ul ref={list} className={css.browserList} aria-label={t('repository.folders')}>
          {listing?.entries.map((entry) => (
            <li key={entry.path}>
              <button
                type="button"
                className={css.browserRow}
                onClick={() => (entry.isRepository ? onOpen(entry.path) : onPath(entry.path))}
                onKeyDown={(event) => {
                  if (event.key === 'ArrowDown') move(event.currentTarget, 1)
                  else if (event.key === 'ArrowUp') move(event.currentTarget, -1)
                  else if (event.key === 'ArrowRight') onPath(entry.path)
                  else if (event.key === 'ArrowLeft' && listing.parent) onPath(listing.parent)
                  else return
                  event.preventDefault()
                }}
              >
                {entry.isRepository ? (
                  <FolderGit2 size={16} className={css.repositoryIcon} aria-hidden />
                ) : (
                  <Folder size={16} aria-hidden />
                )}
                <span className={css.browserName}>{entry.name}</span>
                {entry.isRepository && <span className={css.tag}>{t('repository.isRepository')}</span>}
              </button>
            </li>
          ))}
          {listing?.entries.length === 0 && <li className={css.browserEmpty}>{t('repository.noFolders')}</li>}
          {listing?.truncated && <li className={css.browserEmpty}>{t('repository.truncated')}</li>}
        </ul>
      )}
      {late && (
        <div className={css.browserLate}>
          <Spinner label={t('repository.reading')} />
        </div>
      )}
    </div>
  )
}
