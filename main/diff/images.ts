/** Which files are pictures that a page can show. Pure. */

const byExtension: Record<string, string> = {
  png: 'image/png',
  apng: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
  svg: 'image/svg+xml',
}

/** By the name alone; null for what is no picture. */
export function imageMediaType(path: string): string | null {
  const dot = path.lastIndexOf('.')
  return dot < 0 ? null : (byExtension[path.slice(dot + 1).toLowerCase()] ?? null)
}

/** Whether the bytes are what the name says: a Git LFS pointer or a wrong name is not shown as a broken picture. */
export function isImage(mediaType: string, bytes: Uint8Array): boolean {
  const ascii = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString('latin1')
  switch (mediaType) {
    case 'image/png':
      return ascii(0, 8) === '\x89PNG\r\n\x1a\n'
    case 'image/jpeg':
      return ascii(0, 3) === '\xff\xd8\xff'
    case 'image/gif':
      return ascii(0, 4) === 'GIF8'
    case 'image/webp':
      return ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP'
    case 'image/avif':
      return ascii(4, 8) === 'ftyp'
    case 'image/bmp':
      return ascii(0, 2) === 'BM'
    case 'image/x-icon':
      return ascii(0, 4) === '\0\0\x01\0' || ascii(0, 4) === '\0\0\x02\0'
    default:
      return mediaType === 'image/svg+xml' && ascii(0, 4096).includes('<svg')
  }
}
