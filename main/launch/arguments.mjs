import { resolve } from 'node:path'

/** Splits what is ours from what the hosts get; relative paths are relative to where npm was called. */
export function readArguments(args, cwd) {
  const result = { web: false, help: false, folder: null, options: [], problem: null }
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]
    if (arg === '--web') result.web = true
    else if (arg === '--help' || arg === '-h') result.help = true
    else if (arg === '--no-open' || arg === '--headless') {
      result.web = true
      result.options.push(arg)
    } else if (/^--(port|data)(=|$)/.test(arg)) {
      const [name, inline] = splitOnce(arg)
      const value = inline ?? args[++index]
      if (value === undefined) result.problem = `${name} wants a value.`
      else result.options.push(name, name === '--data' ? resolve(cwd, value) : value)
      if (name === '--port') result.web = true
    } else if (arg.startsWith('-')) result.problem = `There is no option ${arg}.`
    else if (result.folder !== null) result.problem = 'One folder at most.'
    else result.folder = resolve(cwd, arg)
  }
  return result
}

function splitOnce(arg) {
  const at = arg.indexOf('=')
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)]
}
