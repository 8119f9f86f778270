import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fillEditorCommand, openInEditor } from '../../main/app-editor.ts'
import { until } from '../support/until.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qd-editor-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A stand-in that writes its arguments down, one a line. */
async function program(name: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(
    path,
    `#!/bin/sh\nfor a in "$@"; do printf '%s\\n' "$a"; done > '${folder}/${name}.args.part'\nmv '${folder}/${name}.args.part' '${folder}/${name}.args'\n`,
  )
  await chmod(path, 0o755)
  return path
}
const argsOf = (name: string) => until('its arguments', () => readFile(join(folder, `${name}.args`), 'utf8'))

const target = { path: '/a b/$(id);文件.ts', line: 12, column: 3 }

describe('opening a file in the editor', () => {
  test('the person’s own command gets path, line and column as plain arguments', async () => {
    const editor = await program('mine')
    expect(await openInEditor(target, [editor, '--at', '{line}:{column}', '{path}'], {})).toBe('mine')
    expect(await argsOf('mine')).toBe('--at\n12:3\n/a b/$(id);文件.ts\n')
  })
  test('a command without a place for the path gets it at the end', () => {
    expect(fillEditorCommand(['-x'], target)).toEqual(['-x', target.path])
    expect(fillEditorCommand(['{path}:{line}'], { ...target, line: undefined })).toEqual([`${target.path}:1`])
  })
  test('VISUAL is used when it is an editor with a window, and does not wait', async () => {
    const editor = await program('code')
    expect(await openInEditor(target, [], { VISUAL: `${editor} --wait`, EDITOR: 'vim', PATH: '' })).toBe('code')
    expect(await argsOf('code')).toBe(`--goto\n${target.path}:12:3\n`)
  })
  test('one that needs a terminal is not started unseen; the PATH is looked through instead', async () => {
    await program('vim')
    await program('zed')
    expect(await openInEditor({ ...target, line: undefined }, [], { EDITOR: 'vim', PATH: folder, HOME: folder })).toBe(
      'zed',
    )
    expect(await argsOf('zed')).toBe(`${target.path}\n`)
  })
  test('a command that cannot be started is said', async () => {
    expect(await openInEditor(target, [join(folder, 'nothing')], {})).toBeNull()
  })
})
