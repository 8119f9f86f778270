import type { MenuItemConstructorOptions } from 'electron'
import type { Words } from './words.ts'

export interface MenuActions {
  /** Runs a command of the page. */
  command(id: string): void
  quit(): void
  /** With tools for developers. */
  developer: boolean
}

/**
 * The native menu. Its items run the page's commands, and name no keys: those are the page's, where the person can
 * change them. Off macOS the roles' keys are shown and not taken: Ctrl-C, Ctrl-W, Ctrl-R and Ctrl-Q belong to the
 * program in the terminal.
 */
export function menuTemplate(
  words: Words,
  platform: NodeJS.Platform,
  actions: MenuActions,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin'
  const run = (label: string, id: string): MenuItemConstructorOptions => ({
    label,
    id,
    click: () => actions.command(id),
  })
  const role = (name: NonNullable<MenuItemConstructorOptions['role']>): MenuItemConstructorOptions =>
    mac ? { role: name } : { role: name, registerAccelerator: false }
  const line: MenuItemConstructorOptions = { type: 'separator' }
  const quit: MenuItemConstructorOptions = {
    label: words.quit,
    id: 'quit',
    click: () => actions.quit(),
    ...(mac ? { accelerator: 'Cmd+Q' } : {}),
  }
  const settings = run(words.settings, 'program.settings')

  const template: MenuItemConstructorOptions[] = []
  if (mac) {
    template.push({
      label: 'Quarterdeck',
      submenu: [
        { role: 'about' },
        line,
        settings,
        line,
        { role: 'services' },
        line,
        { role: 'hide' },
        { role: 'hideOthers' },
        { role: 'unhide' },
        line,
        quit,
      ],
    })
  }
  template.push(
    {
      label: words.file,
      submenu: [
        run(words.newSession, 'session.new'),
        run(words.openRepository, 'repository.open'),
        line,
        ...(mac ? [role('close')] : [settings, line, quit]),
      ],
    },
    {
      label: words.edit,
      submenu: [role('undo'), role('redo'), line, role('cut'), role('copy'), role('paste'), role('selectAll')],
    },
    {
      label: words.view,
      submenu: [
        run(words.palette, 'program.palette'),
        run(words.worktrees, 'view.worktrees'),
        line,
        run(words.toggleList, 'view.toggleList'),
        run(words.toggleReview, 'view.toggleReview'),
        run(words.zoomPane, 'pane.zoom'),
        line,
        role('zoomIn'),
        role('zoomOut'),
        role('resetZoom'),
        role('togglefullscreen'),
        ...(actions.developer ? [line, role('reload'), role('toggleDevTools')] : []),
      ],
    },
    {
      label: words.session,
      submenu: [
        run(words.nextNeedingMe, 'session.nextNeedingMe'),
        run(words.nextPane, 'pane.next'),
        run(words.previousPane, 'pane.previous'),
        line,
        run(words.approve, 'review.approve'),
        run(words.land, 'review.land'),
      ],
    },
  )
  if (mac) template.push({ label: words.window, role: 'windowMenu' })
  template.push({ label: words.help, role: 'help', submenu: [run(words.keys, 'program.keys')] })
  return template
}
