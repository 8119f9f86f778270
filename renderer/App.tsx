import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { lazy, Suspense, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import styles from './App.module.css'
import { useDeck } from './deck.ts'
import { NewSessionDialog } from './sessions/NewSessionDialog.tsx'
import { SessionDialogs } from './sessions/SessionDialogs.tsx'
import { SessionList } from './sessions/SessionList.tsx'
import { Announcer } from './shell/Announcer.tsx'
import { Boundary } from './shell/Boundary.tsx'
import { narrowQuery } from './shell/commands.ts'
import { ConnectionBanner } from './shell/ConnectionBanner.tsx'
import { EndedPage, RefusedPage } from './shell/FullPage.tsx'
import { closeOverlay, overlays } from './shell/overlays.ts'
// At hand from the start: what is typed right after its key must not go to a terminal.
import { Palette } from './shell/Palette.tsx'
import { Segmented } from './shell/Segmented.tsx'
import { Spinner } from './shell/Spinner.tsx'
import { Splitter } from './shell/Splitter.tsx'
import { StatusBar } from './shell/StatusBar.tsx'
import { TitleBar } from './shell/TitleBar.tsx'
import { Toaster } from './shell/Toaster.tsx'
import { columnWidths, initialView } from './stores/view.ts'

const Stage = lazy(() => import('./stage/Stage.tsx').then((module) => ({ default: module.Stage })))
const ReviewColumn = lazy(() =>
  import('./review/ReviewColumn.tsx').then((module) => ({ default: module.ReviewColumn })),
)
const Welcome = lazy(() => import('./repositories/Welcome.tsx').then((module) => ({ default: module.Welcome })))
const WorktreesPage = lazy(() =>
  import('./worktrees/WorktreesPage.tsx').then((module) => ({ default: module.WorktreesPage })),
)
const SettingsPage = lazy(() =>
  import('./settings/SettingsPage.tsx').then((module) => ({ default: module.SettingsPage })),
)
const KeySheet = lazy(() => import('./shell/KeySheet.tsx').then((module) => ({ default: module.KeySheet })))
const QuitDialog = lazy(() => import('./shell/QuitDialog.tsx').then((module) => ({ default: module.QuitDialog })))

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(narrowQuery)
      query.addEventListener('change', listener)
      return () => query.removeEventListener('change', listener)
    },
    () => window.matchMedia(narrowQuery).matches,
  )
}

/** The whole page. */
export function App() {
  const { stores } = useDeck()
  const refused = useStore(stores.connection, (state) => state.refused)
  const ended = useStore(overlays, (state) => state.ended !== null)
  if (ended) return <EndedPage />
  if (refused) return <RefusedPage />
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={500} closeDelay={0}>
        <Frame />
        <Toaster />
      </Tooltip.Provider>
    </CSPProvider>
  )
}

function Frame() {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const narrow = useNarrow()
  const known = useStore(stores.repositories, (state) => state.value !== null)
  const none = useStore(stores.repositories, (state) => state.value?.length === 0)
  const empty = useStore(stores.sessions, (state) => state.value?.ids.length === 0)
  return (
    <div className={styles['frame']}>
      <div>
        <ConnectionBanner />
        <TitleBar narrow={narrow} />
      </div>
      {!known ? (
        <main className={styles['waiting']}>
          <Spinner label={t('shell.connecting')} />
        </main>
      ) : none && empty ? (
        <FirstScreen />
      ) : (
        <Columns narrow={narrow} />
      )}
      <StatusBar />
      <Sheets />
      <Announcer />
    </div>
  )
}

/** Nothing opened yet: the way in, or the settings when asked for. */
function FirstScreen() {
  const { t } = useTranslation()
  const page = useStore(useDeck().stores.view, (state) => state.page)
  return (
    <main className={styles['first']}>
      <Boundary name={t('shell.part-page')}>
        <Suspense fallback={null}>{page === 'settings' ? <SettingsPage /> : <Welcome />}</Suspense>
      </Boundary>
    </main>
  )
}

