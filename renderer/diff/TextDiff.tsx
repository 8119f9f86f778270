import { useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../shell/Button.tsx'
import { EmptyState } from '../shell/EmptyState.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import { formatBytes } from '../shell/format.ts'
import { loadMonaco, type LoadedMonaco } from './monaco.ts'
import { chooseTier, joinMeasures, measureText } from './size-tier.ts'
import styles from './TextDiff.module.css'
import { createTextView, type DiffOutcome, type TextView, type TextViewOptions } from './text-view.ts'
import type { LoadedFile } from './use-file-diff.ts'

export interface TextHandle {
  goToChange(which: 'next' | 'previous'): void
  currentLine(): number
  focus(): void
}

/** Both sides of a text file. Very large ones say so first; what costs too much is left out, and said. */
export function TextDiff({
  loaded,
  options,
  onlyEndingsDiffer,
  handle,
}: {
  loaded: LoadedFile
  options: TextViewOptions
  onlyEndingsDiffer: boolean
  handle: Ref<TextHandle>
}) {
  const { t, i18n } = useTranslation()
  const { file, diff, place } = loaded
  const text = diff.kind === 'text' ? diff : null
  const measure = useMemo(() => joinMeasures(measureText(text?.old ?? null), measureText(text?.new ?? null)), [text])
  const [opened, setOpened] = useState<string | null>(null)
  const key = `${place}\n${file.path}`
  const natural = chooseTier(measure)
  const tier = natural === 'held' && opened === key ? 'plain' : natural
  const held = tier === 'held'

  const host = useRef<HTMLDivElement>(null)
  const view = useRef<TextView | null>(null)
  const [monaco, setMonaco] = useState<LoadedMonaco | null>(null)
  const [failed, setFailed] = useState(false)
  const [outcome, setOutcome] = useState<DiffOutcome | null>(null)
  const [attempt, setAttempt] = useState(0)

  useEffect(() => {
    let alive = true
    loadMonaco(i18n.language).then(
      (ready) => alive && setMonaco(ready),
      () => alive && setFailed(true),
    )
    return () => {
      alive = false
    }
  }, [i18n.language, attempt])

  const initial = useRef(options)
  useLayoutEffect(() => {
    if (!monaco || !host.current) return
    const made = createTextView(monaco, host.current, initial.current, setOutcome)
    view.current = made
    return () => {
      view.current = null
      made.dispose()
    }
  }, [monaco])

  useLayoutEffect(() => {
    initial.current = options
    view.current?.setOptions(options)
  }, [options, monaco])

  const { path, oldPath, oldId, removed } = file
  useLayoutEffect(() => {
    if (!text || held) return
    view.current?.show({ key, path, oldPath, old: text.old, oldId, new: text.new, removed, tier })
  }, [monaco, text, held, key, path, oldPath, oldId, removed, tier])

  useImperativeHandle(
    handle,
    () => ({
      goToChange: (which) => view.current?.goToChange(which),
      currentLine: () => view.current?.currentLine() ?? 1,
      focus: () => view.current?.focus(),
    }),
    [],
  )

  const identical = outcome?.changes === 0 && text?.old !== null && text?.new !== null
  const why = onlyEndingsDiffer ? 'endings' : options.ignoreWhitespace ? 'whitespace' : 'other'
  return (
    <div className={styles['text']}>
      {tier === 'plain' ? <p className={styles['note']}>{t('diff.plain')}</p> : null}
      {outcome?.gaveUp ? <p className={styles['note']}>{t('diff.gave-up')}</p> : null}
      {!held && identical ? <p className={styles['note']}>{t(`diff.same-${why}`)}</p> : null}
      {held ? (
        <EmptyState
          title={t('diff.held-title')}
          text={t('diff.held-text', {
            size: formatBytes(measure.characters),
            lines: measure.lines.toLocaleString(i18n.language),
            longest: measure.longestLine.toLocaleString(i18n.language),
          })}
          action={<Button onClick={() => setOpened(key)}>{t('diff.open-anyway')}</Button>}
        />
      ) : null}
      {failed ? (
        <EmptyState
          title={t('diff.editor-failed')}
          text={t('diff.editor-failed-text')}
          action={
            <Button
              onClick={() => {
                setFailed(false)
                setAttempt(attempt + 1)
              }}
            >
              {t('diff.try-again')}
            </Button>
          }
        />
      ) : null}
      {!monaco && !failed ? <Spinner label={t('diff.loading-editor')} /> : null}
      <div ref={host} className={styles['host']} hidden={held || failed} />
    </div>
  )
}
