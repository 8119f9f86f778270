/** What ordinary programs would do, by name. A program that is not here is unforeseen. */
import { judgeGit } from './git-commands.ts'
import { hasFlag, readArguments, type Shape } from './options.ts'
import type { Call, Operation } from './operation.ts'
import { fieldText, literal, plain, type Field } from './words.ts'

type Judge = (call: Call) => Operation[]

const reads =
  (shape: Shape = {}, skip = 0): Judge =>
  (call) =>
    readArguments(call.args, shape)
      .operands.slice(skip)
      .map((target) => ({ kind: 'read', target, folders: call.folders, follows: true }))

const writes =
  (shape: Shape = {}, skip = 0): Judge =>
  (call) =>
    readArguments(call.args, shape)
      .operands.slice(skip)
      .map((target) => ({ kind: 'write', target, folders: call.folders, follows: true }))

const nothing: Judge = () => []
const system =
  (key: 'system' | 'device' | 'processes'): Judge =>
  (call) => [{ kind: 'system', what: call.text, key }]
const unforeseen =
  (why: string): Judge =>
  (call) => [{ kind: 'unforeseen', what: call.text, why }]

const remove: Judge = (call) => {
  const read = readArguments(call.args, { valued: ['interactive'] })
  const recursive = hasFlag(read, 'r', 'R', 'recursive')
  return read.operands.map((target) => ({ kind: 'delete', target, folders: call.folders, recursive }))
}

/** The place in a folder that a copy or move to that folder makes is judged by the folder: both are inside or both are not. */
const copy =
  (moves: boolean): Judge =>
  (call) => {
    const read = readArguments(call.args, { valued: ['t', 'target-directory', 'S', 'suffix', 'm', 'o', 'g'] })
    const into = read.values.get('t')?.[0] ?? read.values.get('target-directory')?.[0]
    const sources = into ? read.operands : read.operands.slice(0, -1)
    const target = into ?? read.operands.at(-1)
    const out: Operation[] = sources.map((source) =>
      moves
        ? { kind: 'delete', target: source, folders: call.folders, recursive: true }
        : { kind: 'read', target: source, folders: call.folders },
    )
    if (target) out.push({ kind: 'write', target, folders: call.folders, follows: true })
    return out
  }

const sed: Judge = (call) => {
  const read = readArguments(call.args, { valued: ['e', 'expression', 'f', 'file', 'l'] })
  const scripts = [...(read.values.get('e') ?? []), ...(read.values.get('expression') ?? [])]
  const operands = scripts.length > 0 || read.values.has('f') ? read.operands : read.operands.slice(1)
  if (scripts.length === 0 && read.operands[0]) scripts.push(read.operands[0])
  const out: Operation[] = operands.map((target) => ({
    kind: hasFlag(read, 'i', 'in-place') ? 'write' : 'read',
    target,
    folders: call.folders,
    follows: true,
  }))
  // The `e` command and flag run programs, `w` writes files.
  if (
    read.values.has('f') ||
    scripts.some(
      (script) => literal(script) === null || /(^|[;}\n\d/$ ])[ew](\s|$)|\/[gpiI\d]*[ew]/.test(literal(script) ?? ''),
    )
  )
    out.push({ kind: 'unforeseen', what: call.text, why: 'program' })
  return out
}

