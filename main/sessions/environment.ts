/** The environment of everything that runs in a session's terminals. Pure. */
import { delimiter, dirname } from 'node:path'
import { portBlockSize } from './ports.ts'

/** Our own runtime's variables, and those of the tools that started us: none of them is meant for a person's programs. */
const internal =
  /^(ELECTRON_|npm_|NODE_OPTIONS$|NODE_CHANNEL_|NODE_UNIQUE_ID$|VITE|VITEST|QUARTERDECK_|INIT_CWD$|CHROME_DESKTOP$|ORIGINAL_XDG_CURRENT_DESKTOP$|GDK_BACKEND$)/

/** Variables that tell of a terminal or agent around us, which the session's terminal is not in. */
const surroundings = new Set([
  'TERM_PROGRAM',
  'TERM_PROGRAM_VERSION',
  'TERM_SESSION_ID',
  'TMUX',
  'TMUX_PANE',
  'STY',
  'WINDOWID',
  'VTE_VERSION',
  'KITTY_WINDOW_ID',
  'ITERM_SESSION_ID',
  'WT_SESSION',
  'COLUMNS',
  'LINES',
  'CLAUDECODE',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_SSE_PORT',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'OLDPWD',
])

export interface SessionEnvironment {
  session: string
  portBlock: number
  /** The main checkout. */
  root: string
  worktree: string
  /** Names the person wants agents not to get. */
  hidden: readonly string[]
  /** Folder of the agent's program, added at the end of the PATH when it is not on it. */
  program?: string | null
}

export function sessionEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  facts: SessionEnvironment,
): Record<string, string> {
  const env: Record<string, string> = {}
  const hidden = new Set(facts.hidden)
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined || internal.test(name) || surroundings.has(name) || hidden.has(name)) continue
    env[name] = value
  }
  // npm puts its own folders in front when it started us.
  const path = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !/[\\/]node_modules[\\/]\.bin$|[\\/]node-gyp-bin$/.test(folder))
  if (facts.program && !path.includes(dirname(facts.program))) path.push(dirname(facts.program))
  env['PATH'] = path.join(delimiter)
  env['TERM'] = 'xterm-256color'
  env['COLORTERM'] = 'truecolor'
  env['PWD'] = facts.worktree
  env['QUARTERDECK_SESSION'] = facts.session
  env['QUARTERDECK_ROOT'] = facts.root
  env['QUARTERDECK_WORKTREE'] = facts.worktree
  env['QUARTERDECK_PORT'] = String(facts.portBlock)
  // Set-up scripts written for other programs find the main checkout and their worktree by these names.
  env['CONDUCTOR_ROOT_PATH'] = facts.root
  env['CONDUCTOR_WORKSPACE_PATH'] = facts.worktree
  env['CONDUCTOR_PORT'] = String(facts.portBlock)
  env['SUPERSET_ROOT_PATH'] = facts.root
  env['SUPERSET_WORKSPACE_PATH'] = facts.worktree
  env['ROOT_WORKTREE_PATH'] = facts.root
  for (let at = 0; at < portBlockSize; at++) env[`QUARTERDECK_PORT_${at}`] = String(facts.portBlock + at)
  return env
}
