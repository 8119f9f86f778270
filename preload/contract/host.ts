/** What this host can do; the page asks for capabilities, never for the host's name. */
export interface Capabilities {
  nativeFolderPicker: boolean
  nativeMenu: boolean
  /** Which modifier the program's own keys use: a browser keeps Ctrl/Cmd for itself. */
  keyModifier: 'mod' | 'alt'
  /** The page may ask the host to open an address in the person's browser. */
  openExternal: boolean
  systemNotifications: boolean
}

export interface HostState {
  version: string
  build: string
  pid: number
  platform: 'linux' | 'darwin' | 'win32'
  dataFolder: string
  home: string
  address: string | null
  git: { path: string; version: string; usable: boolean; message: string | null } | null
  ptyHost: { state: 'starting' | 'running' | 'lost'; pid: number | null }
  capabilities: Capabilities
  /** Memory of the program's own processes and their agents, and load of all, refreshed every few seconds while somebody looks. */
  load: { memoryBytes: number; cpuPercent: number; agents: number } | null
  /** Things that went wrong at start and were worked around, in words. */
  problems: string[]
}

export interface DeckStatus {
  version: string
  pid: number
  ptyHostPid: number | null
  address: string | null
  sessions: Record<string, number>
}
