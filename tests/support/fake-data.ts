/** Canned repositories, agents, sessions and diffs for `fake-deck.ts`: every state once, long and Chinese titles among them. */
import type { AgentReport } from '@contract/agent.ts'
import type { ChangedFile, FileDiff } from '@contract/diff.ts'
import type { AgentId, RepositoryId, SessionId, TerminalId } from '@contract/ids.ts'
import type { Repository } from '@contract/repository.ts'
import type { Session, SessionState, Stage } from '@contract/session.ts'
import type { Worktree } from '@contract/worktree.ts'

const hex = (digit: string): string => digit.repeat(40)
export const ids = { tree: hex('a'), commit: hex('b'), oldBlob: hex('c'), newBlob: hex('d') }

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString()

export const fakeRepositories: Repository[] = [
  ['lighthouse', '/home/ada/code/lighthouse'],
  ['网店', '/home/ada/code/网店'],
].map(([name, path], index) => ({
  id: `repository-${index}` as RepositoryId,
  path: path as string,
  name: name as string,
  base: 'refs/heads/main',
  openedAt: ago(3600 * (index + 1)),
  available: true,
}))

function agent(id: string, name: string, more: Partial<AgentReport>): AgentReport {
  return {
    id: id as AgentId,
    name,
    found: 'yes',
    path: `/usr/local/bin/${id}`,
    version: null,
    install: null,
    documentation: null,
    modes: [],
    takesPrompt: true,
    canResume: true,
    takesCommand: false,
    ...more,
  }
}

export const fakeAgents: AgentReport[] = [
  agent('claude', 'Claude Code', {
    version: '3.2.1',
    install: 'npm install -g @anthropic-ai/claude-code',
    documentation: 'https://docs.claude.com/claude-code',
    modes: [{ id: 'plan', name: 'Plan', description: 'Thinks first and asks before it edits.' }],
  }),
  agent('codex', 'Codex', {
    found: 'no',
    path: null,
    install: 'npm install -g @openai/codex',
    documentation: 'https://developers.openai.com/codex',
  }),
  agent('shell', 'Shell', { path: '/bin/bash', takesPrompt: false, canResume: false }),
  agent('command', 'Any command', { path: null, takesPrompt: false, canResume: false, takesCommand: true }),
]

function stage(kind: Stage['kind'], state: Stage['state'], more: Partial<Stage> = {}): Stage {
  return {
    kind,
    state,
    startedAt: ago(20),
    endedAt: state === 'done' ? ago(5) : null,
    output: '',
    progress: null,
    ...more,
  }
}

interface Kind {
  title: string
  state: SessionState
  seconds: number
  reason: Session['reason']
  changed?: [files: number, added: number, removed: number]
  more?: Partial<Session>
}

const why = (key: string, text: string, values: Record<string, string | number> = {}): Session['reason'] => ({
  key,
  values,
  text,
})

const script = 'set -e\nnpm ci --no-audit --no-fund\ncp ../lighthouse/.env.example .env\nnpm run build -- --mode test\n'

