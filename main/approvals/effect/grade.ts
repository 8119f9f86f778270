/** From findings to one grade with its reasons. Pure; the worst finding decides. */
import { effectGrades, type Effect, type EffectGrade } from '@contract/effect.ts'

export type Finding =
  | {
      kind: 'read' | 'write' | 'delete'
      path: string
      inside: boolean
      exists: boolean
      tracked: boolean | null
      /** The worktree or the home folder as a whole, or what they lie in. */
      whole: boolean
      /** In the repository's own `.git`. */
      internal: boolean
      device: boolean
      secret: boolean
    }
  | { kind: 'delete-unknown' | 'throws-away' | 'git-change'; about: string }
  | { kind: 'send'; force: boolean; about: string }
  | { kind: 'system'; key: 'elevated' | 'system' | 'device' | 'processes' | 'history'; about: string }
  | { kind: 'unforeseen'; why: string; about: string }

interface Verdict {
  grade: EffectGrade
  key: string
  about: string
}

function judgeFinding(finding: Finding): Verdict | null {
  switch (finding.kind) {
    case 'read':
      if (finding.secret) return { grade: 'risky', key: 'reads-secret', about: finding.path }
      return finding.inside ? null : { grade: 'safe', key: 'reads-outside', about: finding.path }
    case 'write':
      if (finding.device) return { grade: 'dangerous', key: 'device', about: finding.path }
      if (finding.internal) return { grade: 'risky', key: 'writes-git', about: finding.path }
      if (!finding.inside)
        return { grade: finding.exists ? 'dangerous' : 'risky', key: 'writes-outside', about: finding.path }
      if (finding.exists && finding.tracked === false)
        return { grade: 'changes', key: 'overwrites-untracked', about: finding.path }
      return { grade: 'changes', key: 'writes', about: finding.path }
    case 'delete':
      if (finding.whole) return { grade: 'dangerous', key: 'deletes-all', about: finding.path }
      if (!finding.inside) return { grade: 'dangerous', key: 'deletes-outside', about: finding.path }
      if (finding.internal) return { grade: 'dangerous', key: 'deletes-git', about: finding.path }
      if (!finding.exists) return { grade: 'changes', key: 'deletes-nothing', about: finding.path }
      return finding.tracked === true
        ? { grade: 'changes', key: 'deletes-tracked', about: finding.path }
        : { grade: 'risky', key: 'deletes-untracked', about: finding.path }
    case 'delete-unknown':
      return { grade: 'dangerous', key: 'deletes-unknown', about: finding.about }
    case 'throws-away':
      return { grade: 'risky', key: 'throws-away', about: finding.about }
    case 'git-change':
      return { grade: 'changes', key: 'git-change', about: finding.about }
    case 'send':
      return { grade: finding.force ? 'dangerous' : 'risky', key: 'sends', about: finding.about }
    case 'system':
      return {
        grade: finding.key === 'history' || finding.key === 'processes' ? 'risky' : 'dangerous',
        key: finding.key,
        about: finding.about,
      }
    case 'unforeseen':
      return {
        grade: finding.why === 'downloaded' ? 'risky' : 'unforeseen',
        key: `unforeseen-${finding.why}`,
        about: finding.about,
      }
  }
}

/** The worst grade, and why, worst first. Nothing found: safe. */
export function gradeEffect(findings: readonly Finding[]): Pick<Effect, 'grade' | 'reasons'> {
  const rank = (grade: EffectGrade): number => effectGrades.indexOf(grade)
  const verdicts = findings.map(judgeFinding).filter((verdict) => verdict !== null)
  verdicts.sort((a, b) => rank(b.grade) - rank(a.grade))
  const seen = new Set<string>()
  const reasons: Effect['reasons'] = []
  for (const { key, about } of verdicts) {
    if (seen.has(`${key} ${about}`) || reasons.length >= 50) continue
    seen.add(`${key} ${about}`)
    reasons.push({ key, about })
  }
  return { grade: verdicts[0]?.grade ?? 'safe', reasons }
}
