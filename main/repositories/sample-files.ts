/** The sample repository: a ship's logbook in plain Node, so that its tests run on any machine without installing a thing. */

export interface SampleCommit {
  message: string
  files: Record<string, string>
}

const packageJson = `{
  "name": "logbook",
  "version": "0.1.0",
  "description": "A ship's logbook for the command line",
  "private": true,
  "type": "module",
  "bin": { "logbook": "src/cli.js" },
  "scripts": {
    "start": "node src/cli.js",
    "test": "node --test"
  },
  "engines": { "node": ">=20" }
}
`

const readme = `# Logbook

A ship's logbook for the command line: a handful of small files to try things on.

    node src/cli.js log.example.txt
    node --test

Each line of a log is a time, a position and a remark:

    1805-10-21T11:45 36.29N 6.25W England expects

## Things to ask an agent for

- Add a \`--json\` option that prints the entries as JSON.
- The dog watches (16:00 to 20:00) strike their bells differently. Make \`bells.js\` right, with tests.
- Print the distance sailed between entries in nautical miles.
- Refuse positions that lie outside the globe, and say which line is wrong.
- \u7ed9\u65e5\u5fd7\u52a0\u4e0a\u6309\u5173\u952e\u8bcd\u641c\u7d22\u7684\u529f\u80fd\uff0c\u5e76\u8865\u4e0a\u6d4b\u8bd5\u3002

Start two of them at once: they meet in \`src/cli.js\`.
`

const entryJs = `/**
 * @typedef {object} Entry
 * @property {Date} at
 * @property {number} latitude North is positive.
 * @property {number} longitude East is positive.
 * @property {string} remark
 */

const line = /^(\\S+)\\s+([\\d.]+)([NS])\\s+([\\d.]+)([EW])\\s*(.*)$/

/**
 * Reads one line of a log; null for an empty one or a comment.
 * @param {string} text
 * @returns {Entry | null}
 */
export function parseEntry(text) {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.startsWith('#')) return null
  const match = line.exec(trimmed)
  if (!match) throw new Error(\`not a log entry: \${trimmed}\`)
  const [, time, latitude, northOrSouth, longitude, eastOrWest, remark] = match
  return {
    at: new Date(\`\${time}Z\`),
    latitude: Number(latitude) * (northOrSouth === 'N' ? 1 : -1),
    longitude: Number(longitude) * (eastOrWest === 'E' ? 1 : -1),
    remark,
  }
}

/**
 * @param {string} text
 * @returns {Entry[]} in the order of time
 */
export function parseLog(text) {
  const entries = text.split('\\n').map(parseEntry)
  return entries.filter((entry) => entry !== null).sort((a, b) => a.at.getTime() - b.at.getTime())
}
`

const entryTest = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEntry, parseLog } from '../src/entry.js'

test('an entry has a time, a position and a remark', () => {
  assert.deepEqual(parseEntry('1805-10-21T11:45 36.29N 6.25W England expects'), {
    at: new Date('1805-10-21T11:45Z'),
    latitude: 36.29,
    longitude: -6.25,
    remark: 'England expects',
  })
})

test('empty lines and comments are no entries', () => {
  assert.equal(parseEntry('  '), null)
  assert.equal(parseEntry('# a comment'), null)
})

test('what is no entry is named', () => {
  assert.throws(() => parseEntry('hello'), /not a log entry: hello/)
})

test('a log is put in the order of time', () => {
  const entries = parseLog('1805-10-21T14:00 36N 6W second\\n1805-10-21T11:00 36N 6W first\\n')
  assert.deepEqual(
    entries.map((entry) => entry.remark),
    ['first', 'second'],
  )
})
`

const bellsJs = `/**
 * Bells struck at a time of day: one for each half hour of a watch of four hours, eight at its end.
 * @param {Date} at
 * @returns {number} 1 to 8, or 0 between the half hours
 */
export function bellsAt(at) {
  const minutes = at.getUTCHours() * 60 + at.getUTCMinutes()
  if (minutes % 30 !== 0) return 0
  const halfHours = (minutes / 30) % 8
  return halfHours === 0 ? 8 : halfHours
}
`

const bellsTest = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bellsAt } from '../src/bells.js'

const bells = (time) => bellsAt(new Date(\`1805-10-21T\${time}Z\`))

test('a watch begins and ends with eight bells', () => {
  assert.equal(bells('08:00'), 8)
  assert.equal(bells('12:00'), 8)
})

test('one bell is struck for each half hour', () => {
  assert.equal(bells('08:30'), 1)
  assert.equal(bells('11:30'), 7)
})

test('no bell is struck between the half hours', () => {
  assert.equal(bells('11:45'), 0)
})
`

const cliJs = `#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { bellsAt } from './bells.js'
import { parseLog } from './entry.js'

const [file] = process.argv.slice(2)
if (!file) {
  console.error('Usage: logbook FILE')
  process.exit(2)
}

for (const entry of parseLog(readFileSync(file, 'utf8'))) {
  const bells = bellsAt(entry.at)
  const time = entry.at.toISOString().slice(0, 16).replace('T', ' ')
  console.log([time, bells > 0 ? \`\${bells} bells\` : '', entry.remark].filter(Boolean).join('  '))
}
`

const example = `# HMS Victory, off Cape Trafalgar
1805-10-21T06:00 36.30N 6.30W Enemy fleet in sight
1805-10-21T11:45 36.29N 6.25W England expects that every man will do his duty
1805-10-21T12:30 36.28N 6.24W Broke through the line
1805-10-21T16:30 36.27N 6.22W Victory reported
`

const settings = `{
  "checks": [{ "name": "tests", "command": "npm test", "timeoutSeconds": 60 }],
  "run": "npm start -- log.example.txt"
}
`

/** The oldest first. */
export const sampleCommits: readonly SampleCommit[] = [
  { message: 'Start a logbook', files: { 'package.json': packageJson, '.gitignore': 'node_modules/\n.env\n' } },
  { message: 'Read log entries', files: { 'src/entry.js': entryJs, 'test/entry.test.js': entryTest } },
  { message: 'Count the bells', files: { 'src/bells.js': bellsJs, 'test/bells.test.js': bellsTest } },
  { message: 'Print a log from the command line', files: { 'src/cli.js': cliJs, 'log.example.txt': example } },
  {
    message: 'Say what this is and what to try',
    files: { 'README.md': readme, '.quarterdeck/settings.json': settings },
  },
]
