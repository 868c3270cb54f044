/** Between which proportions, width by height, a tile may be. */
export type TileShape = { minAspect: number; maxAspect: number }

/** Outside of these, faces are cut or drowned in background. */
export const FACES: TileShape = { minAspect: 1, maxAspect: 16 / 9 }

/** A screen is shown whole: in a tile of another shape it would only be smaller. */
export const SCREENS: TileShape = { minAspect: 16 / 9, maxAspect: 16 / 9 }

export type TileLayout = { columns: number; rows: number; tileWidth: number; tileHeight: number }

/**
 * The grid that gives `count` tiles of one size the most area in a space of `width` × `height` CSS pixels with
 * `gap` between them. Sizes are whole pixels, so that the last column never wraps by a fraction.
 */
export function layoutTiles(space: {
  count: number
  width: number
  height: number
  gap: number
  /** Default: that of faces. */
  shape?: TileShape
}): TileLayout {
  const { count, width, height, gap, shape = FACES } = space
  let best: TileLayout = { columns: 1, rows: Math.max(count, 1), tileWidth: 0, tileHeight: 0 }
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns)
    const tile = fitTile((width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows, shape)
    if (tile.tileWidth * tile.tileHeight > best.tileWidth * best.tileHeight) best = { columns, rows, ...tile }
  }
  return best
}

function fitTile(
  width: number,
  height: number,
  { minAspect, maxAspect }: TileShape,
): Pick<TileLayout, 'tileWidth' | 'tileHeight'> {
  const tileHeight = Math.min(height, width / minAspect)
  const tileWidth = Math.min(width, tileHeight * maxAspect)
  return { tileWidth: Math.max(0, Math.floor(tileWidth)), tileHeight: Math.max(0, Math.floor(tileHeight)) }
}
