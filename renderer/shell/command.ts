import type { Deck } from '../deck.ts'

/**
 * One action, however it is reached: menu, palette, key or button. Each subject lists its own in `commands.ts` beside
 * its components; the shell joins them.
 */
export interface Command {
  /** `subject.verb`, stable: settings name keys by it. */
  id: string
  /** Translation key of its name in the palette. */
  label: string
  /** Heading in palette and key sheet. */
  group: 'session' | 'pane' | 'review' | 'repository' | 'view' | 'program'
  /**
   * Chord without the program's modifier, which differs by host (`Ctrl/Cmd` in Electron, `Alt` in a browser):
   * `k`, `shift+d`, `enter`, `1`.
   */
  key?: string
  /** False hides it from the palette and makes its key do nothing. */
  when?(deck: Deck): boolean
  run(deck: Deck, argument?: string): void | Promise<void>
}
