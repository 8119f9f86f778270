import { Combobox } from '@base-ui/react/combobox'
import { Check, ChevronsUpDown } from 'lucide-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import css from './NewSession.module.css'

export interface Pick {
  value: string
  label: string
  detail?: string
}

/** One of many, found by typing: branches and worktrees. At most 200 matches are drawn. */
export function Picker({
  label,
  picks,
  value,
  onChange,
}: {
  label: string
  picks: Pick[]
  value: string
  onChange(value: string): void
}) {
  const { t } = useTranslation()
  const id = useId()
  const chosen = picks.find((pick) => pick.value === value) ?? null
  return (
    <Combobox.Root
      items={picks}
      value={chosen}
      limit={200}
      onValueChange={(pick: Pick | null) => {
        if (pick) onChange(pick.value)
      }}
      isItemEqualToValue={(a: Pick, b: Pick) => a.value === b.value}
      autoHighlight
    >
      <label className={css.label} htmlFor={id}>
        {label}
      </label>
      <Combobox.InputGroup className={css.pickerInput}>
        <Combobox.Input id={id} className={css.pickerField} spellCheck={false} />
        <Combobox.Trigger className={css.pickerTrigger} aria-label={label}>
          <ChevronsUpDown size={14} aria-hidden />
        </Combobox.Trigger>
      </Combobox.InputGroup>
      <Combobox.Portal>
        <Combobox.Positioner className={css.pickerPositioner} sideOffset={4}>
          <Combobox.Popup className={css.pickerPopup}>
            <Combobox.Empty className={css.pickerEmpty}>{t('newSession.noMatch')}</Combobox.Empty>
            <Combobox.List className={css.pickerList}>
              {(pick: Pick) => (
                <Combobox.Item key={pick.value} value={pick} className={css.pickerItem}>
                  <Combobox.ItemIndicator className={css.pickerCheck}>
                    <Check size={14} aria-hidden />
                  </Combobox.ItemIndicator>
                  <span className={css.pickerLabel}>{pick.label}</span>
                  {pick.detail && <span className={css.pickerDetail}>{pick.detail}</span>}
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}
