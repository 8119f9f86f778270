import type { Failure } from '@contract/result.ts'
import i18next from 'i18next'
import type { Deck } from '../deck.ts'
import { failureToNotice } from './notices.ts'

/** Shows a failure in the corner, translated by its code, with paths and tool output to unfold. `what` says what was tried. */
export function notifyFailure(deck: Deck, failure: Failure, what?: string): void {
  deck.notify(failureToNotice(i18next.t, failure, what))
}
