import { Pencil, RotateCcw } from 'lucide-react'
import { useMemo, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from './Button.tsx'
import type { Command } from './command.ts'
import { notifyFailure } from './failure.ts'
import { IconButton } from './IconButton.tsx'
import { bindings, chordOf, chordToText, conflictsOf, formatChord, isComposing, parseChord } from './keys.ts'
import { Keys } from './Keys.tsx'
import styles from './KeyTable.module.css'
import { allCommands, findCommand } from './registry.ts'
import { useKeyContext } from './use-command-keys.ts'

const groups: Command['group'][] = ['session', 'pane', 'review', 'repository', 'view', 'program']
const noKeys: Readonly<Record<string, string>> = {}

/** Every command with its key. Each can be changed, taken away or put back; a key that is taken says by what. */
export function KeyTable() {
  const deck = useDeck()
  const { t } = useTranslation()
  const changed = useStore(deck.stores.settings, (state) => state.value?.keys ?? noKeys)
  const bound = useMemo(() => bindings(allCommands(), changed), [changed])
  const [recording, setRecording] = useState<string | null>(null)

  const save = async (keys: Record<string, string>): Promise<void> => {
    setRecording(null)
    const answer = await deck.client.call('settings.change', { keys })
    if (!answer.ok) notifyFailure(deck, answer.error, t('shell.keys'))
  }
  const bind = (id: string, chord: string, release: readonly string[]): void => {
    const next = { ...changed, [id]: chord }
    for (const other of release) next[other] = ''
    void save(next)
  }
  const reset = (id: string): void => {
    const { [id]: _own, ...rest } = changed
    void save(rest)
  }
  return (
    <div className={styles['groups']}>
      {groups.map((group) => {
        const members = allCommands().filter((command) => command.group === group && command.id !== 'session.show')
        if (members.length === 0) return null
        return (
          <div key={group} role="group" className={styles['group']} aria-label={t(`shell.group-${group}`)}>
            <h3 className={styles['heading']}>{t(`shell.group-${group}`)}</h3>
            {members.map((command) => (
              <KeyRow
                key={command.id}
                command={command}
                chord={bound.get(command.id)}
                own={changed[command.id] !== undefined}
                bound={bound}
                recording={recording === command.id}
                onRecord={() => setRecording(command.id)}
                onCancel={() => setRecording(null)}
                onBind={(chord, release) => bind(command.id, chord, release)}
                onReset={() => reset(command.id)}
              />
            ))}
          </div>
        )
      })}
      <div role="group" className={styles['group']} aria-label={t('shell.fixedKeys')}>
        <h3 className={styles['heading']}>{t('shell.fixedKeys')}</h3>
        {(['list', 'enter', 'fold', 'rename', 'discard', 'menu', 'help'] as const).map((name) => (
          <div key={name} className={styles['row']}>
            <span className={styles['label']}>{t(`shell.fixed-${name}`)}</span>
            <Keys chord={t(`shell.fixedKey-${name}`)} />
          </div>
        ))}
      </div>
    </div>
  )
}

interface RowProps {
  command: Command
  chord: string | undefined
  own: boolean
  bound: ReadonlyMap<string, string>
  recording: boolean
  onRecord(): void
  onCancel(): void
  onBind(chord: string, release: readonly string[]): void
  onReset(): void
}

function KeyRow({ command, chord, own, bound, recording, onRecord, onCancel, onBind, onReset }: RowProps) {
  const { t } = useTranslation()
  const context = useKeyContext()
  const [pressed, setPressed] = useState<string | null>(null)
  const [hint, setHint] = useState(false)
  const label = t(command.label)
  const show = (text: string): string => {
    const parsed = parseChord(text)
    return parsed ? formatChord(parsed, context) : text
  }
  const stop = (): void => {
    setPressed(null)
    setHint(false)
    onCancel()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event.nativeEvent) || event.key === 'Tab') return
    event.preventDefault()
    event.stopPropagation()
    if (['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return
    if (event.key === 'Escape') return stop()
    if (event.key === 'Backspace' && !event.altKey && !event.ctrlKey && !event.metaKey) {
      onBind('', [])
      return
    }
    const made = chordOf(event.nativeEvent, context)
    if (!made) {
      setHint(true)
      return
    }
    const text = chordToText(made)
    setHint(false)
    if (conflictsOf(command.id, text, bound).length > 0) setPressed(text)
    else onBind(text, [])
  }
  const conflicts = pressed ? conflictsOf(command.id, pressed, bound) : []
  if (!recording) {
    return (
      <div className={styles['row']}>
        <span className={styles['label']}>{label}</span>
        {chord ? <Keys chord={show(chord)} /> : <span className={styles['none']}>{t('shell.noKey')}</span>}
        {own ? (
          <IconButton
            size="small"
            label={t('shell.keyReset', { command: label })}
            icon={<RotateCcw size={14} />}
            onClick={onReset}
          />
        ) : null}
        <IconButton
          size="small"
          label={t('shell.keyChange', { command: label })}
          icon={<Pencil size={14} />}
          onClick={onRecord}
        />
      </div>
    )
  }
  return (
    <div className={styles['recording']} data-recording-key="">
      <div className={styles['row']}>
        <span className={styles['label']}>{label}</span>
        <button
          type="button"
          autoFocus
          className={styles['field']}
          onKeyDown={onKeyDown}
          onBlur={(event) => {
            if (!event.currentTarget.closest('[data-recording-key]')?.contains(event.relatedTarget)) stop()
          }}
        >
          {pressed ? show(pressed) : t('shell.keyPress')}
        </button>
      </div>
      <p className={styles['hint']} role="status">
        {conflicts.length > 0
          ? t('shell.keyTaken', {
              keys: show(pressed ?? ''),
              command: conflicts.map((id) => t(findCommand(id)?.label ?? id)).join(', '),
            })
          : t(hint ? 'shell.keyNeedsModifier' : 'shell.keyHint', { modifier: modifierName(context) })}
      </p>
      {pressed && conflicts.length > 0 ? (
        <div className={styles['choice']}>
          <Button size="small" onClick={stop}>
            {t('shell.cancel')}
          </Button>
          <Button size="small" variant="primary" onClick={() => onBind(pressed, conflicts)}>
            {t('shell.keyTake')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}

function modifierName(context: ReturnType<typeof useKeyContext>): string {
  if (context.modifier === 'alt') return context.platform === 'darwin' ? '⌥' : 'Alt'
  return context.platform === 'darwin' ? '⌘' : 'Ctrl'
}
