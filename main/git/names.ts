/**
 * File names are bytes to git. They are carried as `ByteName`: a string of one character per byte, so that a name that
 * is no UTF-8 can be handed back to git unchanged; `decodeName` makes the text that people see (lossy where it must be).
 */
export type ByteName = string & { readonly _bytes?: never }

/** The name as UTF-8 text; bytes that are none become U+FFFD. */
export function decodeName(name: ByteName): string {
  return Buffer.from(name, 'latin1').toString('utf8')
}

/** The bytes of a name shown as text. A name that was shown lossily does not come back. */
export function encodeName(text: string): ByteName {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** git's output cut at NUL, byte for byte; what stands after the last NUL is an unfinished record and is dropped. */
export function splitBytes(output: Uint8Array): ByteName[] {
  const fields = Buffer.from(output.buffer, output.byteOffset, output.byteLength).toString('latin1').split('\0')
  fields.pop()
  return fields
}

/** Names as git's `-z --stdin` takes them. */
export function joinNames(names: Iterable<ByteName>): Buffer {
  let text = ''
  for (const name of names) text += `${name}\0`
  return Buffer.from(text, 'latin1')
}

/** The path on disk of a name inside `folder`, as the file system's own bytes. */
export function onDisk(folder: string, name: ByteName): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`, 'utf8'), Buffer.from(name, 'latin1')])
}
