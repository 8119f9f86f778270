import type { SessionId } from '@contract/ids.ts'
import { SendHorizontal } from 'lucide-react'
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { IconButton } from '../shell/IconButton.tsx'
import styles from './Composer.module.css'
import { drafts, markSent } from './drafts.ts'
import { atEdge, stepHistory } from './history.ts'

/** The tallest it grows by itself, in pixels. */
const mostHeight = 220

/** Writes a long message to the agent. What is typed survives everything until it was sent. */
export function Composer({
  session,
  title,
  running,
  starting,
  onLeave,
}: {
  session: SessionId
  title: string
  /** The agent takes input now. */
  running: boolean
  starting: boolean
  /** Esc in it: back to the terminal. */
  onLeave(): void
}) {
  const deck = useDeck()
  const { t } = useTranslation()
  const store = drafts(deck).of(session)
  const text = useStore(store, (state) => state.text)
  const [problem, setProblem] = useState<string | null>(null)
  const [sending, setSending] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)

  useLayoutEffect(() => {
    const element = field.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(mostHeight, element.scrollHeight + 2)}px`
  }, [text])

  const send = async (): Promise<void> => {
    if (!running || sending || text.trim() === '') return
    setSending(true)
    setProblem(null)
    const result = await deck.client.call('session.send', { session, text })
    setSending(false)
    if (result.ok) markSent(store, text)
    else setProblem(t('terminal.composer-failed', { why: result.error.message }))
  }

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // Enter that confirms a candidate belongs to the input method.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      void send()
      return
    }
    if (event.key === 'Escape') {
      event.preventDefault()
      onLeave()
      return
    }
    if ((event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || event.shiftKey || event.altKey || event.ctrlKey)
      return
    const direction = event.key === 'ArrowUp' ? 'older' : 'newer'
    const { selectionStart, selectionEnd } = event.currentTarget
    if (selectionStart !== selectionEnd || !atEdge(text, selectionStart, direction)) return
    const stepped = stepHistory(store.getState().history, direction, text)
    if (!stepped) return
    event.preventDefault()
    store.setState({ text: stepped.text, history: stepped.history })
    const caret = direction === 'older' ? 0 : stepped.text.length
    requestAnimationFrame(() => field.current?.setSelectionRange(caret, caret))
  }

  const hint = running
    ? t('terminal.composer-hint')
    : starting
      ? t('terminal.composer-starting')
      : t('terminal.composer-ended')
  return (
    <div className={styles['composer']} data-composer={session}>
      <div className={styles['row']}>
        <textarea
          ref={field}
          className={styles['field']}
          rows={1}
          value={text}
          placeholder={hint}
          aria-label={t('terminal.composer-label', { title })}
          maxLength={1_000_000}
          spellCheck={false}
          onChange={(event) => store.setState({ text: event.target.value })}
          onKeyDown={onKeyDown}
        />
        <IconButton
          label={t('terminal.composer-send')}
          keys="Enter"
          icon={<SendHorizontal size={16} />}
          disabled={!running || sending || text.trim() === ''}
          onClick={() => void send()}
        />
      </div>
      {!running && text !== '' ? <p className={styles['note']}>{hint}</p> : null}
      {problem ? (
        <p className={styles['problem']} role="alert">
          {problem}
        </p>
      ) : null}
    </div>
  )
}
