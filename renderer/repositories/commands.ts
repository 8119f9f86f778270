import type { Command } from '../shell/command.ts'
import { openRepositoryDialog } from './dialog.ts'

/** Commands on repositories and worktrees. */
export const repositoryCommands: Command[] = [
  {
    id: 'repository.open',
    label: 'repository.openOther',
    group: 'repository',
    run: () => openRepositoryDialog.setState({ open: true }),
  },
  {
    id: 'repository.sample',
    label: 'repository.sample',
    group: 'repository',
    run: async (deck) => {
      const result = await deck.client.call('repository.sample', {})
      if (result.ok) deck.stores.view.setState({ repository: result.value.repository.id, page: 'stage' })
      else deck.notify({ kind: 'failed', text: result.error.message, detail: result.error.detail })
    },
  },
]
