import { expect, it } from 'vitest'
import { importsOf, sources, viewsOf, type Source } from './sources.ts'

const rooms = ['worktree', 'diff', 'checks', 'landing', 'repositories']
const plain = ['agents', 'approvals', 'storage', 'usage', 'search', 'safety']

/** Who may import whom, by room. A room of main is its folder; the files beside the folders are rooms by name. */
const mayImport: Record<string, readonly string[]> = {
  contract: [],
  preload: ['contract'],
  renderer: ['contract'],
  'main/lib': ['contract'],
  'main/pty': ['contract', 'main/lib'],
  'main/git': ['contract', 'main/lib'],
  ...Object.fromEntries(rooms.map((room) => [`main/${room}`, ['contract', 'main/lib', 'main/git']])),
  ...Object.fromEntries(plain.map((room) => [`main/${room}`, ['contract', 'main/lib']])),
  ...Object.fromEntries(
    ['sessions', 'fleet', 'review'].map((room) => [
      `main/${room}`,
      [
        'contract',
        'main/lib',
        'main/git',
        ...[...rooms, ...plain].map((one) => `main/${one}`),
        'main/pty/pty-client.ts',
      ],
    ]),
  ),
  'main/rpc': ['contract', 'main/lib'],
  'main/deck': ['contract', 'main/lib', 'main/rpc', 'main/app'],
  'main/web': ['contract', 'main/lib', 'main/rpc', 'main/deck'],
  'main/electron': ['contract', 'main/lib', 'main/rpc', 'main/deck'],
  'main/cli': ['contract', 'main/lib', 'main/rpc'],
  'main/launch': [],
}

/** Known breaches, each `importer -> imported`. May only shrink. */
const breaches: ReadonlySet<string> = new Set<string>([])

function roomOf(path: string): string {
  if (path.startsWith('preload/contract/')) return 'contract'
  const [first = '', second = ''] = path.split('/')
  if (first !== 'main') return first
  if (/^app(-[a-z-]+)?\.ts$/.test(second)) return 'main/app'
  return `main/${second.replace(/\.ts$/, '')}`
}

function isAllowed(from: string, file: string): boolean {
  const to = roomOf(file)
  if (from === to || from === 'tests' || from === 'bench' || file === 'package.json') return true
  if (from === 'main/app')
    return to.startsWith('main/') ? !['main/electron', 'main/web', 'main/cli'].includes(to) : to === 'contract'
  const allowed = mayImport[from] ?? []
  return allowed.includes(to) || allowed.includes(file)
}

const program = (): Source[] => sources().filter((source) => !/^(tests|bench)\//.test(source.path))

it('each room imports only from the rooms below it', () => {
  const found = program().flatMap((source) =>
    source.imports
      .filter((one) => one.file !== null && !isAllowed(roomOf(source.path), one.file))
      .map((one) => `${source.path} -> ${one.file}`),
  )
  expect(found.filter((breach) => !breaches.has(breach))).toEqual([])
  expect(
    [...breaches].filter((breach) => !found.includes(breach)),
    'breaches that are healed: take them off',
  ).toEqual([])
})

it('every room of main is known to the rules', () => {
  const unknown = new Set(
    program()
      .map((source) => roomOf(source.path))
      .filter((room) => room !== 'main/app' && !(room in mayImport)),
  )
  expect([...unknown]).toEqual([])
})

it('only the desktop shell and the preload script import electron', () => {
  const found = sources()
    .filter((source) => source.imports.some((one) => one.specifier === 'electron'))
    .map((source) => source.path)
    .filter(
      (path) =>
        !path.startsWith('main/electron/') && path !== 'preload/preload.ts' && !path.startsWith('tests/electron/'),
    )
  expect(found).toEqual([])
})

it('the contract needs nothing but zod', () => {
  const found = sources()
    .filter((source) => source.path.startsWith('preload/contract/'))
    .flatMap((source) => source.imports.filter((one) => one.file === null && one.specifier !== 'zod'))
  expect(found).toEqual([])
})

it('the page imports nothing of Node, and the backend nothing of the page', () => {
  const node = /^(node:|fs$|path$|os$|child_process$|ws$|node-pty$|electron$)/
  const page =
    /^(react|react-dom|zustand|@xterm\/addon-(?!serialize|unicode)|monaco-editor|dockview|@base-ui|cmdk|lucide)/
  const found = program().flatMap((source) =>
    source.imports
      .filter((one) => one.file === null)
      .filter((one) => (source.path.startsWith('renderer/') ? node : page).test(one.specifier))
      .map((one) => `${source.path} -> ${one.specifier}`),
  )
  expect(found).toEqual([])
})

it('no file imports itself by way of others', () => {
  const graph = new Map(
    program().map((source) => [
      source.path,
      source.imports.filter((one) => !one.typeOnly && one.file !== null).map((one) => one.file as string),
    ]),
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) {
      cycles.push([...trail.slice(at), path].join(' -> '))
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  expect(cycles).toEqual([])
})

it('imports of our own files carry their ending', () => {
  const found = sources().flatMap((source) =>
    source.imports
      .filter((one) => one.file !== null && !/\.[a-z]+(\?.*)?$/.test(one.specifier))
      .map((one) => `${source.path} -> ${one.specifier}`),
  )
  expect(found).toEqual([])
})

it('the reader of import statements sees every form', () => {
  const text = `
import a from './a.ts'
import type { B } from './b.ts'
import { type C, type D } from './c.ts'
import {
  e,
  type F,
} from './e.ts'
import './g.css'
export { h } from './h.ts'
export * from './i.ts'
const j = await import('./j.ts')
/* import k from './k.ts' */
import l from 'zod'
import worker from './m.ts?worker'
`
  const found = importsOf('main/x/y.ts', text).map((one) => [one.file ?? one.specifier, one.typeOnly])
  expect(found).toEqual([
    ['main/x/a.ts', false],
    ['main/x/b.ts', true],
    ['main/x/c.ts', true],
    ['main/x/e.ts', false],
    ['main/x/g.css', false],
    ['main/x/h.ts', false],
    ['main/x/i.ts', false],
    ['main/x/j.ts', false],
    ['zod', false],
    ['main/x/m.ts', false],
  ])
})

it('the rules look at code, not at what comments and strings say', () => {
  const text = [
    "const a = 'x: any' // as any",
    'const b = `console.log(${danger.innerHTML}) // not a comment`',
    '/* eval( */ const c = /readSync\\(`/.test(d) ? f : `${`inner ${g}`}`',
  ].join('\n')
  const { code, comments } = viewsOf(text)
  expect(code.split('\n')).toHaveLength(3)
  for (const word of ['any', 'console', 'eval', 'readSync', 'inner ']) expect(code).not.toContain(word)
  for (const word of ['danger.innerHTML', 'const c', 'g']) expect(code).toContain(word)
  expect(comments).toContain('as any')
  expect(comments).toContain('eval(')
  expect(comments).not.toContain('not a comment')
})
