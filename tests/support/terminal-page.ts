/** A real deck with shells on a real page, for tests of what the person sees and types in terminals. */
import type { Client } from '@contract/client.ts'
import type { Session } from '@contract/session.ts'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { openPage, type TestPage } from './browser.ts'
import { startDeck, type TestDeck } from './deck.ts'
import { makeRepository, type TestRepository } from './git-repository.ts'
import { until } from './until.ts'

export interface ShellDeck {
  deck: TestDeck
  repository: TestRepository
  client: Client
  /** Starts a shell session and waits for its prompt. */
  shell(title: string): Promise<Session>
  open(browser: Browser, options?: BrowserContextOptions): Promise<TestPage>
  /** Ends deck and repository; fails on what is left. */
  stop(): Promise<void>
}

/** A deck on a small repository whose shells have the prompt `$ ` and nothing of the machine's own. */
export async function startShellDeck(files: Record<string, string> = {}): Promise<ShellDeck> {
  const repository = await makeRepository({ files: { 'README.md': '# A repository\n', ...files } })
  const deck = await startDeck({ env: { LANG: 'C.UTF-8' } })
  const client = await deck.client()
  const opened = await client.call('repository.open', { path: repository.path })
  if (!opened.ok) throw new Error(opened.error.message)
  const id = opened.value.repository.id
  return {
    deck,
    repository,
    client,
    shell: async (title) => {
      const made = await client.call('session.create', {
        repository: id,
        agent: 'command' as Session['agent'],
        command: "exec env PS1='$ ' bash --noprofile --norc -i",
        title,
      })
      if (!made.ok) throw new Error(made.error.message)
      const session = made.value.sessions[0] as Session
      return until(`a prompt in ${title}`, async () => {
        const now = await readSession(client, session.id)
        const agent = now?.terminals.find((terminal) => terminal.kind === 'agent')
        if (!now || !agent) return null
        const text = await client.call('terminal.text', { terminal: agent.id, what: 'screen' })
        return text.ok && text.value.text.trimEnd().endsWith('$') ? now : null
      })
    },
    open: (browser, options) => openPage(browser, deck.address, options),
    stop: async () => {
      await deck.stop()
      await repository.remove()
    },
  }
}

/** The session as the deck tells it now. */
export async function readSession(client: Client, id: Session['id']): Promise<Session | null> {
  return new Promise((resolve) => {
    const handle = client.open(
      'session.list',
      {},
      {
        event: (event) => {
          if (event.kind !== 'all') return
          handle.close()
          resolve(event.sessions.find((session) => session.id === id) ?? null)
        },
        end: () => resolve(null),
      },
    )
  })
}

/** What a test does with one pane. */
export interface PaneDriver {
  pane: Locator
  /** Rows as drawn, blanks at their ends cut. */
  rows(): Promise<string[]>
  text(): Promise<string>
  /** Waits until the drawn text holds `part`. */
  shows(part: string | RegExp): Promise<void>
  /** Gives it the keyboard by a click. */
  focus(): Promise<void>
  /** Types a line and Enter. */
  line(text: string): Promise<void>
}

export function paneOf(page: Page, session: Session): PaneDriver {
  const pane = page.locator(`[data-pane="${session.id}"]`)
  const rows = async (): Promise<string[]> => {
    const drawn = await pane.locator('.xterm-rows').first().locator('> div').allInnerTexts()
    // The DOM renderer writes blanks as no-break spaces.
    return drawn.map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
  }
  const text = async (): Promise<string> => (await rows()).join('\n')
  return {
    pane,
    rows,
    text,
    shows: async (part) => {
      await until(`${session.title} shows ${String(part)}`, async () => {
        const now = await text()
        return typeof part === 'string' ? now.includes(part) : part.test(now)
      })
    },
    focus: () => pane.locator('.xterm-screen').first().click(),
    line: async (typed) => {
      await page.keyboard.type(typed)
      await page.keyboard.press('Enter')
    },
  }
}
