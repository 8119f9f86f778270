/** One word or two for each state of a session. */
export const texts = {
  starting: 'Starting',
  working: 'Working',
  'needs-approval': 'Needs approval',
  'asks-question': 'Asks a question',
  'turn-finished': 'Turn finished',
  idle: 'Idle',
  paused: 'Paused',
  interrupted: 'Interrupted',
  failed: 'Failed',
  exited: 'Ended',
  unsure: 'Unsure',
} as const
