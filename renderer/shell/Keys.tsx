import styles from './Keys.module.css'

/** A chord as `formatChord` writes it (`Ctrl+Shift+Z`, `⌘K`), set as a key cap. */
export function Keys({ chord }: { chord: string }) {
  return <kbd className={styles['keys']}>{chord}</kbd>
}
