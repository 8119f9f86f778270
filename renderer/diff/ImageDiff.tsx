import type { FileDiff, ImageSide } from '@contract/diff.ts'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '../shell/format.ts'
import { Segmented } from '../shell/Segmented.tsx'
import styles from './ImageDiff.module.css'

type Mode = 'beside' | 'swipe' | 'fade'
type Image = Extract<FileDiff, { kind: 'image' }>

/** Kinds of images that are shown; anything else the backend names is not put into an address. */
const shownTypes = /^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml|x-icon|vnd\.microsoft\.icon)$/

/** An image before and after: beside each other, or one over the other with a slider. */
export function ImageDiff({ diff, path }: { diff: Image; path: string }) {
  const { t } = useTranslation()
  const [mode, setMode] = useState<Mode>('beside')
  const [share, setShare] = useState(50)
  const both = diff.old !== null && diff.new !== null
  const overlay = both && mode !== 'beside'
  return (
    <div className={styles['image']}>
      {both ? (
        <div className={styles['bar']}>
          <Segmented<Mode>
            value={mode}
            onChange={setMode}
            label={t('diff.image-mode')}
            options={[
              { value: 'beside', label: t('diff.image-beside') },
              { value: 'swipe', label: t('diff.image-swipe') },
              { value: 'fade', label: t('diff.image-fade') },
            ]}
          />
          {overlay ? (
            <input
              type="range"
              min={0}
              max={100}
              value={share}
              aria-label={t('diff.image-share')}
              onChange={(event) => setShare(Number(event.target.value))}
            />
          ) : null}
        </div>
      ) : null}
      {overlay ? (
        <div className={styles['overlay']}>
          <Picture type={diff.mediaType} side={diff.old} alt={t('diff.image-before', { path })} />
          <div
            className={styles['over']}
            style={mode === 'swipe' ? { clipPath: `inset(0 0 0 ${share}%)` } : { opacity: share / 100 }}
          >
            <Picture type={diff.mediaType} side={diff.new} alt={t('diff.image-after', { path })} />
          </div>
        </div>
      ) : (
        <div className={styles['pair']}>
          {diff.old ? (
            <Side
              name={t('diff.before')}
              kind="removed"
              type={diff.mediaType}
              side={diff.old}
              alt={t('diff.image-before', { path })}
            />
          ) : null}
          {diff.new ? (
            <Side
              name={t('diff.after')}
              kind="added"
              type={diff.mediaType}
              side={diff.new}
              alt={t('diff.image-after', { path })}
            />
          ) : null}
        </div>
      )}
    </div>
  )
}

function Side({
  name,
  kind,
  type,
  side,
  alt,
}: {
  name: string
  kind: string
  type: string
  side: ImageSide
  alt: string
}) {
  const { t } = useTranslation()
  const [size, setSize] = useState<string | null>(null)
  return (
    <figure className={styles['side']} data-kind={kind}>
      <Picture
        type={type}
        side={side}
        alt={alt}
        onSize={(width, height) => setSize(t('diff.image-size', { width, height }))}
      />
      <figcaption>
        {name} · {size ? `${size} · ` : ''}
        {formatBytes(side.sizeBytes)}
      </figcaption>
    </figure>
  )
}

/** Only ever an `img`: what an SVG carries besides its picture is not run there. */
function Picture({
  type,
  side,
  alt,
  onSize,
}: {
  type: string
  side: ImageSide | null
  alt: string
  onSize?: (width: number, height: number) => void
}) {
  const { t } = useTranslation()
  const [broken, setBroken] = useState(false)
  if (!side) return null
  if (broken || !shownTypes.test(type)) return <p className={styles['broken']}>{t('diff.image-broken')}</p>
  return (
    <img
      className={styles['picture']}
      src={`data:${type};base64,${side.base64}`}
      alt={alt}
      draggable={false}
      onLoad={(event) => onSize?.(event.currentTarget.naturalWidth, event.currentTarget.naturalHeight)}
      onError={() => setBroken(true)}
    />
  )
}
