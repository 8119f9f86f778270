import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { onTick } from './clock.ts'
import { ageOf } from './format.ts'

/** How long ago `at` (ISO 8601) was, kept current by one shared timer; the exact time on hover. Draws again only when its words change. */
export function RelativeTime({ at }: { at: string }) {
  const { t, i18n } = useTranslation()
  const words = useSyncExternalStore(onTick, () => {
    const age = ageOf(at, Date.now())
    return age ? t(`shell.age-${age.unit}`, { count: age.count }) : ''
  })
  const exact = new Date(at)
  return (
    <time dateTime={at} title={Number.isNaN(exact.getTime()) ? at : exact.toLocaleString(i18n.language)}>
      {words}
    </time>
  )
}
