import { useCallback, useState, type ReactNode } from 'react'
import { layoutTiles, type TileShape } from './tile-layout.ts'
import './tile-grid.css'

const GAP = 8

/** Lays out its children as tiles of one size, as large as the space allows. */
export function TileGrid(props: { children: ReactNode[]; className: string; shape: TileShape }) {
  const { children, className, shape } = props
  const [space, setSpace] = useState({ width: 0, height: 0 })

  const measure = useCallback((element: HTMLUListElement | null) => {
    if (element === null) return undefined
    const read = () => setSpace({ width: element.clientWidth, height: element.clientHeight })
    const observer = new ResizeObserver(read)
    observer.observe(element)
    // Now as well, before the first painting: tiles that jump into place look broken.
    read()
    return () => observer.disconnect()
  }, [])

  const { tileWidth, tileHeight } = layoutTiles({ count: children.length, ...space, gap: GAP, shape })
  return (
    <ul ref={measure} className={`tile-grid ${className}`} style={{ gap: GAP }}>
      {children.map((child, index) => (
        <li key={keyOf(child, index)} className="tile-cell" style={{ width: tileWidth, height: tileHeight }}>
          {child}
        </li>
      ))}
    </ul>
  )
}

/** The child's own key, so that a tile keeps its picture when others come and go. */
function keyOf(child: ReactNode, index: number): string {
  return typeof child === 'object' && child !== null && 'key' in child && child.key !== null ? child.key : String(index)
}
