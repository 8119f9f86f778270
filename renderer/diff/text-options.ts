import type { editor } from 'monaco-editor/editor/editor.api.js'
import type { SizeTier } from './size-tier.ts'

export interface TextViewOptions {
  layout: 'split' | 'inline'
  wrap: boolean
  ignoreWhitespace: boolean
  hideUnchanged: boolean
  /** Accessible name of the editor. */
  label: string
  /** The same of the side before. */
  labelBefore: string
}

/** Under this width (pixels) two sides are shown as one. */
export const inlineBelow = 700
/** After this (milliseconds) the worker stops looking for a smaller difference. */
export const computeLimitMs = 3000

/** What every editor here has in common: it is read, never typed into, and trusts nothing it shows. */
export function baseOptions(fontFamily: string, options: TextViewOptions): editor.IEditorOptions {
  return {
    readOnly: true,
    domReadOnly: true,
    fontFamily,
    fontSize: 12,
    lineHeight: 18,
    fontLigatures: false,
    ariaLabel: options.label,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    automaticLayout: true,
    folding: false,
    glyphMargin: false,
    lineNumbersMinChars: 4,
    lineDecorationsWidth: 14,
    renderLineHighlight: 'none',
    occurrencesHighlight: 'off',
    selectionHighlight: false,
    contextmenu: false,
    links: false,
    dragAndDrop: false,
    codeLens: false,
    stickyScroll: { enabled: false },
    guides: { indentation: false },
    fixedOverflowWidgets: true,
    renderWhitespace: 'selection',
    renderControlCharacters: true,
    unusualLineTerminators: 'off',
    stopRenderingLineAfter: 10_000,
    overviewRulerLanes: 0,
    hideCursorInOverviewRuler: true,
    smoothScrolling: false,
    scrollbar: {
      verticalScrollbarSize: 10,
      horizontalScrollbarSize: 10,
      useShadows: false,
      alwaysConsumeMouseWheel: false,
    },
    // Characters that look like others hide code from the reader; Chinese punctuation is no such case.
    unicodeHighlight: {
      ambiguousCharacters: true,
      invisibleCharacters: true,
      nonBasicASCII: false,
      includeComments: true,
      includeStrings: true,
      allowedLocales: { _os: true, _vscode: true, 'zh-hans': true, 'zh-hant': true, ja: true },
    },
  }
}

/** `manyRemoved`: inline would draw thousands of removed lines at once, so the two sides stay apart. */
export function diffOptions(
  options: TextViewOptions,
  tier: SizeTier,
  manyRemoved: boolean,
): editor.IDiffEditorConstructionOptions {
  return {
    originalAriaLabel: options.labelBefore,
    modifiedAriaLabel: options.label,
    originalEditable: false,
    renderSideBySide: options.layout === 'split' || manyRemoved,
    useInlineViewWhenSpaceIsLimited: !manyRemoved,
    renderSideBySideInlineBreakpoint: inlineBelow,
    enableSplitViewResizing: true,
    renderMarginRevertIcon: false,
    renderGutterMenu: false,
    renderIndicators: true,
    renderOverviewRuler: false,
    ignoreTrimWhitespace: options.ignoreWhitespace,
    diffWordWrap: options.wrap && tier === 'full' ? 'on' : 'off',
    maxComputationTime: computeLimitMs,
    maxFileSize: 0,
    accessibilityVerbose: false,
    hideUnchangedRegions: {
      enabled: options.hideUnchanged,
      contextLineCount: 3,
      minimumLineCount: 4,
      revealLineCount: 20,
    },
  }
}

export function singleOptions(options: TextViewOptions, tier: SizeTier): editor.IEditorOptions {
  return { wordWrap: options.wrap && tier === 'full' ? 'on' : 'off' }
}
