/**
 * A squash brings the work but not its commits, so git would merge the same lines again the next time and clash with
 * itself. The base's reflog, where each landing leaves a line, tells what of a branch is there already.
 */
import { succeed, type Result } from '@contract/result.ts'
import type { GitCode } from '../git/errors.ts'
import { runGit } from '../git/run.ts'

const maxCommits = 1000
const pattern = /^quarterdeck: land ([0-9a-f]{40}|[0-9a-f]{64})\b/

/** The reflog line of a landing of `head`. */
export function landingNote(head: string): string {
  return `quarterdeck: land ${head}`
}

/** Reads `git log -g --format=%H %gs`: the commits that the base was moved to, with what was landed by it, newest first. */
export function parseLandings(text: string): { commit: string; head: string }[] {
  return text.split('\n').flatMap((line) => {
    const space = line.indexOf(' ')
    const head = pattern.exec(line.slice(space + 1))?.[1]
    return head && space > 0 ? [{ commit: line.slice(0, space), head }] : []
  })
}

/**
 * The newest commit of `head`'s own history whose work a landing brought to `base` by other commits; null where there
 * is none, or where nothing remembers (reflogs are switched off, or have expired).
 */
export async function landedBefore(
  folder: string,
  base: { ref: string; commit: string },
  head: string,
): Promise<Result<string | null, GitCode>> {
  const reflog = await runGit({
    cwd: folder,
    args: ['log', '-g', '-n', String(maxCommits), '--format=%H %gs', base.ref, '--'],
    okCodes: [128],
    urgent: true,
  })
  if (!reflog.ok) return reflog
  const landings = reflog.value.exitCode === 0 ? parseLandings(reflog.value.text()) : []
  if (landings.length === 0) return succeed(null)
  const [ours, theirs] = await Promise.all([
    commitsBetween(folder, head, base.commit),
    commitsBetween(folder, base.commit, head),
  ])
  if (!ours.ok) return ours
  if (!theirs.ok) return theirs
  const found = landings.find(({ commit, head: landed }) => ours.value.has(landed) && theirs.value.has(commit))
  return succeed(found?.head ?? null)
}

/** Commits that `from` has and `without` lacks, the newest of them. */
async function commitsBetween(folder: string, from: string, without: string): Promise<Result<Set<string>, GitCode>> {
  const result = await runGit({
    cwd: folder,
    args: ['rev-list', `--max-count=${maxCommits}`, from, `^${without}`, '--'],
    urgent: true,
  })
  return result.ok ? succeed(new Set(result.value.text().split('\n'))) : result
}
