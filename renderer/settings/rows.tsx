import { useId, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../shell/Button.tsx'
import { isComposing } from '../shell/keys.ts'
import { Segmented } from '../shell/Segmented.tsx'
import { Select } from '../shell/Select.tsx'
import styles from './Settings.module.css'

/** One setting: its name and what it does on the left, its control on the right. Names are `settings.<name>` and `settings.<name>-hint`. */
function Row({ name, children, htmlFor }: { name: string; children: ReactNode; htmlFor?: string }) {
  const { t } = useTranslation()
  const hint = t(`settings.${name}-hint`, { defaultValue: '' })
  return (
    <div className={styles['row']}>
      <div className={styles['about']}>
        <label className={styles['name']} {...(htmlFor ? { htmlFor } : {})}>
          {t(`settings.${name}`)}
        </label>
        {hint ? <p className={styles['hint']}>{hint}</p> : null}
      </div>
      <div className={styles['control']}>{children}</div>
    </div>
  )
}

export function ChoiceRow<V extends string>(props: {
  name: string
  value: V
  options: { value: V; label: string }[]
  onChange(value: V): void
}) {
  const { t } = useTranslation()
  const label = t(`settings.${props.name}`)
  return (
    <Row name={props.name}>
      {props.options.length <= 3 ? (
        <Segmented label={label} value={props.value} options={props.options} onChange={props.onChange} />
      ) : (
        <Select label={label} value={props.value} options={props.options} onChange={props.onChange} />
      )}
    </Row>
  )
}

export function SwitchRow(props: { name: string; value: boolean; onChange(value: boolean): void }) {
  const id = useId()
  return (
    <Row name={props.name} htmlFor={id}>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className={styles['switch']}
        checked={props.value}
        onChange={(event) => props.onChange(event.target.checked)}
      />
    </Row>
  )
}

/** A whole number within bounds; takes effect as soon as it is one, and what is out of bounds is said to be. */
export function NumberRow(props: {
  name: string
  value: number
  least: number
  most: number
  step?: number
  onChange(value: number): void
}) {
  const { t } = useTranslation()
  const id = useId()
  /** What is being typed; null while the field shows what is set. */
  const [draft, setDraft] = useState<string | null>(null)
  const typed = draft ?? String(props.value)
  const number = Number(typed)
  const valid = typed !== '' && Number.isInteger(number) && number >= props.least && number <= props.most
  return (
    <Row name={props.name} htmlFor={id}>
      <input
        id={id}
        type="number"
        className={styles['number']}
        min={props.least}
        max={props.most}
        step={props.step ?? 1}
        value={typed}
        aria-invalid={!valid}
        onChange={(event) => {
          setDraft(event.target.value)
          const next = Number(event.target.value)
          if (event.target.value !== '' && Number.isInteger(next) && next >= props.least && next <= props.most) {
            props.onChange(next)
          }
        }}
        onBlur={() => setDraft(null)}
      />
      {valid ? null : (
        <p className={styles['problem']} role="alert">
          {t('settings.bounds', { least: props.least.toLocaleString(), most: props.most.toLocaleString() })}
        </p>
      )}
    </Row>
  )
}

/** Text that takes effect with Enter or when it is left; Esc puts back what was. `problem` gives a text key for what cannot stand. */
export function TextRow(props: {
  name: string
  value: string
  code?: boolean
  placeholder?: string
  problem?(typed: string): string | null
  onChange(value: string): void
}) {
  const { t } = useTranslation()
  const id = useId()
  const [draft, setDraft] = useState<string | null>(null)
  const typed = draft ?? props.value
  const problem = props.problem?.(typed.trim()) ?? null
  const commit = (): void => {
    if (problem !== null) return
    if (typed.trim() !== props.value) props.onChange(typed.trim())
    setDraft(null)
  }
  return (
    <Row name={props.name} htmlFor={id}>
      <input
        id={id}
        type="text"
        className={`${styles['text']} ${props.code ? styles['code'] : ''}`}
        spellCheck={false}
        autoComplete="off"
        value={typed}
        {...(props.placeholder ? { placeholder: props.placeholder } : {})}
        {...(problem ? { 'aria-invalid': true } : {})}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (isComposing(event.nativeEvent)) return
          if (event.key === 'Enter') commit()
          else if (event.key === 'Escape') setDraft(null)
        }}
      />
      {problem ? (
        <p className={styles['problem']} role="alert">
          {t(problem)}
        </p>
      ) : null}
    </Row>
  )
}

/** What is kept, in words, and a button that does something with it. */
export function ButtonRow(props: { name: string; text: string; button: string; disabled: boolean; onPress(): void }) {
  return (
    <Row name={props.name}>
      <div className={styles['kept']}>
        <span className={styles['hint']}>{props.text}</span>
        <Button size="small" disabled={props.disabled} onClick={props.onPress}>
          {props.button}
        </Button>
      </div>
    </Row>
  )
}
