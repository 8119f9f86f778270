/** Programs that run other programs: shells, `sudo`, `env`, `xargs`, `find -exec` and their like. */
import { hasFlag, readArguments } from './options.ts'
import type { Call, Operation } from './operation.ts'
import { copyShell, deeper, type Runner, type Shell } from './shell.ts'
import { fieldText, literal, plain, type Field } from './words.ts'

const shells = /^(ba|da|z|k|a|fi)?sh$/

/** Wrappers whose operands are a command line, with their options that take a value and words before the command. */
const wrappers: Readonly<Record<string, { valued: readonly string[]; skip: number }>> = {
  command: { valued: [], skip: 0 },
  builtin: { valued: [], skip: 0 },
  exec: { valued: ['a'], skip: 0 },
  time: { valued: ['f', 'o'], skip: 0 },
  nohup: { valued: [], skip: 0 },
  setsid: { valued: [], skip: 0 },
  nice: { valued: ['n'], skip: 0 },
  ionice: { valued: ['c', 'n', 'p'], skip: 0 },
  stdbuf: { valued: ['i', 'o', 'e'], skip: 0 },
  timeout: { valued: ['k', 's', 'signal', 'kill-after'], skip: 1 },
  caffeinate: { valued: ['t', 'w'], skip: 0 },
  watch: { valued: ['n', 'interval'], skip: 0 },
  flock: { valued: ['w', 'timeout', 'E'], skip: 1 },
  strace: { valued: ['e', 'o', 'p'], skip: 0 },
}

async function runField(
  walk: Runner,
  fields: readonly Field[],
  shell: Shell,
  call: Call,
  text = call.text,
): Promise<void> {
  const [name, ...args] = fields
  if (name) await walk.call(name, args, deeper(copyShell(shell)), { piped: call.piped, fed: call.fed, text })
}

async function runShell(walk: Runner, call: Call, shell: Shell, hereText: string | null | undefined): Promise<void> {
  const read = readArguments(call.args, { valued: ['c', 'o', 'O', 'rcfile', 'init-file'], stopAtOperand: true })
  const inline = read.values.get('c')?.[0]
  if (inline) {
    const script = literal(inline)
    if (script === null) walk.add({ kind: 'unforeseen', what: call.text, why: inline.unknown ?? 'variable' })
    else await walk.script(script, deeper(copyShell(shell)))
    return
  }
  if (hasFlag(read, 'version', 'help')) return
  const file = read.operands[0]
  if (file && fieldText(file) !== '-') return walk.add({ kind: 'unforeseen', what: call.text, why: 'script' })
  if (typeof hereText === 'string') return walk.script(hereText, deeper(copyShell(shell)))
  const fed = call.fed?.map(literal)
  if (fed && fed.every((line) => line !== null)) return walk.script(fed.join(' '), deeper(copyShell(shell)))
  if (call.piped || hereText === null)
    walk.add({ kind: 'unforeseen', what: call.text, why: call.piped ? 'downloaded' : 'variable' })
}

async function runXargs(walk: Runner, call: Call, shell: Shell): Promise<void> {
  const read = readArguments(call.args, {
    valued: ['I', 'i', 'n', 'L', 'P', 'd', 'a', 'E', 's', 'replace', 'max-args', 'max-procs', 'delimiter', 'arg-file'],
    stopAtOperand: true,
  })
  const command = read.operands.length > 0 ? read.operands : [plain('echo')]
  const marker = literal(read.values.get('I')?.[0] ?? read.values.get('replace')?.[0])
  const known = call.fed?.every((field) => literal(field) !== null) ? call.fed : null
  const input: Field = { source: 'standard input', pieces: [], unknown: 'input' }
  if (marker !== null) {
    for (const item of known ?? [input]) {
      const filled = command.map((field) => {
        const text = literal(field)
        if (text === null || !text.includes(marker)) return field
        return item.unknown === null
          ? plain(text.replaceAll(marker, literal(item) ?? ''))
          : { ...field, unknown: 'input' }
      })
      await runField(walk, filled, shell, { ...call, piped: false, fed: null })
    }
    return
  }
  await runField(walk, [...command, ...(known ?? [input])], shell, { ...call, piped: false, fed: null })
}

