import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { dataFolderOf, socketPathOf } from '../../main/lib/data-folder.ts'
import { parseWebArguments } from '../../main/web/arguments.ts'
import { findBrowser, hasDisplay } from '../../main/web/browser.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qd-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('arguments of the web host: folder, port, data folder, and whether a browser opens', () => {
  const env = { QUARTERDECK_DATA: '/data' }
  expect(parseWebArguments(['repo', '--port', '4000', '--no-open'], '/home/p', env)).toEqual({
    ok: true,
    value: { folder: '/home/p/repo', port: 4000, open: false, dataFolder: '/data', headless: false },
  })
  expect(parseWebArguments(['--data', 'd', '--headless'], '/home/p', env)).toMatchObject({
    value: { folder: null, port: null, open: false, dataFolder: '/home/p/d', headless: true },
  })
  expect(parseWebArguments(['--', '--odd name'], '/home/p', env)).toMatchObject({
    value: { folder: '/home/p/--odd name', open: true },
  })
  for (const wrong of [
    ['--port', 'x'],
    ['--port', '70000'],
    ['--port', '-1'],
    ['a', 'b'],
    ['--nonsense'],
    ['--port'],
  ]) {
    expect(parseWebArguments(wrong, '/', env), wrong.join(' ')).toMatchObject({ error: { code: 'bad-request' } })
  }
})

it('data lies where each system wants it, unless it is told otherwise', () => {
  expect(dataFolderOf('/x', { QUARTERDECK_DATA: '/y' })).toBe('/x')
  expect(dataFolderOf(undefined, { QUARTERDECK_DATA: '/y' })).toBe('/y')
  expect(dataFolderOf(undefined, { XDG_DATA_HOME: '/xdg' }, 'linux')).toBe('/xdg/quarterdeck')
  expect(dataFolderOf(undefined, { XDG_DATA_HOME: '' }, 'linux')).toBe(join(homedir(), '.local/share/quarterdeck'))
  expect(dataFolderOf(undefined, {}, 'darwin')).toBe(join(homedir(), 'Library/Application Support/Quarterdeck'))
  expect(dataFolderOf(undefined, { APPDATA: '/roaming' }, 'win32')).toBe('/roaming/Quarterdeck')
})

it('two data folders never share a socket', () => {
  const long = `/${'x'.repeat(150)}`
  const paths = ['/a', '/b', `${long}1`, `${long}2`].map((data) => socketPathOf(data, 'deck').path)
  expect(new Set(paths).size).toBe(4)
  for (const path of paths) expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100)
  expect(socketPathOf('/a', 'deck')).toEqual({ path: '/a/deck.sock', folder: '/a' })
})

it('the page opens in a Chromium window of its own, else in the browser, else not at all', async () => {
  const env = { PATH: folder, DISPLAY: ':0' }
  expect(await findBrowser('http://x/', 'linux', env, 1000)).toBeNull()
  const add = async (name: string): Promise<string> => {
    await writeFile(join(folder, name), '#!/bin/sh\n')
    await chmod(join(folder, name), 0o755)
    return join(folder, name)
  }
  const opener = await add('xdg-open')
  expect(await findBrowser('http://x/', 'linux', env, 1000)).toEqual({ program: opener, args: ['http://x/'] })
  const chrome = await add('google-chrome')
  expect(await findBrowser('http://x/', 'linux', env, 1000)).toEqual({ program: chrome, args: ['--app=http://x/'] })
  expect(await findBrowser('http://x/', 'linux', { PATH: folder }, 1000)).toBeNull()
  // Chromium has no sandbox for root, and without one it shall not run.
  expect(await findBrowser('http://x/', 'linux', env, 0)).toBeNull()
  expect(hasDisplay('darwin', {})).toBe(true)
})
