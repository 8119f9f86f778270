import type { Session } from '@contract/session.ts'
import { ago, printable, shortRef, table } from './outcome.ts'

function changedText(session: Session): string {
  const changed = session.changed
  return changed ? `${changed.files} files +${changed.added} -${changed.removed}` : ''
}

export function sessionTable(sessions: readonly Session[]): string {
  return table(
    ['ID', 'STATE', 'SINCE', 'AGENT', 'BRANCH', 'CHANGED', 'TITLE'],
    sessions.map((session) => [
      session.id,
      session.state,
      ago(session.since),
      session.agent,
      shortRef(session.branch) ?? '(detached)',
      changedText(session),
      session.title,
    ]),
  )
}

export function sessionText(session: Session): string {
  const lines: [string, string][] = [
    ['id', session.id],
    ['title', session.title],
    ['agent', session.agent],
    ['state', `${session.state} (${session.reason.text}), for ${ago(session.since)}`],
    ['repository', session.repositoryPath],
    ['worktree', session.worktree],
    ['branch', `${shortRef(session.branch) ?? '(detached)'} <- ${shortRef(session.base)}`],
    ['ahead/behind', `${session.ahead}/${session.behind}`],
    ['changed', changedText(session)],
    ['process', session.pid === null ? '' : String(session.pid)],
    [
      'approved',
      session.approval ? `${session.approval.tree}${session.approval.current ? '' : ' (changed since)'}` : '',
    ],
    ['landed', session.landed ? `${session.landed.commit} on ${shortRef(session.landed.base)}` : ''],
    ['problem', session.problem ?? ''],
  ]
  return lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(13)}${printable(value)}`)
    .join('\n')
}
