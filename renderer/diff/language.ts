/** Which of the editor's grammars a file gets, by its name. The editor's own list is completed where it knows no name. */

export interface KnownLanguage {
  id: string
  extensions?: readonly string[]
  filenames?: readonly string[]
}

const moreByExtension: Readonly<Record<string, string>> = {
  '.json': 'json',
  '.jsonc': 'json',
  '.json5': 'json',
  '.webmanifest': 'json',
  '.map': 'json',
  '.toml': 'ini',
  '.lock': 'ini',
  '.env': 'ini',
  '.conf': 'ini',
  '.service': 'ini',
  '.vue': 'html',
  '.svelte': 'html',
  '.astro': 'html',
  '.svg': 'xml',
  '.plist': 'xml',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.zsh': 'shell',
  '.bash': 'shell',
  '.fish': 'shell',
  '.h': 'cpp',
  '.hh': 'cpp',
  '.tf': 'hcl',
  '.gradle': 'java',
  '.kts': 'kotlin',
  '.cjs': 'javascript',
  '.yml': 'yaml',
}

const moreByName: Readonly<Record<string, string>> = {
  dockerfile: 'dockerfile',
  containerfile: 'dockerfile',
  'package-lock.json': 'json',
  '.babelrc': 'json',
  '.prettierrc': 'json',
  '.gitconfig': 'ini',
  '.editorconfig': 'ini',
  'cargo.lock': 'ini',
  'poetry.lock': 'ini',
  'pnpm-lock.yaml': 'yaml',
  '.bashrc': 'shell',
  '.zshrc': 'shell',
  '.profile': 'shell',
  gemfile: 'ruby',
  rakefile: 'ruby',
  vagrantfile: 'ruby',
}

/** A language id of the editor; `plaintext` where none fits. */
export function chooseLanguage(path: string, known: readonly KnownLanguage[]): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  const byName = moreByName[name]
  if (byName) return byName
  for (const language of known) {
    if (language.filenames?.some((candidate) => candidate.toLowerCase() === name)) return language.id
  }
  // Longest ending first: `.blade.php` before `.php`.
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const ending = name.slice(dot)
    const more = moreByExtension[ending]
    if (more) return more
    const found = known.find((language) => language.extensions?.some((candidate) => candidate.toLowerCase() === ending))
    if (found) return found.id
  }
  return 'plaintext'
}
