import '@fontsource/jetbrains-mono/400.css'
import '@fontsource/jetbrains-mono/700.css'
import './theme.css'
import i18next from 'i18next'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { connectPage } from './connect.ts'
import { createDeck } from './create-deck.ts'
import { DeckContext, type Deck } from './deck.ts'
import { chooseLanguage, startI18n } from './i18n/i18n.ts'
import { inListOrder } from './sessions/commands.ts'
import { needsPerson } from './sessions/grouping.ts'
import { Boundary } from './shell/Boundary.tsx'
import { captureKeys } from './shell/capture-keys.ts'
import { keepView } from './stores/view.ts'

/** Language and theme of the last time, so that the first frame is not in another one. */
const lookKey = 'quarterdeck.look'

interface Look {
  theme: string
  language: string
  density: string
}

function lastLook(): Partial<Look> {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(lookKey) ?? '{}')
    return typeof known === 'object' && known !== null ? known : {}
  } catch {
    return {} // no storage, or not ours: the system's own look
  }
}

function applyLook(look: Partial<Look>): void {
  const root = document.documentElement
  if (look.theme === 'light' || look.theme === 'dark') root.dataset['theme'] = look.theme
  else delete root.dataset['theme']
  root.dataset['density'] = look.density ?? 'compact'
  root.lang = look.language ?? 'en'
}

/** Settings and the system's language take effect at once, here and in the next first frame. */
function followLook(deck: Deck): void {
  const update = (): void => {
    const settings = deck.stores.settings.getState().value
    if (!settings) return
    const language = chooseLanguage(settings.language, navigator.language)
    const look: Look = { theme: settings.theme, language, density: settings.density }
    applyLook(look)
    if (i18next.language !== language) void i18next.changeLanguage(language)
    try {
      localStorage.setItem(lookKey, JSON.stringify(look))
    } catch {
      // no storage: the next first frame has the system's look
    }
  }
  deck.stores.settings.subscribe(update)
}

/** How many need me, in the title of tab and window. */
function followTitle(deck: Deck): void {
  deck.stores.sessions.subscribe(({ value }) => {
    const count = value ? Object.values(value.byId).filter(needsPerson).length : 0
    const title = count > 0 ? i18next.t('shell.titleNeed', { count }) : 'Quarterdeck'
    if (document.title !== title) document.title = title
  })
}

/** Something is always chosen where there is something to choose: the repository opened last, a session that exists. */
function followSelection(deck: Deck): void {
  const { view, repositories, sessions } = deck.stores
  const update = (): void => {
    const known = repositories.getState().value
    const { repository, focused } = view.getState()
    if (known && !known.some((one) => one.id === repository)) {
      const latest = [...known].sort((a, b) => b.openedAt.localeCompare(a.openedAt))[0]
      if ((latest?.id ?? null) !== repository) view.setState({ repository: latest?.id ?? null })
    }
    const all = sessions.getState().value
    if (!all || (focused !== null && all.byId[focused])) return
    const here = inListOrder(deck).filter((session) => session.repository === view.getState().repository)
    const next = here[0]?.id ?? null
    if (next !== focused) view.setState({ focused: next })
  }
  repositories.subscribe(update)
  sessions.subscribe(update)
  update()
}

const look = lastLook()
applyLook(look)
startI18n(chooseLanguage('system', look.language ?? navigator.language))

const connect = connectPage({
  onCommand: (id) => deck.run(id),
  onRefused: () => {
    deck.stores.connection.setState({ refused: true })
    deck.client.dispose()
  },
})
const deck = createDeck({ connect, build: __BUILD__ })
followLook(deck)
followTitle(deck)
captureKeys(deck, window)
window.addEventListener('quarterdeck:command', (event) => {
  if (event instanceof CustomEvent && typeof event.detail === 'string') deck.run(event.detail)
})

const root = document.getElementById('root')
if (!root) throw new Error('the page has no root')
const tree = createRoot(root)
const draw = (): void =>
  tree.render(
    <StrictMode>
      <DeckContext value={deck}>
        <Boundary name="Quarterdeck">
          <App />
        </Boundary>
      </DeckContext>
    </StrictMode>,
  )
// The kept view first, so that columns do not jump; but a page that cannot connect must say so.
const { loaded } = keepView(deck.client, deck.stores.view, window)
const soon = new Promise((resolve) => setTimeout(resolve, 250))
void Promise.race([loaded, soon]).then(draw)
void loaded.then(() => followSelection(deck))
