/** Tiles are at least as wide as tall and at most 16:9: outside that, faces are cut or drowned in background. */
const MIN_ASPECT = 1
const MAX_ASPECT = 16 / 9

export type TileLayout = { columns: number; rows: number; tileWidth: number; tileHeight: number }

/**
 * The grid that gives `count` tiles of one size the most area in a space of `width` × `height` CSS pixels with
 * `gap` between them. Sizes are whole pixels, so that the last column never wraps by a fraction.
 */
export function layoutTiles(space: { count: number; width: number; height: number; gap: number }): TileLayout {
  const { count, width, height, gap } = space
  let best: TileLayout = { columns: 1, rows: Math.max(count, 1), tileWidth: 0, tileHeight: 0 }
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns)
    const tile = fitTile((width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows)
    if (tile.tileWidth * tile.tileHeight > best.tileWidth * best.tileHeight) best = { columns, rows, ...tile }
  }
  return best
}

function fitTile(width: number, height: number): Pick<TileLayout, 'tileWidth' | 'tileHeight'> {
  const tileHeight = Math.min(height, width / MIN_ASPECT)
  const tileWidth = Math.min(width, tileHeight * MAX_ASPECT)
  return { tileWidth: Math.max(0, Math.floor(tileWidth)), tileHeight: Math.max(0, Math.floor(tileHeight)) }
}
