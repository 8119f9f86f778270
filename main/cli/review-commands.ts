import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { diffScopes } from '@contract/diff.ts'
import { landMethods } from '@contract/session.ts'
import { type Command, choiceOption, done, textOption } from './command.ts'
import { connectDeck } from '../rpc/deck-connect.ts'
import { findSession } from './lookup.ts'
import { shortRef, stop, table, valueOf } from './outcome.ts'

const quitDeadlineMs = 30_000

export const reviewCommands: readonly Command[] = [
  {
    words: ['diff'],
    usage: `ID [--scope ${diffScopes.join('|')}] [--patch]`,
    about: 'Lists what a session changed; --patch prints it for "git apply". Scope: the whole branch unless named.',
    options: { scope: { type: 'string' }, patch: { type: 'boolean' } },
    arity: [1, 1],
    run: async ({ client, positionals, values }) => {
      const scope = choiceOption(values, 'scope', diffScopes) ?? 'branch'
      const session = await findSession(client, positionals[0] ?? '')
      if (values['patch'] === true) {
        const made = valueOf(await client.call('diff.patch', { session: session.id, scope }))
        return done({ ...made }, made.bytes === null ? made.patch : Buffer.from(made.bytes, 'base64'))
      }
      const list = valueOf(await client.call('diff.list', { session: session.id, scope }))
      const files = list.files.map(({ path, oldPath, status, added, removed, binary }) => ({
        path,
        oldPath,
        status,
        added,
        removed,
        binary,
      }))
      return done(
        { tree: list.tree, base: list.base, files, leftOut: list.leftOut, unmerged: list.unmerged },
        table(
          ['STATUS', 'ADDED', 'REMOVED', 'PATH'],
          files.map((file) => [
            file.status,
            file.binary ? 'binary' : `+${file.added}`,
            file.binary ? '' : `-${file.removed}`,
            file.oldPath === null ? file.path : `${file.oldPath} -> ${file.path}`,
          ]),
        ),
      )
    },
  },
  {
    words: ['approve'],
    usage: 'ID [--tree TREE]',
    about: "Approves a session's tree; refused when the worktree is no longer at TREE.",
    options: { tree: { type: 'string' } },
    arity: [1, 1],
    run: async ({ client, positionals, values }) => {
      const session = await findSession(client, positionals[0] ?? '')
      const approval = valueOf(
        await client.call('review.approve', { session: session.id, tree: textOption(values, 'tree') }),
      )
      return done({ approved: { tree: approval.tree, at: approval.at } }, `Approved ${approval.tree}.`)
    },
  },
  {
    words: ['land'],
    usage: `ID [--method ${landMethods.join('|')}] [--message M]`,
    about: 'Brings the approved tree onto its base: the gentlest method that is possible unless one is named.',
    options: { method: { type: 'string' }, message: { type: 'string' } },
    arity: [1, 1],
    run: async ({ client, positionals, values }) => {
      const session = await findSession(client, positionals[0] ?? '')
      let method = choiceOption(values, 'method', landMethods)
      if (method === undefined) {
        const preview = valueOf(await client.call('landing.preview', { session: session.id }))
        const possible = preview.methods.filter((one) => one.possible).map((one) => one.method)
        // None is possible: the refusal of a merge tells why.
        method = landMethods.find((one) => possible.includes(one)) ?? 'merge'
      }
      const landed = valueOf(
        await client.call('landing.land', { session: session.id, method, message: textOption(values, 'message') }),
      )
      const base = shortRef(landed.base)
      return done({ landed: { ...landed, base } }, `Landed on ${base} as ${landed.commit} (${landed.method}).`)
    },
  },
  {
    words: ['discard'],
    usage: 'ID',
    about: 'Ends the agent and moves its worktree to the trash.',
    options: {},
    arity: [1, 1],
    run: async ({ client, positionals }) => {
      const session = await findSession(client, positionals[0] ?? '')
      const { trash } = valueOf(await client.call('session.discard', { session: session.id }))
      return done(
        { discarded: { id: session.id, trash } },
        trash
          ? `Discarded; its worktree is in the trash as ${trash.id}.`
          : 'Discarded; its worktree stays where it is.',
      )
    },
  },
  {
    words: ['status'],
    usage: '',
    about: 'Tells where the deck is and what its sessions do.',
    options: {},
    arity: [0, 0],
    run: async ({ client }) => {
      const status = valueOf(await client.call('host.status', {}))
      const counts = Object.entries(status.sessions).map(([state, number]) => `${number} ${state}`)
      return done(
        { ...status },
        `Quarterdeck ${status.version}, process ${status.pid}, pty host ${status.ptyHostPid ?? 'not running'}\n` +
          `${status.address ?? 'no address: the desktop program'}\n${counts.join(', ') || 'no sessions'}`,
      )
    },
  },
  {
    words: ['quit'],
    usage: '[--agents keep|stop]',
    about: 'Ends the deck; agents go on (keep, the default) or are stopped.',
    options: { agents: { type: 'string' } },
    arity: [0, 0],
    run: async ({ client, values, dataFolder }) => {
      const agents = choiceOption(values, 'agents', ['keep', 'stop'] as const) ?? 'keep'
      valueOf(await client.call('host.quit', { agents }))
      client.dispose()
      const end = Date.now() + quitDeadlineMs
      // The deck takes its note away as the last thing it does; a file that vanishes sends no event.
      while ((await isThere(join(dataFolder, 'deck.json'))) || (await answers(dataFolder))) {
        if (Date.now() > end) return stop('timed-out', 'The deck has not ended yet.')
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      return done({ quit: { running: true, agents } }, 'The deck has ended.')
    },
  },
]

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function answers(dataFolder: string): Promise<boolean> {
  const client = await connectDeck(dataFolder)
  client?.dispose()
  return client !== null
}
