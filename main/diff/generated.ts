/** Which files a program wrote: by the repository's word (`linguist-generated`, `linguist-vendored`), else by name. */
import { joinNames, splitBytes, type ByteName } from '../git/names.ts'
import { runGit } from '../git/run.ts'

const lockFiles = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
  'deno.lock',
  'Cargo.lock',
  'go.sum',
  'go.work.sum',
  'composer.lock',
  'Gemfile.lock',
  'poetry.lock',
  'Pipfile.lock',
  'uv.lock',
  'pdm.lock',
  'pixi.lock',
  'conda-lock.yml',
  'mix.lock',
  'rebar.lock',
  'pubspec.lock',
  'Podfile.lock',
  'Package.resolved',
  'packages.lock.json',
  'project.assets.json',
  'paket.lock',
  'gradle.lockfile',
  'flake.lock',
  'MODULE.bazel.lock',
  'Cartfile.resolved',
  'stack.yaml.lock',
  'cabal.project.freeze',
])

/** A lock file that is known by its name, or something that a bundler made smaller. */
export function isGeneratedName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return lockFiles.has(name) || /\.min\.(js|css|mjs)(\.map)?$/.test(name) || /\.(js|css)\.map$/.test(name)
}

/** Reads `git check-attr -z`: per path, whether the repository calls it generated; left out where it says nothing. */
export function parseAttributes(output: Uint8Array): Map<ByteName, boolean> {
  const fields = splitBytes(output)
  const said = new Map<ByteName, boolean>()
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [name = '', , value] = fields.slice(at, at + 3)
    if (value === 'set' || value === 'true') said.set(name, true)
    else if ((value === 'unset' || value === 'false') && !said.has(name)) said.set(name, false)
  }
  return said
}

/** The generated ones among `names`. Where git cannot say, names alone decide. */
export async function findGenerated(
  worktree: string,
  names: readonly ByteName[],
  signal?: AbortSignal,
): Promise<Set<ByteName>> {
  const said =
    names.length === 0
      ? null
      : await runGit({
          cwd: worktree,
          args: ['check-attr', '-z', '--stdin', 'linguist-generated', 'linguist-vendored'],
          input: joinNames(names),
          signal,
        })
  const attributes = said?.ok ? parseAttributes(said.value.stdout) : new Map<ByteName, boolean>()
  return new Set(names.filter((name) => attributes.get(name) ?? isGeneratedName(name)))
}
