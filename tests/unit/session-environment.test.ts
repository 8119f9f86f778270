import { describe, expect, test } from 'vitest'
import { sessionEnvironment } from '../../main/sessions/environment.ts'

const facts = { session: 's1', portBlock: 41_010, root: '/repo', worktree: '/wt', hidden: [] as string[] }

describe('the environment of a session', () => {
  test('has its ports, its folders and a terminal that can do colours', () => {
    const env = sessionEnvironment({ PATH: '/bin', HOME: '/h' }, facts)
    expect(env).toMatchObject({
      HOME: '/h',
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      QUARTERDECK_SESSION: 's1',
      QUARTERDECK_ROOT: '/repo',
      QUARTERDECK_WORKTREE: '/wt',
      QUARTERDECK_PORT: '41010',
      QUARTERDECK_PORT_0: '41010',
      QUARTERDECK_PORT_9: '41019',
    })
  })
  test('has nothing of our own runtime, nor of the terminal or session around us', () => {
    const env = sessionEnvironment(
      {
        PATH: '/app/node_modules/.bin:/bin:/x/node-gyp-bin',
        ELECTRON_RUN_AS_NODE: '1',
        NODE_OPTIONS: '--x',
        npm_config_a: 'b',
        TMUX: 'x',
        CLAUDECODE: '1',
        QUARTERDECK_DATA: '/d',
        GIT_DIR: '/g',
      },
      facts,
    )
    expect(Object.keys(env).filter((name) => /ELECTRON|NODE_|npm_|TMUX|CLAUDE|DATA|GIT_/.test(name))).toEqual([])
    expect(env['PATH']).toBe('/bin')
  })
  test('keeps back what the person hides, and finds the agent its own folder', () => {
    const env = sessionEnvironment(
      { PATH: '/bin', AWS_SECRET: 'x', KEEP: 'y' },
      { ...facts, hidden: ['AWS_SECRET'], program: '/home/p/.local/bin/claude' },
    )
    expect(env['AWS_SECRET']).toBeUndefined()
    expect(env['KEEP']).toBe('y')
    expect(env['PATH']).toBe('/bin:/home/p/.local/bin')
  })
})
