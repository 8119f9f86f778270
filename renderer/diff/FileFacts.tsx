import { useTranslation } from 'react-i18next'
import type { FileFact } from './file-facts.ts'
import styles from './FileFacts.module.css'

/** One line of what is special about a file; nothing where nothing is. */
export function FileFacts({ facts }: { facts: readonly FileFact[] }) {
  const { t } = useTranslation()
  if (facts.length === 0) return null
  return (
    <ul className={styles['facts']} aria-label={t('diff.facts')}>
      {facts.map((fact) => (
        <li key={fact.kind} title={t(`diff.fact-${fact.kind}-why`, { ...words(fact), defaultValue: '' }) || undefined}>
          {t(`diff.fact-${fact.kind}`, words(fact))}
        </li>
      ))}
    </ul>
  )

  function words(fact: FileFact): Record<string, string> {
    switch (fact.kind) {
      case 'line-endings':
        return { from: t(`diff.ending-${fact.from}`), to: t(`diff.ending-${fact.to}`) }
      case 'no-newline':
        return { sides: t(`diff.newline-${fact.sides}`) }
      case 'renamed':
      case 'copied':
        return { from: fact.from }
      case 'mode':
      case 'encoding-changed':
        return { from: fact.from, to: fact.to }
      case 'encoding':
        return { name: fact.name }
      default:
        return {}
    }
  }
}