const kinds: Kind[] = [
  {
    title: 'Fix the login redirect',
    state: 'needs-approval',
    seconds: 190,
    reason: why('agent-asks-permission', 'Asks for permission: Bash rm -rf build', { detail: 'Bash rm -rf build' }),
    changed: [7, 120, 31],
  },
  {
    title: 'Add OAuth',
    state: 'asks-question',
    seconds: 840,
    reason: why('agent-asks', 'Asks: Which providers?', { detail: 'Which providers should be offered first?' }),
    changed: [2, 14, 3],
  },
  {
    title: 'Search over transcripts',
    state: 'working',
    seconds: 41,
    reason: why('agent-working', 'Working'),
    changed: [4, 88, 12],
  },
  {
    title: 'Index the archive',
    state: 'starting',
    seconds: 6,
    reason: why('stage-files', 'Copying files'),
    more: {
      pid: null,
      stages: [
        stage('worktree', 'done'),
        stage('files', 'running', { progress: { done: 1204, total: 5000 } }),
        stage('setup', 'waiting'),
        stage('agent', 'waiting'),
      ],
    },
  },
  {
    title: 'Warm caches at start',
    state: 'starting',
    seconds: 75,
    reason: why('setup-confirm', 'A set-up script waits for your word', { command: script }),
    more: {
      pid: null,
      pendingScript: { hash: 'e'.repeat(64), command: script, source: '.quarterdeck/settings.json' },
      stages: [
        stage('worktree', 'done'),
        stage('files', 'done'),
        stage('setup', 'needs-confirmation'),
        stage('agent', 'waiting'),
      ],
    },
  },
  {
    title: 'Upgrade the bundler',
    state: 'failed',
    seconds: 3700,
    reason: why('stage-failed', 'Set-up failed: npm ci ended with 1', {
      stage: 'setup',
      message: 'npm ci ended with 1',
    }),
    more: {
      pid: null,
      stages: [
        stage('worktree', 'done'),
        stage('files', 'done'),
        stage('setup', 'failed', {
          output:
            'npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve dependency tree\nnpm error Found: vite@8.3.8\nnpm error A complete log of this run can be found in the log folder.\n',
        }),
        stage('agent', 'waiting'),
      ],
    },
  },
  {
    title: '修复 登录 页面 的 重定向 问题',
    state: 'working',
    seconds: 12,
    reason: why('output-flows', 'Writing to its terminal'),
    changed: [3, 40, 2],
    more: { branch: 'refs/heads/修复-登录' },
  },
  {
    title: 'Cache the tree ids',
    state: 'turn-finished',
    seconds: 300,
    reason: why('agent-finished', 'Finished its turn', { detail: 'All 212 tests pass. I also removed the old cache.' }),
    changed: [5, 40, 2],
  },
  {
    title: 'Make the settings page searchable by every word that stands on it, and remember where one was',
    state: 'exited',
    seconds: 9000,
    reason: why('exited', 'Ended'),
    changed: [12, 1420, 388],
    more: { pid: null, canResume: true },
  },
  {
    title: 'Approve me',
    state: 'idle',
    seconds: 1200,
    reason: why('agent-idle', 'Waits for a prompt'),
    changed: [1, 1, 1],
    more: { approval: { tree: ids.tree, at: ago(600), current: true } },
  },
  { title: 'Scratch shell', state: 'idle', seconds: 50, reason: why('shell-prompt', 'At its prompt') },
  { title: 'Tail the logs', state: 'unsure', seconds: 500, reason: why('quiet', 'Quiet; nothing tells why') },
  {
    title: 'Paused over night',
    state: 'paused',
    seconds: 40_000,
    reason: why('stopped', 'Stopped'),
    more: { pid: null },
  },
  { title: 'Interrupted by hand', state: 'interrupted', seconds: 100, reason: why('interrupted', 'Interrupted') },
  {
    title: 'Bring the Chinese texts up to date',
    state: 'exited',
    seconds: 100_000,
    reason: why('exited', 'Ended'),
    changed: [3, 60, 60],
    more: {
      pid: null,
      landed: { base: 'refs/heads/main', commit: ids.commit, tree: ids.tree, method: 'squash', at: ago(90_000) },
    },
  },
  {
    title: 'An old experiment',
    state: 'exited',
    seconds: 900_000,
    reason: why('exited', 'Ended'),
    more: { pid: null, archivedAt: ago(800_000) },
  },
]