/** Options of `find` that end its list of starting points. */
const findExpression = /^([-(!,]|\\\()/

async function runFind(walk: Runner, call: Call, shell: Shell): Promise<void> {
  const begin = call.args.findIndex(
    (field) => findExpression.test(fieldText(field)) && !/^-[HLPO]/.test(fieldText(field)),
  )
  const starts = (begin < 0 ? call.args : call.args.slice(0, begin)).filter(
    (field) => !/^-[HLPO]/.test(fieldText(field)),
  )
  const roots = starts.length > 0 ? starts : [plain('.')]
  const expression = begin < 0 ? [] : call.args.slice(begin)
  const words = expression.map(fieldText)
  const narrowed = words.some((word) =>
    /^-(i?name|i?path|i?regex|type|newer|mtime|mmin|size|empty|maxdepth|mindepth|user|perm)$/.test(word),
  )
  walk.add(...roots.map((target): Operation => ({ kind: 'read', target, folders: call.folders })))
  if (words.includes('-delete')) {
    walk.add(...roots.map((target): Operation => ({ kind: 'delete', target, folders: call.folders, recursive: true })))
    if (narrowed) walk.add({ kind: 'unforeseen', what: call.text, why: 'input' })
  }
  for (const [index, word] of words.entries()) {
    if (/^-(fprint0?|fprintf|fls)$/.test(word)) {
      const target = expression[index + 1]
      if (target) walk.add({ kind: 'write', target, folders: call.folders, follows: true })
    }
    if (!/^-(exec|execdir|ok|okdir)$/.test(word)) continue
    const end = words.findIndex((later, at) => at > index && (later === ';' || later === '\\;' || later === '+'))
    const inner = expression.slice(index + 1, end < 0 ? undefined : end)
    // What is found lies below the starting points: judged as those with all that is in them.
    for (const root of roots) {
      const filled = inner.map((field) =>
        fieldText(field).includes('{}') ? (fieldText(field) === '{}' ? root : { ...field, unknown: 'input' }) : field,
      )
      const recursive = /^(rm|unlink|shred)$/.test(fieldText(inner[0] ?? plain('')))
        ? [filled[0] as Field, plain('-r'), ...filled.slice(1)]
        : filled
      await runField(walk, recursive, shell, { ...call, piped: false, fed: null })
    }
    if (narrowed) walk.add({ kind: 'unforeseen', what: call.text, why: 'input' })
  }
}

/** Looks inside programs that run others. True when `call` was one of them and all of it has been judged. */
export async function runOthers(
  walk: Runner,
  call: Call,
  shell: Shell,
  hereText: string | null | undefined,
): Promise<boolean> {
  const name = call.name.replace(/^\/(usr\/(local\/)?)?s?bin\//, '')
  if (shells.test(name)) {
    await runShell(walk, call, shell, hereText)
    return true
  }
  if (name === 'eval') {
    const parts = call.args.map(literal)
    if (parts.every((part) => part !== null)) await walk.script(parts.join(' '), deeper(shell))
    else walk.add({ kind: 'unforeseen', what: call.text, why: 'eval' })
    return true
  }
  if (name === 'sudo' || name === 'doas' || name === 'su' || name === 'pkexec') {
    walk.add({ kind: 'system', what: call.text, key: 'elevated' })
    const read = readArguments(call.args, { valued: ['u', 'g', 'C', 'h', 'p', 'r', 't', 'c'], stopAtOperand: true })
    const script = name === 'su' ? literal(read.values.get('c')?.[0]) : null
    if (script !== null) await walk.script(script, deeper(copyShell(shell)))
    else if (name !== 'su') await runField(walk, read.operands, shell, call)
    return true
  }
  if (name === 'env') {
    const read = readArguments(call.args, { valued: ['u', 'C', 'chdir', 'unset', 'S'], stopAtOperand: true })
    const at = read.operands.findIndex((field) => !/^[A-Za-z_]\w*=/.test(fieldText(field)))
    if (hasFlag(read, 'S', 'C', 'chdir')) walk.add({ kind: 'unforeseen', what: call.text, why: 'folder' })
    if (at >= 0) await runField(walk, read.operands.slice(at), shell, call)
    return true
  }
  if (name === 'command' && call.args.length > 0 && /^-[vV]$/.test(fieldText(call.args[0] as Field))) return true
  const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined
  if (wrapper) {
    const read = readArguments(call.args, { valued: wrapper.valued, stopAtOperand: true })
    await runField(walk, read.operands.slice(wrapper.skip), shell, call)
    return true
  }
  if (name === 'xargs') {
    await runXargs(walk, call, shell)
    return true
  }
  if (name === 'parallel') {
    walk.add({ kind: 'unforeseen', what: call.text, why: 'input' })
    return true
  }
  if (name === 'find' || name === 'gfind') {
    await runFind(walk, call, shell)
    return true
  }
  if (name === 'fd' || name === 'fdfind') {
    const runs = hasFlag(readArguments(call.args), 'x', 'X', 'exec', 'exec-batch')
    if (runs) walk.add({ kind: 'unforeseen', what: call.text, why: 'input' })
    return true
  }
  return false
}
