/** Adds up what Vitest's JSON reports say. Plain Node: it runs before anything is installed. */
import { readFile } from 'node:fs/promises'

/** Passed, failed and skipped of one report file; a file that is missing or cut short is one failure. */
export async function readReport(path) {
  try {
    const report = JSON.parse(await readFile(path, 'utf8'))
    const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0)
    // A suite that did not load has no tests to fail: it counts as one.
    const broken = (report.testResults ?? []).filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    ).length
    const failed = (report.numFailedTests ?? 0) + broken
    return { passed: report.numPassedTests ?? 0, failed, skipped }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

export function addCounts(...counts) {
  return counts.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )
}

/** `12 passed, 0 failed`, with the skipped ones where there are any. */
export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
