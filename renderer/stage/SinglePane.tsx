import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { EmptyStage } from './EmptyStage.tsx'
import { byNeed } from './need.ts'
import { Pane } from './Pane.tsx'
import { Actions } from './PaneActions.tsx'
import { PaneHead } from './PaneTab.tsx'
import { sessionsOf } from './sessions-of.ts'
import styles from './Stage.module.css'

/** The stage of a narrow window: the focused session alone. The grid is kept and comes back with the room. */
export function SinglePane() {
  const deck = useDeck()
  const repository = useStore(deck.stores.view, (state) => state.repository)
  const focused = useStore(deck.stores.view, (state) => state.focused)
  const exists = useStore(deck.stores.sessions, (state) => focused !== null && state.value?.byId[focused] !== undefined)
  const id = exists ? focused : (byNeed(sessionsOf(deck, repository))[0]?.id ?? null)
  if (id === null) return <EmptyStage />
  return (
    <div className={styles['single']}>
      <div className={styles['single-head']}>
        <PaneHead id={id} />
        <Actions id={id} />
      </div>
      <div className={styles['single-body']}>
        <Pane key={id} id={id} />
      </div>
    </div>
  )
}
