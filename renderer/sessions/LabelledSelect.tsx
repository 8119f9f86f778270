import { Select, type SelectOption } from '../shell/Select.tsx'
import css from './NewSession.module.css'

/** A select with its name above it. */
export function LabelledSelect<V extends string>(props: {
  value: V
  onChange(value: V): void
  options: readonly SelectOption<V>[]
  label: string
}) {
  return (
    <div className={css.field}>
      <span className={css.label} aria-hidden>
        {props.label}
      </span>
      <Select {...props} />
    </div>
  )
}
