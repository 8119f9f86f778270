import type { Command } from './command.ts'

const commands = new Map<string, Command>()

/** Makes commands known to palette, keys, menus and buttons; the last one of an id wins. Called once per subject while the page starts. */
export function registerCommands(list: readonly Command[]): void {
  for (const command of list) commands.set(command.id, command)
}

export function findCommand(id: string): Command | undefined {
  return commands.get(id)
}

/** In the order of registration. */
export function allCommands(): readonly Command[] {
  return [...commands.values()]
}
