import { CaseSensitive, ChevronDown, ChevronUp, Regex, X } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { IconButton } from '../shell/IconButton.tsx'
import type { FindOptions, Screen } from './screen.ts'
import styles from './Terminal.module.css'

/** More than these are not counted. */
const mostCounted = 1000

/** Search in a terminal's scrollback: Enter for the next match, Shift+Enter for the one before, Esc to go back. */
export function FindBar({ screen, onClose }: { screen: Screen; onClose(): void }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [options, setOptions] = useState<FindOptions>({ caseSensitive: false, regex: false })
  const found = useStore(screen.state, (state) => state.found)
  const field = useRef<HTMLInputElement>(null)

  useEffect(() => {
    field.current?.focus()
    return () => screen.endFind()
  }, [screen])

  const search = (next: string, wanted: FindOptions, direction: 'next' | 'previous'): void => {
    setText(next)
    setOptions(wanted)
    screen.find(next, direction, wanted)
  }
  const close = (): void => {
    onClose()
    screen.focus()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      close()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      search(text, options, event.shiftKey ? 'previous' : 'next')
    }
  }
  const count =
    text === '' || !found
      ? ''
      : found.count === 0
        ? t('terminal.find-none')
        : found.index < 0
          ? t('terminal.find-many', { count: mostCounted })
          : t('terminal.find-count', { index: found.index + 1, count: found.count })

  return (
    <search className={styles['find']} onKeyDown={onKeyDown}>
      <input
        ref={field}
        type="text"
        className={styles['find-field']}
        value={text}
        onChange={(event) => search(event.target.value, options, 'previous')}
        aria-label={t('terminal.find-label')}
        placeholder={t('terminal.find-label')}
        spellCheck={false}
        autoComplete="off"
        maxLength={1000}
      />
      <span className={styles['find-count']} role="status" data-none={found?.count === 0 || undefined}>
        {count}
      </span>
      <IconButton
        size="small"
        label={t('terminal.find-case')}
        icon={<CaseSensitive size={16} />}
        pressed={options.caseSensitive}
        onClick={() => search(text, { ...options, caseSensitive: !options.caseSensitive }, 'previous')}
      />
      <IconButton
        size="small"
        label={t('terminal.find-regex')}
        icon={<Regex size={16} />}
        pressed={options.regex}
        onClick={() => search(text, { ...options, regex: !options.regex }, 'previous')}
      />
      <IconButton
        size="small"
        label={t('terminal.find-previous')}
        keys="Shift+Enter"
        icon={<ChevronUp size={16} />}
        onClick={() => search(text, options, 'previous')}
      />
      <IconButton
        size="small"
        label={t('terminal.find-next')}
        keys="Enter"
        icon={<ChevronDown size={16} />}
        onClick={() => search(text, options, 'next')}
      />
      <IconButton size="small" label={t('terminal.find-close')} keys="Esc" icon={<X size={16} />} onClick={close} />
    </search>
  )
}
