import { describe, expect, it } from 'vitest'
import type { StartInput } from '../../main/agents/adapter.ts'
import { amp } from '../../main/agents/amp.ts'
import { copilot, readCopilotEvents } from '../../main/agents/copilot.ts'
import { cursor } from '../../main/agents/cursor.ts'
import { devin } from '../../main/agents/devin.ts'
import { gemini } from '../../main/agents/gemini.ts'
import { goose } from '../../main/agents/goose.ts'
import { opencode, readOpencodeSessions } from '../../main/agents/opencode.ts'
import { qwen } from '../../main/agents/qwen.ts'

const input = (more: Partial<StartInput> = {}): StartInput => ({
  program: null,
  worktree: '/code/tree',
  prompt: '--help me',
  mode: null,
  command: null,
  conversation: null,
  shell: '/bin/bash',
  ...more,
})

describe('a prompt that begins with a dash', () => {
  it.each([copilot, gemini, opencode, cursor, devin, qwen, goose])('stays a prompt for $name', ({ start }) => {
    const { args } = start(input())
    const last = args.at(-1) ?? ''
    expect(last.endsWith('--help me')).toBe(true)
    expect(last === '--help me' ? args.at(-2) : '--').toBe('--')
  })

  it('is typed where a program takes none at its start', () => {
    expect(amp.start(input())).toMatchObject({ args: [], type: '--help me' })
  })

  it('is typed where it is too long for an argument', () => {
    const prompt = 'x'.repeat(130_000)
    const { args, type } = gemini.start(input({ prompt }))
    expect(type).toBe(prompt)
    expect(args.join(' ').length).toBeLessThan(200)
  })
})

describe('a conversation is found again', () => {
  it('by the id that was given at its start', () => {
    const conversation = '0b7a7c8e-9a53-4c6b-8ad4-111111111111'
    expect(copilot.resume(input({ conversation })).args).toEqual(['--session-id', conversation])
    expect(gemini.resume(input({ conversation })).args).toContain(conversation)
    expect(goose.resume(input({ conversation })).args).toEqual(['session', '--resume', '--name', conversation])
  })

  it('in the list of all, by its worktree: never another worktree’s', () => {
    const list = JSON.stringify([
      { id: 'ses_new', directory: '/code/other', updated: 9 },
      { id: 'ses_old', directory: '/code/tree', updated: 3 },
      { id: 'ses_mid', directory: '/code/tree', updated: 5 },
    ])
    expect(readOpencodeSessions(list, '/code/tree')).toBe('ses_mid')
    expect(readOpencodeSessions(list, '/code/none')).toBeNull()
    expect(readOpencodeSessions('No sessions yet', '/code/tree')).toBeNull()
  })
})

describe('Gemini’s title', () => {
  it('tells that it works, asks or rests', () => {
    const kind = (title: string): string | undefined => gemini.read({ kind: 'title', title })?.kind
    expect(kind('✦  Working… (tree)      ')).toBe('working')
    expect(kind('✋  Action Required (tree)')).toBe('needs-approval')
    expect(kind('◇  Ready (tree)')).toBe('rests')
    expect(kind('something else')).toBeUndefined()
  })
})

describe('Copilot’s event log', () => {
  const line = (type: string, data: object = {}): string => `${JSON.stringify({ type, data })}\n`

  it('tells what it asks for, until that is answered', () => {
    const asked = line('permission.requested', {
      permissionRequest: { kind: 'shell', fullCommandText: 'rm -rf build' },
    })
    expect(readCopilotEvents(asked)).toEqual({ kind: 'needs-approval', detail: 'shell: rm -rf build' })
    expect(readCopilotEvents(asked + line('permission.completed'))?.kind).toBe('working')
  })

  it('leaves the end of a turn to the terminal, and is not confused by half a line', () => {
    expect(readCopilotEvents(line('tool.execution_start') + line('assistant.turn_end'))).toBeNull()
    expect(readCopilotEvents(`sion":1}\n${line('tool.execution_start')}{"type":"assist`)?.kind).toBe('working')
    expect(readCopilotEvents('')).toBeNull()
  })
})
