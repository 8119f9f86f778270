import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StartInput } from '../../main/agents/adapter.ts'
import { claude } from '../../main/agents/claude.ts'
import { codex } from '../../main/agents/codex.ts'
import { command, placePrompt } from '../../main/agents/command.ts'
import { shell } from '../../main/agents/shell.ts'

const input: StartInput = {
  program: null,
  worktree: '/wt',
  prompt: '',
  mode: null,
  command: null,
  conversation: null,
  shell: '/bin/bash',
}

describe('a command of the person', () => {
  test.each([
    ['agent {prompt}', 'agent "$QUARTERDECK_PROMPT"'],
    [`agent "{prompt}"`, `agent "$QUARTERDECK_PROMPT"`],
    [`agent '{prompt}'`, `agent ''"$QUARTERDECK_PROMPT"''`],
    [`agent --say="Do: {prompt}!"`, `agent --say="Do: $QUARTERDECK_PROMPT!"`],
    [`agent \\"{prompt}`, `agent \\""$QUARTERDECK_PROMPT"`],
  ])('%s keeps its quotes', (given, line) => {
    expect(placePrompt(given)).toEqual({ line, placed: true })
  })

  test('a hostile prompt is one word and runs nothing, wherever it is put', () => {
    const forms = ['printf %s {prompt}', 'printf %s "{prompt}"', "printf %s '{prompt}'"]
    const hostile = [`'; touch /tmp/owned; '`, '$(id)', '`id`', '"; id; "', 'a\nb', '-n', '修复 登录', '\\', '!!']
    for (const form of forms) {
      for (const prompt of hostile) {
        const start = command.start({ ...input, command: form, prompt })
        const out = execFileSync('/bin/bash', ['--norc', '-c', start.args.at(-1) ?? ''], {
          env: { PATH: process.env['PATH'], ...start.env },
          encoding: 'utf8',
        })
        expect(out).toBe(prompt)
        expect(start.type).toBeNull()
      }
    }
  })

  test('without a place for it, the prompt is typed', () => {
    const start = command.start({ ...input, command: 'my-agent --tui', prompt: 'fix it' })
    expect(start).toMatchObject({ file: '/bin/bash', args: ['-l', '-c', 'my-agent --tui'], type: 'fix it' })
    expect(start.env['QUARTERDECK_PROMPT']).toBe('fix it')
  })

  test('a command without {prompt} is left exactly as it was written', () => {
    fc.assert(
      fc.property(
        fc.string().filter((line) => !line.includes('{prompt}')),
        (line) => {
          expect(placePrompt(line)).toEqual({ line, placed: false })
        },
      ),
    )
  })
})

describe('the agents are started', () => {
  test('Claude: asks before it acts, keeps an id to be resumed by, takes the prompt as an argument', () => {
    const start = claude.start({ ...input, program: '/x/claude', prompt: '-rf is a flag', conversation: 'uuid' })
    expect(start.file).toBe('/x/claude')
    expect(start.args).toEqual(['--permission-mode', 'manual', '--session-id', 'uuid', '--', '-rf is a flag'])
    expect(claude.resume({ ...input, conversation: 'uuid', prompt: 'again?' }).args).toEqual([
      '--permission-mode',
      'manual',
      '--resume',
      'uuid',
    ])
    expect(claude.newConversation()).toMatch(/^[0-9a-f-]{36}$/)
  })
  test('Codex: leaves no daemon behind and tells by OSC 9', () => {
    const { args } = codex.start({ ...input, prompt: 'go', mode: 'read-only' })
    expect(args).toContain('--no-daemon')
    expect(args.join(' ')).toContain('-C /wt -s read-only')
    expect(args).toContain('tui.notification_method="osc9"')
    expect(args.slice(-2)).toEqual(['--', 'go'])
  })
  test('a prompt too long for an argument is typed instead', () => {
    const prompt = 'x'.repeat(150_000)
    expect(claude.start({ ...input, prompt }).type).toBe(prompt)
    expect(codex.start({ ...input, prompt }).args).not.toContain(prompt)
  })
  test('a shell is the login shell; a resumed one is not typed to again', () => {
    expect(shell.start({ ...input, prompt: 'make' })).toEqual({
      file: '/bin/bash',
      args: ['-l'],
      env: {},
      type: 'make',
    })
    expect(shell.resume({ ...input, prompt: 'make' }).type).toBeNull()
  })
})
