import type { ChangedFile } from '@contract/diff.ts'
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import type { Reading } from '../review/reading.ts'
import { useReview } from '../review/review-state.ts'
import { Button } from '../shell/Button.tsx'
import { EmptyState } from '../shell/EmptyState.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import styles from './DiffFile.module.css'
import { listFacts } from './file-facts.ts'
import { FileFacts } from './FileFacts.tsx'
import { FileHeader } from './FileHeader.tsx'
import { ImageDiff } from './ImageDiff.tsx'
import { OtherDiff } from './OtherDiff.tsx'
import { TextDiff, type TextHandle } from './TextDiff.tsx'
import { useFileDiff, type LoadedFile } from './use-file-diff.ts'

export type DiffHandle = TextHandle

/** The open file of a reading: header, what is special about it, contents. */
export function DiffFile({
  reading,
  worktree,
  handle,
}: {
  reading: Reading
  worktree: string
  handle: Ref<DiffHandle>
}) {
  const { t } = useTranslation()
  const { client, notify } = useDeck()
  const { session, scope, file, gone, changes } = reading
  const place = `${session}:${scope}`
  const { loaded, failure, waiting, retry } = useFileDiff(session, place, changes.list, gone ? null : file)
  const text = useRef<TextHandle>(null)
  useImperativeHandle(handle, () => ({
    goToChange: (which) => text.current?.goToChange(which),
    currentLine: () => text.current?.currentLine() ?? 1,
    focus: () => text.current?.focus(),
  }))
  // For a moment the file before stays, so that quick steps do not flash.
  const late = useLate(waiting, file?.path ?? '')
  const shown = waiting && (late || loaded?.place !== place) ? null : loaded
  const headed = shown && waiting ? shown.file : file
  const updated = useUpdated(shown)
  if (!file || !headed) return null

  const openInEditor = async (): Promise<void> => {
    const line = shown?.diff.kind === 'text' ? text.current?.currentLine() : undefined
    const path = `${worktree}/${headed.path}`
    const result = await client.call('host.openInEditor', { path, ...(line ? { line } : {}) })
    if (!result.ok) notify({ kind: 'failed', text: t('diff.no-editor'), detail: result.error.message })
  }

  return (
    <div className={styles['file']} role="group" aria-label={headed.path}>
      <FileHeader
        reading={reading}
        file={headed}
        updated={updated}
        isText={shown?.diff.kind === 'text' && shown.diff.old !== null && shown.diff.new !== null}
        onEditor={headed.newId === null || headed.submodule ? null : () => void openInEditor()}
        onChange={(which) => text.current?.goToChange(which)}
      />
      <FileFacts facts={listFacts(headed, shown?.diff ?? null)} />
      {gone ? <Gone reading={reading} /> : null}
      <Body shown={shown} file={headed} failure={failure?.message ?? null} onRetry={retry} handle={text} />
    </div>
  )
}

function Body({
  shown,
  file,
  failure,
  onRetry,
  handle,
}: {
  shown: LoadedFile | null
  file: ChangedFile
  failure: string | null
  onRetry(): void
  handle: Ref<TextHandle>
}) {
  const { t } = useTranslation()
  const { stores } = useDeck()
  const layout = useStore(stores.settings, (state) => state.value?.diffLayout ?? 'split')
  const wrap = useStore(stores.settings, (state) => state.value?.wordWrap ?? false)
  const ignoreWhitespace = useReview((state) => state.ignoreWhitespace)
  const hideUnchanged = useReview((state) => state.hideUnchanged)
  const options = useMemo(
    () => ({
      layout,
      wrap,
      ignoreWhitespace,
      hideUnchanged,
      label: t('diff.label', { path: file.path }),
      labelBefore: t('diff.label-before', { path: file.path }),
    }),
    [layout, wrap, ignoreWhitespace, hideUnchanged, t, file.path],
  )
  if (failure !== null)
    return (
      <EmptyState
        title={t('diff.failed')}
        text={failure}
        action={<Button onClick={onRetry}>{t('diff.try-again')}</Button>}
      />
    )
  if (!shown)
    return (
      <div className={styles['wait']}>
        <Spinner label={t('diff.reading', { path: file.path })} />
      </div>
    )
  switch (shown.diff.kind) {
    case 'text': {
      const { old, new: now } = shown.diff.lineEndings
      return <TextDiff loaded={shown} options={options} onlyEndingsDiffer={old !== now} handle={handle} />
    }
    case 'image':
      return <ImageDiff key={shown.file.path} diff={shown.diff} path={shown.file.path} />
    default:
      return <OtherDiff diff={shown.diff} />
  }
}

function Gone({ reading }: { reading: Reading }) {
  const { t } = useTranslation()
  const hasMore = reading.order.length > 0
  return (
    <div className={styles['gone']} role="status">
      <span>{t(`diff.gone-${reading.scope}`)}</span>
      {hasMore ? (
        <Button size="small" onClick={() => reading.step(1)}>
          {t('diff.next-file')}
        </Button>
      ) : null}
    </div>
  )
}

/** True once `waiting` has lasted for 300 ms for the same `what`. */
function useLate(waiting: boolean, what: string): boolean {
  const [late, setLate] = useState<string | null>(null)
  useEffect(() => {
    if (!waiting) return
    const timer = setTimeout(() => setLate(what), 300)
    return () => {
      clearTimeout(timer)
      setLate(null)
    }
  }, [waiting, what])
  return waiting && late === what
}

const updatedForMs = 4000

/** True for some seconds after the open file became another version of itself. */
function useUpdated(shown: LoadedFile | null): boolean {
  const [before, setBefore] = useState(shown)
  const [updated, setUpdated] = useState<LoadedFile | null>(null)
  if (shown !== before) {
    setBefore(shown)
    const same = shown !== null && before?.place === shown.place && before.file.path === shown.file.path
    setUpdated(same ? shown : null)
  }
  useEffect(() => {
    if (!updated) return
    const timer = setTimeout(() => setUpdated(null), updatedForMs)
    return () => clearTimeout(timer)
  }, [updated])
  return updated !== null
}
