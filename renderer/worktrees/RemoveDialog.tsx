import type { RepositoryId } from '@contract/ids.ts'
import type { Failure } from '@contract/result.ts'
import { lossCodes, type LossCode, type Obstacle, type Worktree } from '@contract/worktree.ts'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { Checkbox } from '../shell/Checkbox.tsx'
import { Dialog } from '../shell/Dialog.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import { worktreeName } from './sort.ts'
import css from './Worktrees.module.css'

interface Props {
  repository: RepositoryId
  worktree: Worktree | null
  onClose(): void
}

const isLoss = (code: Obstacle['code']): code is LossCode => (lossCodes as readonly string[]).includes(code)

/** Says exactly what a removal would take with it; each kind has to be agreed to by name. It all goes to the trash. */
export function RemoveDialog({ repository, worktree, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog
      open={worktree !== null}
      onClose={onClose}
      title={worktree ? t('worktree.removeTitle', { name: worktreeName(worktree) }) : ''}
      width={560}
    >
      {worktree && <Body key={worktree.path} repository={repository} worktree={worktree} onClose={onClose} />}
    </Dialog>
  )
}

function Body({ repository, worktree, onClose }: { repository: RepositoryId; worktree: Worktree; onClose(): void }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const days = useStore(deck.stores.settings, (state) => state.value?.trashDays ?? 14)
  const [obstacles, setObstacles] = useState<Obstacle[] | null>(null)
  const [agreed, setAgreed] = useState<ReadonlySet<LossCode>>(new Set())
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [round, setRound] = useState(0)

  useEffect(() => {
    let current = true
    void deck.client.call('worktree.inspect', { repository, path: worktree.path }).then((result) => {
      if (!current) return
      if (result.ok) setObstacles(result.value.obstacles)
      else setFailure(result.error)
    })
    return () => {
      current = false
    }
  }, [deck, repository, worktree.path, round])

  const blocked = obstacles?.some((obstacle) => !isLoss(obstacle.code)) ?? true
  const unagreed = obstacles?.some((obstacle) => isLoss(obstacle.code) && !agreed.has(obstacle.code)) ?? true

  const remove = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    const result = await deck.client.call('worktree.remove', { repository, path: worktree.path, mayLose: [...agreed] })
    setBusy(false)
    if (!result.ok) {
      setFailure(result.error)
      setRound((before) => before + 1)
      return
    }
    const { trash } = result.value
    deck.notify({
      kind: 'done',
      text: t('worktree.removed', { name: worktreeName(worktree), days }),
      action: {
        label: t('worktree.undo'),
        run: () =>
          void deck.client.call('worktree.bringBack', { id: trash.id }).then((back) => {
            if (!back.ok) deck.notify({ kind: 'failed', text: back.error.message, detail: back.error.detail })
          }),
      },
    })
    onClose()
  }

  return (
    <div className={css.removal}>
      <p className={css.lead}>{t('worktree.removeText', { days })}</p>
      <code className={css.removalPath}>{worktree.path}</code>
      {obstacles === null && !failure && <Spinner label={t('worktree.inspecting')} />}
      {obstacles?.length === 0 && <p className={css.lead}>{t('worktree.nothingLost')}</p>}
      {obstacles?.map((obstacle) => (
        <section key={obstacle.code} className={css.obstacle}>
          <h3>{t(`worktree.obstacle.${obstacle.code}`, { count: obstacle.count })}</h3>
          <p>{obstacle.message}</p>
          {obstacle.items.length > 0 && (
            <ul>
              {obstacle.items.map((item) => (
                <li key={item}>{item}</li>
              ))}
              {obstacle.count > obstacle.items.length && (
                <li>{t('newSession.andMore', { count: obstacle.count - obstacle.items.length })}</li>
              )}
            </ul>
          )}
          {isLoss(obstacle.code) ? (
            <Checkbox
              checked={agreed.has(obstacle.code)}
              onChange={(checked) => {
                const next = new Set(agreed)
                if (checked) next.add(obstacle.code as LossCode)
                else next.delete(obstacle.code as LossCode)
                setAgreed(next)
              }}
              label={t(`worktree.agree.${obstacle.code}`)}
            />
          ) : (
            <p className={css.fix}>{t(`worktree.fix.${obstacle.code}`)}</p>
          )}
        </section>
      ))}
      {failure && (
        <p className={css.problem} role="alert">
          {t(`error.${failure.code}`, { defaultValue: failure.message })} {failure.message}
          {failure.paths && failure.paths.length > 0 && <code>{failure.paths.slice(0, 20).join('\n')}</code>}
        </p>
      )}
      <footer className={css.removalFooter}>
        <Button onClick={onClose}>{t('worktree.keep')}</Button>
        {blocked && obstacles !== null && (
          <Button variant="quiet" onClick={() => setRound((before) => before + 1)}>
            {t('worktree.lookAgain')}
          </Button>
        )}
        <Button variant="danger" disabled={busy || blocked || unagreed} onClick={() => void remove()}>
          {busy ? t('worktree.removing') : t('worktree.moveToTrash')}
        </Button>
      </footer>
    </div>
  )
}