/** The first sixteen show every state; more repeat them with numbers. */
export function fakeSessions(count: number): Session[] {
  return Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / kinds.length)
    const kind = kinds[index % kinds.length] as Kind
    const repository = fakeRepositories[index % 5 === 4 ? 1 : 0] as Repository
    const title = round === 0 ? kind.title : `${kind.title} ${round + 1}`
    const slug = title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 40)
    const running = !kind.more || !('pid' in kind.more)
    return {
      id: `session-${index}` as SessionId,
      repository: repository.id,
      repositoryPath: repository.path,
      title,
      agent: (['claude', 'codex', 'shell'][index % 3] ?? 'shell') as AgentId,
      command: null,
      mode: null,
      prompt: title,
      state: kind.state,
      reason: kind.reason,
      since: ago(kind.seconds + round * 60),
      createdAt: ago(200_000 - index * 100),
      activeAt: ago(kind.seconds),
      worktree: `/home/ada/.local/share/quarterdeck/worktrees/${repository.name}/${slug}`,
      place: index === 10 ? 'in-place' : 'own',
      branch: `refs/heads/${slug}`,
      base: 'refs/heads/main',
      head: ids.commit,
      ahead: index % 4,
      behind: index % 3,
      pid: running ? 5000 + index : null,
      terminals: kind.more?.stages
        ? []
        : [
            {
              id: `terminal-${index}` as TerminalId,
              kind: 'agent',
              title: 'agent',
              alive: running,
              pid: running ? 5000 + index : null,
              exitCode: running ? null : 0,
            },
          ],
      stages: [],
      pendingScript: null,
      changed: kind.changed
        ? { files: kind.changed[0], added: kind.changed[1], removed: kind.changed[2] }
        : { files: 0, added: 0, removed: 0 },
      tree: ids.tree,
      approval: null,
      landed: null,
      portBlock: 42_000 + index * 10,
      archivedAt: null,
      canResume: !running,
      problem: null,
      ...kind.more,
    }
  })
}

function file(path: string, status: ChangedFile['status'], added: number, removed: number): ChangedFile {
  return {
    path,
    oldPath: status === 'renamed' ? path.replace('token', 'tokens') : null,
    status,
    added,
    removed,
    binary: false,
    oldMode: status === 'added' ? '000000' : '100644',
    newMode: status === 'deleted' ? '000000' : '100644',
    oldId: status === 'added' ? null : ids.oldBlob,
    newId: status === 'deleted' ? null : ids.newBlob,
    submodule: false,
    untracked: false,
    generated: path.endsWith('lock.json'),
  }
}

export const fakeFiles: ChangedFile[] = [
  file('src/auth/session.ts', 'modified', 61, 12),
  file('src/auth/token.ts', 'renamed', 19, 8),
  file('src/auth/回调.ts', 'added', 24, 0),
  file('src/old.ts', 'deleted', 0, 9),
  file('package-lock.json', 'modified', 12, 2),
  file('tests/auth/session.test.ts', 'added', 4, 0),
  file('README.md', 'modified', 1, 1),
]

export function fakeFileDiff(path: string): FileDiff {
  const lines = Array.from({ length: 60 }, (_, index) => `export const value${index} = ${index} // ${path}`)
  const changedLines = lines.map((line, index) => (index % 17 === 5 ? line.replace('value', 'renamed') : line))
  return {
    kind: 'text',
    old: `${lines.join('\n')}\n`,
    new: `${changedLines.join('\n')}\nexport const added = true\n`,
    oldEncoding: 'utf-8',
    newEncoding: 'utf-8',
    oldEndsWithNewline: true,
    newEndsWithNewline: true,
    lineEndings: { old: 'lf', new: 'lf' },
  }
}

export function fakeWorktrees(sessions: readonly Session[]): Worktree[] {
  return sessions.slice(0, 40).map((session, index) => ({
    path: session.worktree,
    main: index === 10,
    ours: session.place === 'own',
    branch: session.branch,
    head: session.head,
    base: session.base,
    ahead: session.ahead,
    behind: session.behind,
    dirty: session.changed?.files ?? 0,
    untracked: index % 4,
    operation: null,
    locked: null,
    missing: false,
    session: session.id,
    sessionTitle: session.title,
    activeAt: session.activeAt,
    sizeBytes: 1_000_000 * (index + 1),
  }))
}

export const fakeScreen = `\x1b[1m● Fix the login redirect\x1b[0m

  I will look at how the session cookie is set first.

\x1b[32m●\x1b[0m Read(src/auth/session.ts)
  ⎿  Read 212 lines

\x1b[32m●\x1b[0m Update(src/auth/session.ts)
  ⎿  Updated with 61 additions and 12 removals

\x1b[36m你好，世界\x1b[0m — wide text and \x1b[4munderline\x1b[0m

$ `
