/** What the e2e tests of reading, approving and landing have in common: a deck with one repository, sessions in it, a page. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Client } from '@contract/client.ts'
import type { SessionId } from '@contract/ids.ts'
import type { Session } from '@contract/session.ts'
import type { Browser, Locator, Page } from 'playwright-core'
import { openBrowser, openPage, type TestPage } from './browser.ts'
import { startDeck, type TestDeck } from './deck.ts'
import { makeRepository, type TestRepository } from './git-repository.ts'
import { until } from './until.ts'

export interface ReviewSession {
  id: SessionId
  title: string
  worktree: string
  branch: string
  /** Writes a file in the worktree, as an agent would. */
  write(path: string, content: string | Uint8Array): Promise<void>
  /** As the deck tells it now. */
  now(): Promise<Session>
}

export interface ReviewBench {
  deck: TestDeck
  client: Client
  repository: TestRepository
  page: Page
  /** Starts a session with a shell and waits until its worktree is there. */
  start(title: string): Promise<ReviewSession>
  /** Chooses it in the session list and waits for its review. */
  choose(session: ReviewSession): Promise<void>
  close(): Promise<void>
}

/** Starts deck, browser and page on a repository with these files. */
export async function openBench(
  files: Record<string, string | Uint8Array>,
  options: { viewport?: { width: number; height: number }; locale?: string } = {},
): Promise<ReviewBench> {
  const repository = await makeRepository({ files })
  let deck: TestDeck | null = null
  let browser: Browser | null = null
  let opened: TestPage | null = null
  const close = async (): Promise<void> => {
    try {
      await opened?.close()
    } finally {
      await browser?.close()
      await deck?.stop()
      await repository.remove()
    }
  }
  try {
    deck = await startDeck({ folder: repository.path })
    const client = await deck.client()
    const repositoryOpened = await client.call('repository.open', { path: repository.path })
    if (!repositoryOpened.ok) throw new Error(repositoryOpened.error.message)
    browser = await openBrowser()
    opened = await openPage(browser, deck.address, options)
    const { page } = opened
    page.setDefaultTimeout(15_000)
    const repositoryId = repositoryOpened.value.repository.id

    const sessionNow = async (id: SessionId): Promise<Session> =>
      new Promise((resolve, reject) => {
        const handle = client.open(
          'session.list',
          { archived: true },
          {
            event: (event) => {
              const found = event.kind === 'all' ? event.sessions.find((one) => one.id === id) : undefined
              handle.close()
              if (found) resolve(found)
              else reject(new Error(`there is no session ${id}`))
            },
          },
        )
      })

    return {
      deck,
      client,
      repository,
      page,
      start: async (title) => {
        const made = await client.call('session.create', { repository: repositoryId, agent: 'shell' as never, title })
        if (!made.ok) throw new Error(made.error.message)
        const id = made.value.sessions[0]?.id as SessionId
        await until(
          `the worktree of ${title}`,
          async () =>
            (await sessionNow(id)).stages.every((stage) => stage.state === 'done' || stage.state === 'skipped'),
          { deadlineMs: 20_000 },
        )
        const { worktree, branch } = await sessionNow(id)
        return {
          id,
          title,
          worktree,
          branch: branch ?? '',
          write: async (path, content) => {
            const whole = join(worktree, path)
            await mkdir(dirname(whole), { recursive: true })
            await writeFile(whole, content)
          },
          now: () => sessionNow(id),
        }
      },
      choose: async (session) => {
        await page.getByRole('complementary').first().getByText(session.title, { exact: true }).click()
        await page.getByRole('heading', { level: 2, name: session.title }).waitFor()
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Row of a changed file. `name` is its last part in a tree. */
export function fileRow(page: Page, name: string): Locator {
  return page.getByRole('tree', { name: 'Changed files' }).getByRole('treeitem').filter({ hasText: name })
}

/** Lines of the new side (or of the only one) that are drawn, and not those that are shown as removed. */
export const newSideLines =
  '.editor.modified .lines-content > .view-lines > .view-line, [data-side=only]:not([hidden]) .lines-content > .view-lines > .view-line'

/** Texts of the lines drawn of the new side, from the top; spaces are plain ones. */
export function drawnLines(page: Page): Promise<string[]> {
  return page.evaluate((selector) => {
    const lines = [...document.querySelectorAll(selector)].map((line) => ({
      top: line.getBoundingClientRect().top,
      text: (line.textContent ?? '').replaceAll(/\u00a0/g, ' '),
    }))
    return lines.sort((one, other) => one.top - other.top).map((line) => line.text)
  }, newSideLines)
}
