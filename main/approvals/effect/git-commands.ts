/** What git's own subcommands would do. */
import { hasFlag, readArguments } from './options.ts'
import type { Call, Operation } from './operation.ts'
import { fieldText, literal, plain, type Field } from './words.ts'

const reading = new Set([
  ...['status', 'log', 'diff', 'show', 'rev-parse', 'ls-files', 'ls-tree', 'cat-file', 'blame', 'annotate', 'describe'],
  ...['grep', 'shortlog', 'merge-base', 'rev-list', 'name-rev', 'for-each-ref', 'check-ignore', 'check-attr', 'help'],
  ...['version', 'whatchanged', 'range-diff', 'cherry', 'count-objects', 'diff-tree', 'diff-files', 'diff-index'],
  ...['show-ref', 'var', 'verify-commit', 'verify-tag', 'fsck', 'ls-remote', 'merge-tree', 'show-branch', 'archive'],
])
/** Changes that a commit, the reflog or the index can give back. */
const changing = new Set([
  ...['add', 'commit', 'merge', 'rebase', 'cherry-pick', 'revert', 'mv', 'am', 'apply', 'init', 'pull', 'fetch'],
  ...['notes', 'replace', 'rerere', 'sparse-checkout', 'read-tree', 'write-tree', 'commit-tree', 'update-index'],
  ...['hash-object', 'bundle', 'format-patch', 'clone', 'maintenance', 'pack-refs', 'repack'],
])

/** The words after which `git branch`, `git tag`, `git stash`, `git remote`… only list. */
function onlyLists(verb: string, rest: readonly Field[]): boolean {
  const first = rest[0] ? fieldText(rest[0]) : ''
  switch (verb) {
    case 'branch':
    case 'tag': {
      const read = readArguments(rest, { valued: ['contains', 'merged', 'no-merged', 'sort', 'format', 'points-at'] })
      const listing = hasFlag(
        read,
        'l',
        'list',
        'a',
        'all',
        'r',
        'v',
        'vv',
        'show-current',
        'contains',
        'merged',
        'no-merged',
      )
      return read.operands.length === 0 || listing
    }
    case 'stash':
      return first === 'list' || first === 'show'
    case 'remote':
      return rest.length === 0 || first === '-v' || first === 'show' || first === 'get-url'
    case 'worktree':
    case 'submodule':
      return first === 'list' || first === 'status' || (verb === 'submodule' && rest.length === 0)
    case 'reflog':
      return first !== 'expire' && first !== 'delete'
    case 'config': {
      const read = readArguments(rest, { valued: ['f', 'file', 'type'] })
      return (
        hasFlag(read, 'get', 'get-all', 'get-regexp', 'l', 'list') ||
        ['get', 'list'].includes(first) ||
        read.operands.length === 1
      )
    }
    case 'symbolic-ref':
      return readArguments(rest).operands.length < 2
    case 'bisect':
      return first === 'log' || first === 'view'
    default:
      return false
  }
}

function push(call: Call, rest: readonly Field[]): Operation[] {
  const read = readArguments(rest, { valued: ['o', 'push-option', 'repo'] })
  const force =
    hasFlag(read, 'f', 'force', 'force-with-lease', 'd', 'delete', 'mirror', 'prune') ||
    read.operands.some((field) => /^[+:]/.test(fieldText(field)))
  return [{ kind: 'send', what: call.text, force }]
}

/** `git SUBCOMMAND …`; `git` itself and its global options are read first. */
export function judgeGit(call: Call): Operation[] {
  let folders = call.folders
  const out: Operation[] = []
  let at = 0
  for (; at < call.args.length; at++) {
    const field = call.args[at] as Field
    const text = field.unknown === null ? fieldText(field) : ''
    if (text === '-C') {
      const folder = literal(call.args[++at])
      folders = folder === null ? [] : folders.map((base) => (folder.startsWith('/') ? folder : `${base}/${folder}`))
    } else if (text === '-c') {
      const setting = literal(call.args[++at])
      // An alias or a helper set on the spot runs whatever it says.
      if (setting === null || /^alias\.|command|helper|pager|editor|hookspath|fsmonitor|textconv|ext\./i.test(setting))
        out.push({ kind: 'unforeseen', what: call.text, why: 'alias' })
    } else if (/^--(git-dir|work-tree)/.test(text)) {
      out.push({ kind: 'unforeseen', what: call.text, why: 'folder' })
      if (!text.includes('=')) at++
    } else if (text.startsWith('-')) continue
    else break
  }
  const verbField = call.args[at]
  if (!verbField) return out
  const verb = literal(verbField)
  if (verb === null) return [...out, { kind: 'unforeseen', what: call.text, why: verbField.unknown ?? 'variable' }]
  const rest = call.args.slice(at + 1)
  const more = judgeVerb({ ...call, folders }, verb, rest)
  return [...out, ...more]
}

