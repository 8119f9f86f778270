import type { Failure } from '@contract/result.ts'
import type { TFunction } from 'i18next'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Deck } from '../deck.ts'

export type Notice = Parameters<Deck['notify']>[0] & { id: number }
export type NoticeStore = StoreApi<{ notices: readonly Notice[] }>

/** More than these at once are noise: the oldest that is no failure goes first. */
const most = 5

export function createNoticeStore(): NoticeStore {
  return createStore(() => ({ notices: [] }))
}

/** The notices of this page. */
export const notices = createNoticeStore()

let nextId = 1

/** Adds a notice. The same words again replace the earlier ones instead of piling up. */
export function addNotice(store: NoticeStore, message: Parameters<Deck['notify']>[0]): void {
  const id = nextId++
  const others = store.getState().notices.filter((one) => one.text !== message.text || one.detail !== message.detail)
  const next = [...others, { ...message, id }]
  while (next.length > most) {
    const at = next.findIndex((one) => one.kind !== 'failed')
    next.splice(Math.max(0, at), 1)
  }
  store.setState({ notices: next })
}

export function dropNotice(store: NoticeStore, id: number): void {
  store.setState({ notices: store.getState().notices.filter((one) => one.id !== id) })
}

/** A failure in the person's language: by its code; the program's own words, paths and tool output are the detail. */
export function failureToNotice(
  t: TFunction,
  failure: Failure,
  what?: string,
): { kind: 'failed'; text: string; detail: string } {
  const text = t(`error.${failure.code}`, { defaultValue: failure.message })
  const parts = [failure.message === text ? '' : failure.message, ...(failure.paths ?? []), failure.detail ?? '']
  return { kind: 'failed', text: what ? `${what}: ${text}` : text, detail: parts.filter(Boolean).join('\n') }
}
