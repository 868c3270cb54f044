import { useEffect, useRef, type ReactNode } from 'react'

/**
 * The page's heading. When the page comes up it names the window and takes the focus, so that someone who cannot
 * see the change hears where they are; at the first load the focus stays where the browser put it.
 */
export function PageTitle(props: { document: string; children: ReactNode; className?: string }) {
  const { document: title, children, className } = props
  const heading = useRef<HTMLHeadingElement>(null)

  useEffect(() => {
    document.title = title
  }, [title])

  useEffect(() => {
    if (loaded) heading.current?.focus({ preventScroll: true })
    loaded = true
  }, [])

  return (
    <h1 ref={heading} tabIndex={-1} className={className}>
      {children}
    </h1>
  )
}

let loaded = false
