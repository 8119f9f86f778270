import type { SessionId, TerminalId } from '@contract/ids.ts'
import { useEffect, useMemo, useRef, useState, type MouseEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDeck } from '../deck.ts'
import { Button } from '../shell/Button.tsx'
import { ContextMenu, type MenuItem } from '../shell/Menu.tsx'
import { Spinner } from '../shell/Spinner.tsx'
import { useCommandKeys } from '../shell/use-command-keys.ts'
import { FindBar } from './FindBar.tsx'
import { pasteLineCount } from './paste.ts'
import { terminalPool } from './pool.ts'
import type { Screen } from './screen.ts'
import styles from './Terminal.module.css'

export interface TerminalViewProps {
  terminal: TerminalId
  session: SessionId
  worktree: string
  /** Accessible name. */
  name: string
  finding: boolean
  onFind(open: boolean): void
}

const mac = /mac|iphone|ipad/i.test(navigator.platform)

/** Lends its place on the page to a terminal, and shows what is asked or told about it. */
export function TerminalView({ terminal, session, worktree, name, finding, onFind }: TerminalViewProps) {
  const deck = useDeck()
  const { t } = useTranslation()
  const host = useRef<HTMLDivElement>(null)
  const screen = useMemo(
    () => terminalPool(deck).screen(terminal, { session, worktree, name }),
    [deck, terminal, session, worktree, name],
  )
  const problem = useStore(screen.state, (state) => state.problem)
  const drawn = useStore(screen.state, (state) => state.drawn)
  const items = useMenu(screen, onFind)
  const [menu, setMenu] = useState(0)
  const hadFocus = useRef(false)

  // A page over the stage hides it whole.
  const covered = useStore(deck.stores.view, (state) => state.page !== 'stage')
  useEffect(() => screen.setCovered(covered), [screen, covered])
  useEffect(() => (host.current ? screen.show(host.current) : undefined), [screen])

  // A program that reports the mouse gets the right button too; with Shift it is the page's.
  const onContextMenu = (event: MouseEvent): void => {
    hadFocus.current = screen.hasFocus()
    if (screen.xterm.modes.mouseTrackingMode === 'none' || event.shiftKey) return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className={styles['view']}>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- only decides whose menu opens */}
      <div className={styles['frame']} onContextMenuCapture={onContextMenu}>
        <ContextMenu
          items={items(menu)}
          onOpenChange={(open) => {
            setMenu((count) => count + 1)
            if (!open && hadFocus.current) setTimeout(() => screen.focus())
          }}
        >
          <div ref={host} className={styles['host']} data-terminal={terminal} />
        </ContextMenu>
        {finding ? <FindBar screen={screen} onClose={() => onFind(false)} /> : null}
        {problem !== null && !drawn ? <p className={styles['problem']}>{t('terminal.gone')}</p> : null}
        {problem === null && !drawn ? (
          <div className={styles['problem']}>
            <Spinner label={t('terminal.connecting')} />
          </div>
        ) : null}
        <LinkHint screen={screen} />
      </div>
      <Questions screen={screen} />
    </div>
  )
}

/** Where the link under the pointer leads, and how to follow it. */
function LinkHint({ screen }: { screen: Screen }) {
  const { t } = useTranslation()
  const link = useStore(screen.state, (state) => state.link)
  if (!link) return null
  return (
    <div className={styles['hint']} style={{ left: link.x, top: link.y }} role="tooltip">
      <span className={styles['hint-target']}>{link.target}</span>
      <span className={styles['hint-key']}>{t('terminal.link-open', { key: mac ? '⌘' : 'Ctrl' })}</span>
    </div>
  )
}

/** What a terminal asks the person: a paste of several lines, a program that offers text for the clipboard. */
function Questions({ screen }: { screen: Screen }) {
  const { t } = useTranslation()
  const paste = useStore(screen.state, (state) => state.paste)
  const offer = useStore(screen.state, (state) => state.offer)
  return (
    <>
      {paste !== null ? (
        <div
          className={styles['question']}
          role="alertdialog"
          aria-label={t('terminal.paste')}
          onKeyDown={(event) => {
            if (event.key === 'Escape') screen.answerPaste(false)
          }}
        >
          <span className={styles['question-text']}>
            {t('terminal.paste-ask', { count: pasteLineCount(paste) })}
            <code className={styles['sample']}>{paste.slice(0, 200)}</code>
          </span>
          <Button size="small" onClick={() => screen.answerPaste(false)}>
            {t('terminal.cancel')}
          </Button>
          <Button size="small" variant="primary" autoFocus onClick={() => screen.answerPaste(true)}>
            {t('terminal.paste')}
          </Button>
        </div>
      ) : null}
      {offer !== null ? (
        <div className={styles['question']} role="status">
          <span className={styles['question-text']}>
            {t('terminal.offer-ask', { count: offer.length })}
            <code className={styles['sample']}>{offer.slice(0, 200)}</code>
          </span>
          <Button size="small" onClick={() => screen.answerOffer(false)}>
            {t('terminal.offer-no')}
          </Button>
          <Button size="small" onClick={() => screen.answerOffer(true)}>
            {t('terminal.offer-yes')}
          </Button>
        </div>
      ) : null}
    </>
  )
}

/** Items of the right-click menu; made anew each time it opens, since the selection decides. */
function useMenu(screen: Screen, onFind: (open: boolean) => void): (opened: number) => MenuItem[] {
  const deck = useDeck()
  const { t } = useTranslation()
  const findKeys = useCommandKeys('terminal.find')
  const copyKeys = mac ? '⌘C' : 'Ctrl+Shift+C'
  const pasteKeys = mac ? '⌘V' : 'Ctrl+Shift+V'
  const paste = async (): Promise<void> => {
    const text = await terminalPool(deck).read()
    if (text === null) deck.notify({ kind: 'failed', text: t('terminal.read-failed', { keys: pasteKeys }) })
    else screen.paste(text)
  }
  return () => [
    {
      label: t('terminal.copy'),
      keys: copyKeys,
      disabled: !screen.xterm.hasSelection(),
      run: () => void screen.copySelection(),
    },
    {
      label: t('terminal.paste'),
      keys: pasteKeys,
      disabled: !screen.state.getState().alive,
      run: () => void paste(),
    },
    { label: t('terminal.select-all'), run: () => screen.xterm.selectAll() },
    'separator',
    { label: t('terminal.find'), ...(findKeys ? { keys: findKeys } : {}), run: () => onFind(true) },
    { label: t('terminal.clear'), run: () => screen.clear() },
  ]
}
