import { expect, it } from 'vitest'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
interface StartArguments {
  web: boolean
  help: boolean
  folder: string | null
  options: string[]
  problem: string | null
}
interface Counts {
  passed: number
  failed: number
  skipped: number
}
const launch = '../../main/launch'
const { readArguments } = (await import(`${launch}/arguments.mjs`)) as {
  readArguments(args: string[], cwd: string): StartArguments
}
const { nodeProblem } = (await import(`${launch}/ensure.mjs`)) as { nodeProblem(version?: string): string | null }
const { desktopProblem } = (await import(`${launch}/electron-runtime.mjs`)) as {
  desktopProblem(platform: string, env: Record<string, string>, uid: number): string | null
}
const { readReport, formatCounts, addCounts } = (await import('../support/reports.mjs' as string)) as {
  readReport(path: string): Promise<Counts>
  formatCounts(counts: Counts): string
  addCounts(...counts: Counts[]): Counts
}

it('npm start takes folder, --web, --port, --no-open and --data in any order', () => {
  expect(readArguments(['repo', '--web', '--port', '4000', '--data=d'], '/home/p')).toEqual({
    web: true,
    help: false,
    folder: '/home/p/repo',
    options: ['--port', '4000', '--data', '/home/p/d'],
    problem: null,
  })
  expect(readArguments(['--no-open', '/abs'], '/home/p')).toMatchObject({ web: true, folder: '/abs' })
  expect(readArguments([], '/')).toMatchObject({ web: false, folder: null, options: [], problem: null })
  expect(readArguments(['--port'], '/').problem).toContain('--port')
  expect(readArguments(['--wbe'], '/').problem).toContain('--wbe')
  expect(readArguments(['a', 'b'], '/').problem).not.toBeNull()
})

it('an old Node is told so before anything is tried', () => {
  expect(nodeProblem('18.19.0')).toContain('Node 20')
  expect(nodeProblem('20.0.0')).toBeNull()
  expect(nodeProblem('24.1.0')).toBeNull()
})

it('no desktop program is tried where none could show', () => {
  expect(desktopProblem('linux', {}, 1000)).toContain('display')
  expect(desktopProblem('linux', { DISPLAY: ':0' }, 0)).toContain('root')
  expect(desktopProblem('linux', { WAYLAND_DISPLAY: 'wayland-0' }, 1000)).toBeNull()
  expect(desktopProblem('darwin', {}, 501)).toBeNull()
})

it('a test report that is missing, broken or did not load counts as a failure', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'qd-'))
  try {
    const path = join(folder, 'r.json')
    expect(await readReport(path)).toEqual({ passed: 0, failed: 1, skipped: 0 })
    await writeFile(path, '{')
    expect((await readReport(path)).failed).toBe(1)
    const report = {
      numPassedTests: 3,
      numFailedTests: 1,
      numPendingTests: 2,
      testResults: [
        { status: 'failed', assertionResults: [{ status: 'failed' }] },
        { status: 'failed', assertionResults: [] },
      ],
    }
    await writeFile(path, JSON.stringify(report))
    const counts = await readReport(path)
    expect(counts).toEqual({ passed: 3, failed: 2, skipped: 2 })
    expect(formatCounts(counts)).toBe('3 passed, 2 failed, 2 skipped')
    expect(formatCounts(addCounts({ passed: 1, failed: 0, skipped: 0 }))).toBe('1 passed, 0 failed')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
