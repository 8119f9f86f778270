import type { Deck } from '../deck.ts'
import { bindings, chordOf, chordToText, isComposing } from './keys.ts'
import { closeOverlay, openOverlay, overlays } from './overlays.ts'
import { allCommands, findCommand } from './registry.ts'
import { keyContext } from './use-command-keys.ts'

/** True where typed text goes: keys without a modifier belong to it. */
function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input, textarea, select, [role=textbox]')
}

/**
 * Takes the program's own keys before anything else on the page sees them; every other key goes where the focus is.
 * Nothing is taken while an input method composes, or while a sheet lies over the page. Returns what ends it.
 */
export function captureKeys(deck: Deck, page: Window): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isComposing(event)) return
    const covered = page.document.querySelector('[data-modal], [data-recording-key]') !== null
    const inPalette = overlays.getState().open?.kind === 'palette'
    if (covered && !inPalette) return
    if (
      !covered &&
      event.key === '?' &&
      !event.ctrlKey &&
      !event.altKey &&
      !event.metaKey &&
      !takesText(event.target)
    ) {
      event.preventDefault()
      openOverlay({ kind: 'keys' })
      return
    }
    const chord = chordOf(event, keyContext(deck))
    if (!chord) return
    const text = chordToText(chord)
    const changed = deck.stores.settings.getState().value?.keys ?? {}
    for (const [id, bound] of bindings(allCommands(), changed)) {
      if (bound !== text) continue
      // The palette's own key closes it; no other key goes past a sheet.
      if (inPalette && id !== 'program.palette') return
      const command = findCommand(id)
      if (command?.when && !command.when(deck)) continue
      event.preventDefault()
      event.stopImmediatePropagation()
      if (event.repeat) return
      if (inPalette) closeOverlay()
      else deck.run(id)
      return
    }
  }
  page.addEventListener('keydown', onKeyDown, true)
  return () => page.removeEventListener('keydown', onKeyDown, true)
}
