import { createStore } from 'zustand/vanilla'

/** Whether the "Open a repository" dialog is up; the command and the welcome screen both raise it. */
export const openRepositoryDialog = createStore<{ open: boolean }>(() => ({ open: false }))
