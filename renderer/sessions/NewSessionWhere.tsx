import type { Branch, Checkout, Repository } from '@contract/repository.ts'
import type { Worktree } from '@contract/worktree.ts'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeck } from '../deck.ts'
import { LabelledSelect } from './LabelledSelect.tsx'
import { TextField } from '../shell/TextField.tsx'
import type { SessionDraft } from './new-session.ts'
import css from './NewSession.module.css'
import { Picker } from './Picker.tsx'

interface Props {
  repository: Repository
  draft: SessionDraft
  change(part: Partial<SessionDraft>): void
  proposedBranch: string
}

/** Where the session works: a new worktree by default; branch, base, and what becomes of uncommitted changes. */
export function NewSessionWhere({ repository, draft, change, proposedBranch }: Props) {
  const deck = useDeck()
  const { t } = useTranslation()
  const [branches, setBranches] = useState<Branch[]>([])
  const [worktrees, setWorktrees] = useState<Worktree[]>([])
  const [checkout, setCheckout] = useState<Checkout | null>(null)
  const kind = draft.place.kind

  useEffect(() => {
    let current = true
    void deck.client.call('repository.branches', { repository: repository.id }).then((result) => {
      if (current && result.ok) setBranches(result.value.branches)
    })
    void deck.client.call('repository.checkout', { repository: repository.id }).then((result) => {
      if (current && result.ok) setCheckout(result.value)
    })
    return () => {
      current = false
    }
  }, [deck, repository.id])

  useEffect(() => {
    if (kind !== 'existing-worktree') return undefined
    const handle = deck.client.open(
      'worktree.list',
      { repository: repository.id },
      { event: (event) => setWorktrees(event.worktrees.filter((worktree) => !worktree.missing)) },
    )
    return () => handle.close()
  }, [deck, repository.id, kind])

  const dirty = checkout ? checkout.changedCount + checkout.untrackedCount : 0
  const branchPicks = branches.map((branch) => ({
    value: branch.ref,
    label: branch.name,
    detail: branch.worktree ? t('newSession.checkedOut') : branch.remote ? t('newSession.remote') : undefined,
  }))

  return (
    <div className={css.where}>
      <div className={css.columns}>
        <LabelledSelect
          label={t('newSession.place')}
          value={kind}
          onChange={(next) => {
            if (next === 'existing-branch') change({ place: { kind: 'existing-branch', ref: 'refs/' } })
            else if (next === 'existing-worktree') change({ place: { kind: 'existing-worktree', path: '' } })
            else change({ place: next === 'in-place' ? { kind: 'in-place' } : { kind: 'new-worktree' } })
          }}
          options={[
            { value: 'new-worktree', label: t('newSession.newWorktree'), detail: t('newSession.newWorktreeText') },
            {
              value: 'existing-branch',
              label: t('newSession.existingBranch'),
              detail: t('newSession.existingBranchText'),
            },
            {
              value: 'existing-worktree',
              label: t('newSession.existingWorktree'),
              detail: t('newSession.existingWorktreeText'),
            },
            { value: 'in-place', label: t('newSession.inPlace'), detail: t('newSession.inPlaceText') },
          ]}
        />
        <div className={css.field}>
          {draft.place.kind === 'existing-branch' ? (
            <Picker
              label={t('newSession.branch')}
              picks={branchPicks}
              value={draft.place.ref}
              onChange={(ref) => change({ place: { kind: 'existing-branch', ref } })}
            />
          ) : draft.place.kind === 'existing-worktree' ? (
            <Picker
              label={t('newSession.worktree')}
              picks={worktrees.map((worktree) => ({
                value: worktree.path,
                label:
                  worktree.branch?.replace(/^refs\/heads\//, '') ?? worktree.path.split('/').at(-1) ?? worktree.path,
                detail: worktree.path,
              }))}
              value={draft.place.path}
              onChange={(path) => change({ place: { kind: 'existing-worktree', path } })}
            />
          ) : (
            <Picker
              label={t('newSession.base')}
              picks={branchPicks}
              value={draft.base === '' ? repository.base : draft.base}
              onChange={(base) => change({ base })}
            />
          )}
        </div>
      </div>
      {kind === 'new-worktree' && (
        <TextField
          label={t('newSession.branchName')}
          value={draft.branch}
          onChange={(branch) => change({ branch })}
          placeholder={proposedBranch}
          spellCheck={false}
        />
      )}
      {kind === 'in-place' && <p className={css.note}>{t('newSession.inPlaceNote')}</p>}
      {kind === 'new-worktree' && checkout && dirty > 0 && (
        <fieldset className={css.changes}>
          <legend className={css.label}>{t('newSession.uncommitted', { count: dirty })}</legend>
          {(['leave', 'carry'] as const).map((choice) => (
            <label key={choice} className={css.choice}>
              <input
                type="radio"
                name="changes"
                checked={draft.changes === choice}
                onChange={() => change({ changes: choice })}
              />
              <span>
                {t(`newSession.${choice}`)}
                <small>{t(`newSession.${choice}Text`)}</small>
              </span>
            </label>
          ))}
          <details className={css.files}>
            <summary>{t('newSession.whichFiles')}</summary>
            <ul>
              {[...checkout.changed, ...checkout.untracked].slice(0, 100).map((path) => (
                <li key={path}>{path}</li>
              ))}
              {dirty > 100 && <li>{t('newSession.andMore', { count: dirty - 100 })}</li>}
            </ul>
          </details>
        </fieldset>
      )}
      {checkout?.operation && kind === 'in-place' && (
        <p className={css.note}>{t('newSession.operation', { operation: checkout.operation })}</p>
      )}
    </div>
  )
}
