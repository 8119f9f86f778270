import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './Boundary.module.css'
import { Button } from './Button.tsx'

interface Props {
  /** What it holds, in the person's words, for the message. */
  name: string
  children: ReactNode
}

/** Keeps a fault in one part of the page from taking the rest with it. */
export class Boundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error: error ?? 'unknown' }
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children
    return <Fault name={this.props.name} error={this.state.error} onRetry={() => this.setState({ error: null })} />
  }
}

function Fault({ name, error, onRetry }: { name: string; error: unknown; onRetry(): void }) {
  const { t } = useTranslation()
  return (
    <div role="alert" className={styles['fault']}>
      <p className={styles['title']}>{t('shell.fault', { name })}</p>
      <p className={styles['text']}>{t('shell.faultRest')}</p>
      <details>
        <summary>{t('shell.details')}</summary>
        <pre className={styles['detail']}>
          {error instanceof Error ? (error.stack ?? error.message) : String(error)}
        </pre>
      </details>
      <div className={styles['actions']}>
        <Button onClick={onRetry}>{t('shell.tryAgain')}</Button>
        <Button onClick={() => location.reload()}>{t('shell.reload')}</Button>
      </div>
    </div>
  )
}
