import type { RefCallback } from 'react'
import { Avatar, hueOf } from '../../ui/avatar.tsx'
import { Icon } from '../../ui/icon.tsx'
import { NetworkBars } from './network-bars.tsx'
import './tile.css'

export type TileProps = {
  name: string
  /** Stands behind the name: "you", "guest". */
  note?: string | undefined
  /** Plays the picture; `null` shows the person's initials instead. */
  attach: RefCallback<HTMLMediaElement> | null
  fit?: 'cover' | 'contain'
  mirrored?: boolean
  muted?: boolean
  speaking?: boolean
  reconnecting?: boolean
  quality?: number | null
  source: 'local' | 'remote' | 'screen'
}

/** One picture on the stage. What is drawn on it is also said in its label. */
export function Tile(props: TileProps) {
  const { name, note, attach, fit = 'cover', mirrored, muted, speaking, reconnecting, quality = null, source } = props
  const classes = ['tile', speaking && 'tile-speaking', attach === null && 'tile-blank']
  const label = [
    note === undefined ? name : `${name} (${note})`,
    muted && 'muted',
    attach === null && 'camera off',
    reconnecting && 'reconnecting',
    speaking && 'speaking',
  ]
  return (
    <figure
      className={classes.filter(Boolean).join(' ')}
      data-source={source}
      aria-label={label.filter(Boolean).join(', ')}
      ref={(element) => element?.style.setProperty('--hue', String(hueOf(name)))}
    >
      {attach === null ? (
        <Avatar name={name} />
      ) : (
        <video
          className={mirrored ? 'tile-video tile-mirrored' : 'tile-video'}
          data-fit={fit}
          ref={attach}
          autoPlay
          playsInline
          muted
        />
      )}
      <figcaption className="tile-caption" aria-hidden="true">
        {muted && <Icon name="microphone-off" />}
        <span className="tile-name">{name}</span>
        {note !== undefined && <span className="tile-note">{note}</span>}
      </figcaption>
      {quality !== null && quality <= 2 && <NetworkBars level={quality} whose={`The connection of ${name}`} />}
      {reconnecting && <p className="tile-reconnecting">Reconnecting …</p>}
    </figure>
  )
}
