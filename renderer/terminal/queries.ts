import type { IDisposable, Terminal } from '@xterm/xterm'

/** Window reports of `CSI … t` that ask for an answer; the others push and pop titles. */
const askingReports = new Set([11, 13, 14, 15, 16, 18, 19, 20, 21])

/** True for a colour sequence with a question in it: `?`, `1;?`, `1;#fff;2;?`. */
export function asksColour(data: string): boolean {
  return data.split(';').includes('?')
}

/**
 * Device queries are answered by the pty host, whether or not a page is attached. The page swallows them: a second
 * answer would be typed into whatever program reads next. Sequences that set something go on to xterm.
 */
export function swallowQueries(terminal: Terminal): IDisposable {
  const { parser } = terminal
  const yes = (): boolean => true
  const disposables = [
    // Device attributes: primary, secondary, tertiary.
    parser.registerCsiHandler({ final: 'c' }, yes),
    parser.registerCsiHandler({ prefix: '>', final: 'c' }, yes),
    parser.registerCsiHandler({ prefix: '=', final: 'c' }, yes),
    // Status and cursor position.
    parser.registerCsiHandler({ final: 'n' }, yes),
    parser.registerCsiHandler({ prefix: '?', final: 'n' }, yes),
    // Mode requests, terminal version, kitty keyboard.
    parser.registerCsiHandler({ intermediates: '$', final: 'p' }, yes),
    parser.registerCsiHandler({ prefix: '?', intermediates: '$', final: 'p' }, yes),
    parser.registerCsiHandler({ prefix: '>', final: 'q' }, yes),
    parser.registerCsiHandler({ prefix: '?', final: 'u' }, yes),
    parser.registerCsiHandler({ final: 't' }, ([report]) => typeof report === 'number' && askingReports.has(report)),
    // Settings (DECRQSS) and terminfo (XTGETTCAP).
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, yes),
    parser.registerDcsHandler({ intermediates: '+', final: 'q' }, yes),
    ...[4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19].map((code) => parser.registerOscHandler(code, asksColour)),
  ]
  return {
    dispose: () => {
      for (const disposable of disposables) disposable.dispose()
    },
  }
}