const awk: Judge = (call) => {
  const read = readArguments(call.args, { valued: ['F', 'v', 'f'] })
  const script = read.values.has('f') ? null : literal(read.operands[0])
  const out: Operation[] = read.operands.slice(1).map((target) => ({ kind: 'read', target, folders: call.folders }))
  if (
    script === null ||
    /system\s*\(|\bgetline\b|\||print[^}]*>|close\s*\(/.test(script) ||
    hasFlag(read, 'i', 'inplace')
  )
    out.push({ kind: 'unforeseen', what: call.text, why: 'program' })
  return out
}

const network: Judge = (call) => {
  const read = readArguments(call.args, {
    valued: [
      'o',
      'output',
      'O',
      'd',
      'data',
      'F',
      'form',
      'T',
      'upload-file',
      'X',
      'request',
      'H',
      'header',
      'u',
      'user',
      'A',
      'e',
      'b',
      'c',
      'm',
      'w',
      'P',
      'directory-prefix',
    ],
  })
  const out: Operation[] = []
  const method = read.values.get('X')?.[0] ?? read.values.get('request')?.[0]
  const uploads = [
    'd',
    'data',
    'data-raw',
    'data-binary',
    'data-urlencode',
    'json',
    'F',
    'form',
    'T',
    'upload-file',
    'post-data',
    'post-file',
  ].some((name) => read.flags.has(name))
  const verb = method ? fieldText(method) : uploads ? 'POST' : 'GET'
  out.push({
    kind: 'send',
    what: `${verb} ${read.operands.map(fieldText).join(' ')}`.trim(),
    force: verb !== 'GET' && verb !== 'HEAD',
  })
  const target =
    call.name === 'wget' ? read.values.get('O')?.[0] : (read.values.get('o') ?? read.values.get('output'))?.[0]
  if (target && fieldText(target) !== '-' && fieldText(target) !== '/dev/null')
    out.push({ kind: 'write', target, folders: call.folders, follows: true })
  else if (call.name === 'wget' || hasFlag(read, 'O', 'remote-name'))
    out.push({ kind: 'write', target: plain('.'), folders: call.folders })
  return out
}

const tar: Judge = (call) => {
  const first = call.args[0] ? fieldText(call.args[0]) : ''
  const args = /^[a-zA-Z]+$/.test(first) ? [plain(`-${first}`), ...call.args.slice(1)] : call.args
  const read = readArguments(args, { valued: ['f', 'file', 'C', 'directory', 'exclude', 'T', 'X'] })
  const folder = read.values.get('C')?.[0] ?? read.values.get('directory')?.[0] ?? plain('.')
  const archive = read.values.get('f')?.[0] ?? read.values.get('file')?.[0]
  if (hasFlag(read, 'to-command', 'use-compress-program', 'checkpoint-action', 'I'))
    return [{ kind: 'unforeseen', what: call.text, why: 'program' }]
  if (hasFlag(read, 't', 'list')) return archive ? [{ kind: 'read', target: archive, folders: call.folders }] : []
  if (hasFlag(read, 'x', 'extract', 'get')) {
    return [
      { kind: 'write', target: folder, folders: call.folders, follows: true },
      { kind: 'unforeseen', what: call.text, why: 'input' },
    ]
  }
  return archive ? [{ kind: 'write', target: archive, folders: call.folders, follows: true }] : []
}

const device: Judge = (call) => {
  const target = call.args
    .map((field) => ({ field, text: fieldText(field) }))
    .find(({ text }) => text.startsWith('of='))
  if (!target) return []
  if (target.field.unknown !== null) return [{ kind: 'unforeseen', what: call.text, why: target.field.unknown }]
  const path = target.text.slice(3)
  if (path.startsWith('/dev/') && path !== '/dev/null') return [{ kind: 'system', what: call.text, key: 'device' }]
  return [{ kind: 'write', target: plain(path), folders: call.folders, follows: true }]
}

const rsync: Judge = (call) => {
  const read = readArguments(call.args, { valued: ['e', 'rsh', 'exclude', 'include', 'f', 'filter'] })
  const target = read.operands.at(-1)
  const out: Operation[] = []
  if (read.operands.some((field) => /^[\w.@-]+:|^rsync:/.test(fieldText(field))))
    out.push({ kind: 'send', what: call.text })
  else if (target) {
    out.push({ kind: 'write', target, folders: call.folders, follows: true })
    if (hasFlag(read, 'delete', 'delete-after', 'delete-before', 'delete-excluded', 'del'))
      out.push({ kind: 'delete', target, folders: call.folders, recursive: true })
  }
  if (hasFlag(read, 'remove-source-files'))
    out.push(
      ...read.operands
        .slice(0, -1)
        .map((source): Operation => ({ kind: 'delete', target: source, folders: call.folders, recursive: true })),
    )
  return out
}

const compress: Judge = (call) => {
  const read = readArguments(call.args)
  if (hasFlag(read, 'c', 'stdout', 't', 'l')) return reads()(call)
  return read.operands.map(
    (target): Operation => ({ kind: hasFlag(read, 'k', 'keep') ? 'write' : 'delete', target, folders: call.folders }),
  )
}

const mode: Judge = (call) => {
  const read = readArguments(call.args, { valued: ['reference'] })
  return read.operands.slice(1).map((target) => ({
    kind: 'write',
    target,
    folders: call.folders,
    recursive: hasFlag(read, 'R', 'recursive'),
    follows: true,
  }))
}

const link: Judge = (call) => {
  const read = readArguments(call.args, { valued: ['t'] })
  const target = read.operands.length > 1 ? read.operands.at(-1) : plain('.')
  return target ? [{ kind: hasFlag(read, 'f', 'force') ? 'delete' : 'write', target, folders: call.folders }] : []
}

const sorted: Judge = (call) => {
  const read = readArguments(call.args, { valued: ['o', 'output', 'k', 't', 'S', 'T'] })
  const output = [...(read.values.get('o') ?? []), ...(read.values.get('output') ?? [])]
  return [
    ...read.operands.map((target): Operation => ({ kind: 'read', target, folders: call.folders })),
    ...output.map((target): Operation => ({ kind: 'write', target, folders: call.folders, follows: true })),
  ]
}

const packages: Judge = (call) => {
  const verb = readArguments(call.args).operands[0]
  const word = verb ? fieldText(verb) : ''
  if (
    /^(ls|list|view|info|outdated|audit|why|explain|config|root|prefix|bin|whoami|search|show|freeze|check|metadata|tree|version|help)$/.test(
      word,
    ) &&
    !hasFlag(readArguments(call.args), 'fix')
  )
    return []
  if (/^(publish|login|logout|unpublish|deprecate|adduser|owner|dist-tag|yank)$/.test(word))
    return [{ kind: 'send', what: call.text, force: true }]
  return [
    {
      kind: 'unforeseen',
      what: call.text,
      why: /^(run|test|start|exec|x|dlx|t|build|bench|nextest|fmt|clippy|check|doc)$/.test(word)
        ? 'script'
        : 'downloaded',
    },
  ]
}

const remoteWork: Judge = (call) => {
  const words = readArguments(call.args).operands.map(fieldText)
  if (/^(view|list|status|diff|checks|watch)$/.test(words[1] ?? '') || words[0] === 'status' || words[0] === 'auth')
    return []
  return [{ kind: 'send', what: call.text, force: /^(delete|merge|close|archive)$/.test(words[1] ?? '') }]
}

const each = (names: string, judge: Judge): [string, Judge][] => names.split(' ').map((name) => [name, judge])

/** Programs by name; the walker itself knows those that run other programs. */
export const programs: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ...each(
    'echo printf true false : test [ pwd date whoami id uname hostname which type basename dirname seq sleep expr bc cal',
    nothing,
  ),
  ...each(
    'uptime free nproc arch locale getconf ps top pgrep lsof jobs wait set shopt ulimit umask return break continue',
    nothing,
  ),
  ...each(
    'shift read local declare typeset readonly export unset let hash help printenv tput clear yes history getopts nl df',
    nothing,
  ),
  ...each(
    'cat less more stat file wc diff cmp cut tr tree du realpath readlink md5sum sha1sum sha256sum sha512sum cksum',
    reads(),
  ),
  ...each(
    'b2sum xxd od hexdump strings tac rev column paste join comm fold fmt expand unexpand uniq ls dir nm objdump ldd',
    reads(),
  ),
  ...each('head tail', reads({ valued: ['n', 'c'] })),
  ...each('grep egrep fgrep rg ag ack zgrep', reads({ valued: ['e', 'f', 'A', 'B', 'C', 'm', 'g', 't'] }, 1)),
  ...each('jq', reads({ valued: ['arg', 'argjson'] }, 1)),
  ...each('touch mkdir tee mkfifo', writes({ valued: ['m', 'mode', 'd', 'r', 't'] })),
  ...each('truncate', writes({ valued: ['s', 'size', 'r'] })),
  ...each('rm', remove),
  ...each('rmdir unlink', remove),
  ...each('shred srm', (call) => remove(call)),
  ...each('cp install', copy(false)),
  ...each('mv', copy(true)),
  ...each('ln', link),
  ...each('chmod chown chgrp setfacl chattr', mode),
  ...each('sed gsed', sed),
  ...each('awk gawk mawk nawk', awk),
  ...each('sort', sorted),
  ...each('dd', device),
  ...each('tar bsdtar', tar),
  ...each('unzip 7z 7za unrar cpio patch', (call) => [
    { kind: 'write', target: plain('.'), folders: call.folders, follows: true },
    { kind: 'unforeseen', what: call.text, why: 'input' },
  ]),
  ...each('zip', (call) =>
    readArguments(call.args)
      .operands.slice(0, 1)
      .map((target) => ({ kind: 'write', target, folders: call.folders, follows: true })),
  ),
  ...each('gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd', compress),
  ...each('rsync', rsync),
  ...each('curl wget http https', network),
  ...each(
    'scp sftp ftp nc ncat netcat telnet mail sendmail aws gcloud az kubectl terraform heroku vercel netlify fly',
    (call) => [{ kind: 'send', what: call.text, force: true }],
  ),
  ...each('ssh', (call) => [
    { kind: 'send', what: call.text, force: true },
    { kind: 'unforeseen', what: call.text, why: 'program' },
  ]),
  ...each('ping dig nslookup host', (call) => [{ kind: 'send', what: call.text }]),
  ...each('gh glab hub', remoteWork),
  ...each('git', judgeGit),
  ...each('npm yarn pnpm bun pip pip3 pipx uv poetry cargo gem bundle composer go deno brew npx bunx uvx', packages),
  ...each('kill pkill killall xkill renice', system('processes')),
  ...each(
    'shutdown reboot halt poweroff systemctl service launchctl crontab at iptables ufw mount umount swapoff sysctl useradd',
    system('system'),
  ),
  ...each(
    'userdel usermod passwd chsh visudo apt apt-get dpkg yum dnf pacman apk snap insmod rmmod modprobe chroot nsenter',
    system('system'),
  ),
  ...each('docker podman docker-compose', (call) => {
    const verb = readArguments(call.args).operands.map(fieldText)
    if (/^(ps|images|logs|inspect|version|info|stats|top|diff|history|port)$/.test(verb[0] ?? '')) return []
    if (verb[0] === 'push' || verb[0] === 'login') return [{ kind: 'send', what: call.text, force: true }]
    return [{ kind: 'system', what: call.text, key: 'system' }]
  }),
  ...each('mkfs fdisk parted sfdisk mkswap wipefs losetup blkdiscard', system('device')),
  ...each('eval source .', unforeseen('eval')),
  ...each(
    'make gmake cmake ninja bazel gradle mvn ant rake just task tox nox pytest jest vitest mocha tsc eslint prettier',
    unforeseen('script'),
  ),
])

const interpreters =
  /^(python[\d.]*|node|nodejs|perl|ruby|php|lua|osascript|tclsh|Rscript|deno|bun|java|dotnet|swift|ghc|runghc|julia|expect|gdb|sqlite3|psql|mysql|vim?|nvim|emacs|ed|ex)$/

/** What a program does; `null` when it runs others and the walker has to look inside. */
export function judgeProgram(call: Call): Operation[] {
  const name = call.name.replace(/^.*\//, '')
  if (name.startsWith('mkfs.')) return system('device')(call)
  const known = programs.get(name)
  if (known) {
    // A program called by a path in the worktree only bears the name of the known one.
    const elsewhere = call.name.includes('/') && !/^\/(usr\/(local\/)?)?s?bin\//.test(call.name)
    return elsewhere ? [{ kind: 'unforeseen', what: call.text, why: 'program' }] : known(call)
  }
  if (interpreters.test(name)) {
    const only = call.args.length === 1 && /^(--version|-V|-v|--help)$/.test(fieldText(call.args[0] as Field))
    return only ? [] : [{ kind: 'unforeseen', what: call.text, why: 'interpreter' }]
  }
  return [{ kind: 'unforeseen', what: call.text, why: 'program' }]
}