function Columns({ narrow }: { narrow: boolean }) {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const view = useStore(stores.view)
  const session = useStore(stores.sessions, (state) => (view.focused ? state.value?.byId[view.focused]?.id : undefined))
  const page = view.page
  const showsList = narrow ? view.narrowView === 'list' && page === 'stage' : view.listOpen
  const hasReview = session !== undefined && page === 'stage'
  const showsReview = hasReview && (narrow ? view.narrowView === 'review' : view.reviewOpen)
  const showsMiddle = !narrow || page !== 'stage' || (!showsList && !showsReview)
  const columns = narrow
    ? '1fr'
    : [
        // The side columns give way first, down to their least; the stage keeps 360 px.
        showsList ? `minmax(${columnWidths.list.least}px, ${view.listWidth}px)` : '',
        'minmax(360px, 1fr)',
        showsReview ? `minmax(${columnWidths.review.least}px, ${view.reviewWidth}px)` : '',
      ].join(' ')
  return (
    <div className={styles['body']}>
      {narrow && page === 'stage' ? <NarrowSwitch hasReview={hasReview} /> : null}
      <div className={styles['columns']} style={{ gridTemplateColumns: columns }} data-narrow={narrow || undefined}>
        {showsList ? (
          <aside className={styles['list']} aria-label={t('session.sessions')}>
            <Boundary name={t('session.sessions')}>
              <SessionList />
            </Boundary>
            {narrow ? null : (
              <Splitter
                label={t('shell.resizeList')}
                side="left"
                width={view.listWidth}
                usual={initialView.listWidth}
                {...columnWidths.list}
                onResize={(listWidth) => stores.view.setState({ listWidth })}
              />
            )}
          </aside>
        ) : null}
        <main className={styles['middle']} data-hidden={!showsMiddle || undefined}>
          {/* Kept as it is under a page, so that terminals keep their sizes and their place. */}
          <div
            className={styles['stage']}
            inert={page !== 'stage' || !showsMiddle}
            data-covered={page !== 'stage' || undefined}
          >
            <Boundary name={t('shell.part-stage')}>
              <Suspense fallback={null}>
                <Stage />
              </Suspense>
            </Boundary>
          </div>
          {page === 'stage' ? null : (
            <div className={styles['page']}>
              <Boundary key={page} name={t('shell.part-page')}>
                <Suspense fallback={<Spinner label={t('shell.loading')} />}>
                  {page === 'settings' ? <SettingsPage /> : <WorktreesPage />}
                </Suspense>
              </Boundary>
            </div>
          )}
        </main>
        {showsReview && session ? (
          <aside className={styles['review']} aria-label={t('shell.review')}>
            {narrow ? null : (
              <Splitter
                label={t('shell.resizeReview')}
                side="right"
                width={view.reviewWidth}
                usual={initialView.reviewWidth}
                {...columnWidths.review}
                onResize={(reviewWidth) => stores.view.setState({ reviewWidth })}
              />
            )}
            <Boundary name={t('shell.review')}>
              <Suspense fallback={<Spinner label={t('shell.loading')} />}>
                <ReviewColumn session={session} />
              </Suspense>
            </Boundary>
          </aside>
        ) : null}
      </div>
    </div>
  )
}

/** In a narrow window: which of the three is shown. */
function NarrowSwitch({ hasReview }: { hasReview: boolean }) {
  const { stores } = useDeck()
  const { t } = useTranslation()
  const shown = useStore(stores.view, (state) => state.narrowView)
  return (
    <div className={styles['switch']}>
      <Segmented
        label={t('shell.narrowSwitch')}
        value={shown === 'review' && !hasReview ? 'stage' : shown}
        onChange={(narrowView) => stores.view.setState({ narrowView })}
        options={[
          { value: 'list', label: t('session.sessions') },
          { value: 'stage', label: t('shell.stage') },
          ...(hasReview ? [{ value: 'review' as const, label: t('shell.review') }] : []),
        ]}
      />
    </div>
  )
}

/** What lies over the page: one sheet at a time. */
function Sheets() {
  const kind = useStore(overlays, (state) => state.open?.kind ?? null)
  return (
    <>
      <NewSessionDialog open={kind === 'new-session'} onClose={closeOverlay} />
      <SessionDialogs />
      {kind === 'palette' ? <Palette /> : null}
      <Suspense fallback={null}>
        {kind === 'keys' ? <KeySheet /> : null}
        {kind === 'quit' ? <QuitDialog /> : null}
      </Suspense>
    </>
  )
}
