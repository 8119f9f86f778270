import { z } from 'zod'

/** The person's settings: one JSON file in the data folder, unknown keys kept. */
export const settings = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  language: z.enum(['system', 'en', 'zh-CN']).default('system'),
  density: z.enum(['compact', 'comfortable']).default('compact'),
  terminalFontSize: z.int().min(8).max(32).default(13),
  terminalFontFamily: z.string().max(200).default(''),
  scrollbackLines: z.int().min(1000).max(100_000).default(20_000),
  copyOnSelection: z.boolean().default(true),
  /** Program and arguments that open a file; `{path}`, `{line}`, `{column}` are filled in. Empty: found by itself. */
  editor: z.array(z.string().max(1024)).max(20).default([]),
  /** What happens to agents when the program is closed. */
  onQuit: z.enum(['ask', 'keep', 'stop']).default('ask'),
  diffLayout: z.enum(['split', 'inline']).default('split'),
  fileList: z.enum(['tree', 'list']).default('tree'),
  wordWrap: z.boolean().default(false),
  groupBy: z.enum(['need', 'repository']).default('need'),
  /** Folder for new worktrees; empty: in the data folder. */
  worktreeFolder: z.string().max(4096).default(''),
  trashDays: z.int().min(1).max(365).default(14),
  defaultAgent: z.string().max(64).default(''),
  /** Shell command line per "any command" agent, latest first. */
  recentCommands: z.array(z.string().max(8192)).max(20).default([]),
  /** Command id to key chord, for those that the person changed. */
  keys: z.record(z.string().max(64), z.string().max(64)).default({}),
  /** Environment variables (names) that agents do not get. */
  hiddenEnvironment: z.array(z.string().max(256)).max(200).default([]),
  autoResume: z.boolean().default(false),
})
export type Settings = z.infer<typeof settings>

/** What is changed, and nothing else: `partial()` alone would fill in the defaults of every setting left out. */
export type SettingsChange = Partial<Settings>
export const settingsChange: z.ZodType<SettingsChange, SettingsChange> = z.object(
  Object.fromEntries(Object.entries(settings.shape).map(([name, field]) => [name, field.unwrap().optional()])),
)
