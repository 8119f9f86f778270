import { useMemo } from 'react'
import { useStore } from 'zustand'
import { useDeck, type Deck } from '../deck.ts'
import { bindings, formatChord, parseChord, type KeyContext } from './keys.ts'
import { allCommands } from './registry.ts'

const fallback: KeyContext = { modifier: 'alt', platform: 'linux' }

/** How this host tells the program's keys from the terminal's; a browser on Linux until the host has said. */
export function keyContext(deck: Deck): KeyContext {
  const host = deck.stores.host.getState().value
  return host ? { modifier: host.capabilities.keyModifier, platform: host.platform } : fallback
}

/** The same, for components. */
export function useKeyContext(): KeyContext {
  const { stores } = useDeck()
  const modifier = useStore(stores.host, (state) => state.value?.capabilities.keyModifier ?? fallback.modifier)
  const platform = useStore(stores.host, (state) => state.value?.platform ?? fallback.platform)
  return useMemo(() => ({ modifier, platform }), [modifier, platform])
}

/** The chord that runs a command, as the person's keyboard names it (`Alt+K`); undefined where it has none. */
export function useCommandKeys(id: string): string | undefined {
  const { stores } = useDeck()
  const context = useKeyContext()
  const changed = useStore(stores.settings, (state) => state.value?.keys)
  return useMemo(() => {
    const chord = parseChord(bindings(allCommands(), changed ?? {}).get(id) ?? '')
    return chord ? formatChord(chord, context) : undefined
  }, [id, changed, context])
}