function judgeVerb(call: Call, verb: string, rest: readonly Field[]): Operation[] {
  const { folders } = call
  const read = readArguments(rest)
  const unknown = rest.find((field) => field.unknown !== null)
  const change: Operation = { kind: 'git-change', what: call.text }
  const afterDashes = rest.findIndex((field) => fieldText(field) === '--')
  if (onlyLists(verb, rest)) return []
  if (reading.has(verb)) {
    const output =
      readArguments(rest, { valued: ['o', 'output'] }).values.get(verb === 'archive' ? 'o' : 'output') ?? []
    const ops: Operation[] = output.map((target) => ({ kind: 'write', target, folders }))
    if (hasFlag(read, 'ext-diff', 'textconv', 'open-files-in-pager'))
      ops.push({ kind: 'unforeseen', what: call.text, why: 'program' })
    return ops
  }
  if (unknown && !['commit', 'add', 'log'].includes(verb))
    return [change, { kind: 'unforeseen', what: unknown.source, why: unknown.unknown ?? 'variable' }]
  switch (verb) {
    case 'clean':
      if (hasFlag(read, 'n', 'dry-run') || !hasFlag(read, 'f', 'force')) return []
      return [{ kind: 'clean', folders, ignored: hasFlag(read, 'X') ? 'only' : hasFlag(read, 'x') ? 'also' : 'no' }]
    case 'push':
      return push(call, rest)
    case 'send-email':
      return [{ kind: 'send', what: call.text }]
    case 'reset':
      return hasFlag(read, 'hard', 'merge', 'keep')
        ? [change, { kind: 'throw-away', folders, what: call.text }]
        : [change]
    case 'restore':
      if (hasFlag(read, 'S', 'staged') && !hasFlag(read, 'W', 'worktree')) return [change]
      return [{ kind: 'throw-away', folders, what: call.text }]
    case 'checkout':
    case 'switch': {
      const throws =
        hasFlag(read, 'f', 'force', 'discard-changes') ||
        afterDashes >= 0 ||
        read.operands.some((field) => /^\.{1,2}(\/|$)/.test(fieldText(field)))
      return throws ? [change, { kind: 'throw-away', folders, what: call.text }] : [change]
    }
    case 'rm':
      if (hasFlag(read, 'cached')) return [change]
      return [
        change,
        ...read.operands.map(
          (target): Operation => ({ kind: 'delete', target, folders, recursive: hasFlag(read, 'r') }),
        ),
      ]
    case 'stash': {
      const sub = rest[0] ? fieldText(rest[0]) : 'push'
      return sub === 'drop' || sub === 'clear' ? [{ kind: 'system', what: call.text, key: 'history' }] : [change]
    }
    case 'branch':
    case 'tag':
      return hasFlag(read, 'D', 'd', 'delete') ? [{ kind: 'system', what: call.text, key: 'history' }] : [change]
    case 'worktree': {
      if (fieldText(rest[0] ?? plain('')) !== 'remove') return [change]
      return [
        change,
        ...read.operands.slice(1).map((target): Operation => ({ kind: 'delete', target, folders, recursive: true })),
      ]
    }
    case 'reflog':
    case 'gc':
    case 'prune':
    case 'filter-branch':
    case 'filter-repo':
      return [{ kind: 'system', what: call.text, key: 'history' }]
    case 'update-ref':
      return [hasFlag(read, 'd') ? { kind: 'system', what: call.text, key: 'history' } : change]
    case 'config': {
      if (hasFlag(read, 'global', 'system')) return [{ kind: 'system', what: call.text, key: 'system' }]
      const setting = read.operands[0] ? fieldText(read.operands[0]) : ''
      // Settings that make git run programs later.
      return /^alias\.|hookspath|command|helper|pager|editor|fsmonitor|filter\./i.test(setting)
        ? [change, { kind: 'unforeseen', what: call.text, why: 'alias' }]
        : [change]
    }
    case 'submodule':
      if (fieldText(rest[0] ?? plain('')) === 'foreach') return [{ kind: 'unforeseen', what: call.text, why: 'eval' }]
      return [change]
    case 'bisect':
      return fieldText(rest[0] ?? plain('')) === 'run'
        ? [change, { kind: 'unforeseen', what: call.text, why: 'program' }]
        : [change]
    case 'rebase':
      return hasFlag(read, 'x', 'exec') ? [change, { kind: 'unforeseen', what: call.text, why: 'program' }] : [change]
    case 'remote':
    case 'symbolic-ref':
    case 'lfs':
      return [change]
    case 'clone': {
      const target = read.operands[1]
      return target ? [{ kind: 'write', target, folders }] : [change]
    }
    default:
      return changing.has(verb) ? [change] : [{ kind: 'unforeseen', what: call.text, why: 'alias' }]
  }
}
