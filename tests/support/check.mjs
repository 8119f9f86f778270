/** `npm run check`: format, lint, types, layers and unit tests, as many at once as there are processors. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled, projectNode, root } from '../../main/launch/ensure.mjs'
import { addCounts, formatCounts, readReport } from './reports.mjs'

const modules = join(root, 'node_modules')
const bin = (name) => join(modules, '.bin', process.platform === 'win32' ? `${name}.cmd` : name)

/** Static checks count as one test each; `report` names a file that counts for itself. */
function steps(reports) {
  const types = ['preload/contract', 'preload', 'main', 'renderer', 'tests'].map((layer) => ({
    name: `types of ${layer}`,
    command: [bin('tsc'), '-p', layer, '--noEmit'],
  }))
  const tests = (project) => ({
    name: `${project} tests`,
    report: join(reports, `${project}.json`),
    command: [
      projectNode(),
      join(modules, 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${join(reports, `${project}.json`)}`,
    ],
  })
  // The longest first, so that the end is not one of them alone.
  return [
    tests('unit'),
    ...types.slice().reverse(),
    { name: 'lint', command: [bin('oxlint')] },
    tests('architecture'),
    { name: 'format', command: [bin('biome'), 'format', '.'] },
  ]
}

function runQuietly(command, onChild) {
  return new Promise((resolve) => {
    const env = {
      ...process.env,
      PATH: `${join(modules, '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env['PATH']}`,
    }
    const child = spawn(command[0], command.slice(1), {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command[0].endsWith('.cmd'),
    })
    onChild(child)
    let output = ''
    const take = (chunk) => (output = (output + chunk).slice(-200_000))
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('error', (error) => resolve({ code: 1, output: error.message }))
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** Runs all checks; prints one line each, and what a failed one said. Gives the counts. */
export async function check({ print }) {
  const reports = await mkdtemp(join(tmpdir(), 'quarterdeck-check-'))
  const children = new Set()
  const stop = () => {
    for (const child of children) child.kill()
  }
  process.once('exit', stop)
  try {
    const queue = steps(reports)
    let counts = addCounts()
    const work = async () => {
      for (let step = queue.shift(); step; step = queue.shift()) {
        const started = Date.now()
        let own
        const { code, output } = await runQuietly(step.command, (child) => {
          own = child
          children.add(child)
        })
        children.delete(own)
        const seconds = ((Date.now() - started) / 1000).toFixed(1)
        print(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)${code === 0 ? '' : `\n${output}`}`)
        const counted = step.report
          ? await readReport(step.report)
          : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
        // Vitest can fail without a failed test (an error outside of all).
        if (step.report && code !== 0 && counted.failed === 0) counted.failed = 1
        counts = addCounts(counts, counted)
      }
    }
    await Promise.all(Array.from({ length: Math.max(2, Math.min(4, availableParallelism())) }, work))
    return counts
  } finally {
    process.removeListener('exit', stop)
    await rm(reports, { recursive: true, force: true })
  }
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  const started = Date.now()
  const print = (text) => process.stdout.write(`${text}\n`)
  try {
    await ensureInstalled({ tell: print, output: 'stderr' })
    const counts = await check({ print })
    print(`${formatCounts(counts)} in ${((Date.now() - started) / 1000).toFixed(1)} s`)
    if (counts.failed > 0) process.exitCode = 1
  } catch (error) {
    print(error.message)
    process.exitCode = 1
  }
}
