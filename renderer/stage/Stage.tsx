import type { SessionId } from '@contract/ids.ts'
import { DockviewReact, type DockviewApi, type DockviewTheme, type IDockviewPanelProps } from 'dockview-react'
import 'dockview-react/dist/styles/dockview.css'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { narrowQuery } from '../shell/commands.ts'
import { createStageControls, type StageControls } from './controls.ts'
import { EmptyStage } from './EmptyStage.tsx'
import { Pane } from './Pane.tsx'
import { PaneActions } from './PaneActions.tsx'
import { PaneTab } from './PaneTab.tsx'
import { SinglePane } from './SinglePane.tsx'
import styles from './Stage.module.css'

/** Under this width, and in a narrow window, one pane is shown at a time. */
const narrowWidth = 560

const components = { pane: ({ api }: IDockviewPanelProps) => <Pane id={api.id as SessionId} /> }
const tabComponents = { tab: PaneTab }
const theme: DockviewTheme = { name: 'quarterdeck', className: 'quarterdeck-dock', gap: 0, dndTabIndicator: 'line' }

/** The panes: a grid that is split, dragged, zoomed and closed, kept across restarts per repository. */
export function Stage() {
  const deck = useDeck()
  const { t } = useTranslation()
  const box = useRef<HTMLElement>(null)
  const [narrow, setNarrow] = useState<boolean | null>(null)
  const controls = useMemo(() => createStageControls(deck), [deck])

  useEffect(() => (box.current ? controls.mount(box.current) : undefined), [controls])

  useEffect(() => {
    const element = box.current
    if (!element) return undefined
    const observer = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? 0
      if (width > 0) setNarrow(width < narrowWidth || window.matchMedia(narrowQuery).matches)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  return (
    <section ref={box} className={styles['stage']} aria-label={t('stage.label')}>
      {narrow === null ? null : narrow ? <SinglePane /> : <Dock controls={controls} />}
    </section>
  )
}

function Dock({ controls }: { controls: StageControls }) {
  const deck = useDeck()
  const { t } = useTranslation()
  const repository = useStore(deck.stores.view, (state) => state.repository)
  const loaded = useStore(deck.stores.sessions, (state) => state.value !== null)
  const [api, setApi] = useState<DockviewApi | null>(null)
  const [empty, setEmpty] = useState(false)

  useEffect(
    () => (api && loaded ? controls.drive(api, repository, setEmpty) : undefined),
    [api, controls, loaded, repository],
  )

  const messages = useMemo(
    () => ({
      panelOpened: (title: string) => t('stage.say-opened', { title }),
      panelClosed: (title: string) => t('stage.say-closed', { title }),
      groupMaximized: (title: string) => t('stage.say-zoomed', { title }),
      groupRestored: (title: string) => t('stage.say-unzoomed', { title }),
    }),
    [t],
  )
  const ready = useCallback((event: { api: DockviewApi }) => setApi(event.api), [])
  return (
    <div className={styles['dock']} data-empty={empty || undefined}>
      <DockviewReact
        components={components}
        tabComponents={tabComponents}
        rightHeaderActionsComponent={PaneActions}
        theme={theme}
        onReady={ready}
        singleTabMode="fullwidth"
        disableFloatingGroups
        noPanelsOverlay="watermark"
        watermarkComponent={Nothing}
        scrollbars="native"
        tabGroupAccent="off"
        messages={messages}
      />
      {empty && loaded ? <EmptyStage /> : null}
    </div>
  )
}

function Nothing() {
  return null
}
