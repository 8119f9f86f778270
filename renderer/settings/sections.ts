/** Sections of the settings page, in order, with the text keys that a search looks through. */
export const sections = [
  { name: 'appearance', texts: ['theme', 'light', 'dark', 'language', 'density', 'compact', 'comfortable'] },
  { name: 'agents', texts: ['agentsWhat', 'agentMissing', 'lookAgain', 'copyInstall'] },
  {
    name: 'sessions',
    texts: [
      'defaultAgent',
      'groupBy',
      'autoResume',
      'autoResume-hint',
      'hiddenEnvironment',
      'hiddenEnvironment-hint',
      'recentCommands',
      'editor',
      'editor-hint',
    ],
  },
  { name: 'terminal', texts: ['terminalFontSize', 'terminalFontFamily', 'scrollbackLines', 'copyOnSelection'] },
  { name: 'review', texts: ['diffLayout', 'split', 'inline', 'fileList', 'tree', 'list', 'wordWrap'] },
  { name: 'worktrees', texts: ['worktreeFolder', 'worktreeFolder-hint', 'trashDays', 'trashDays-hint'] },
  { name: 'closing', texts: ['onQuit', 'onQuit-hint', 'quitAsk', 'quitKeep', 'quitStop'] },
  { name: 'keyboard', texts: ['keyboardWords'] },
  { name: 'machine', texts: ['dataFolder', 'worktreesOnDisk', 'trash', 'git', 'program'] },
] as const

export type SectionName = (typeof sections)[number]['name']
