import './icon.css'

/** The page's own drawings: strokes on a 24 × 24 grid. An icon is decoration; the control around it has the words. */
const ICONS = {
  microphone: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21',
  'microphone-off':
    'M9 9v2a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.6-1.5M5.5 11a6.5 6.5 0 0 0 10.1 5.4M18.5 11c0 1-.2 1.9-.6 2.7M12 17.5V21M4 4l16 16',
  camera: 'M3.5 8.5a2 2 0 0 1 2-2h7.5a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5.5a2 2 0 0 1-2-2ZM15 11l5.5-3.2v8.4L15 13Z',
  'camera-off':
    'M9.5 6.5H13a2 2 0 0 1 2 2V11l5.5-3.2v8.4L17 14.2M15 15.5a2 2 0 0 1-2 2H5.5a2 2 0 0 1-2-2v-7a2 2 0 0 1 1.6-1.96M4 4l16 16',
  screen: 'M4 5h16v11H4ZM9 20h6M12 16v4M12 13V8.5M9.5 10.5 12 8l2.5 2.5',
  'screen-off': 'M4 5h16v11H4ZM9 20h6M12 16v4M10 8.5l4 4M14 8.5l-4 4',
  chat: 'M5 5h14a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 17h-6.5L8 20.5V17H5a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 5 5ZM8 9.5h8M8 12.7h5',
  people:
    'M9 11.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5ZM3 19c.5-3 3-4.7 6-4.7s5.5 1.7 6 4.7M15.5 5.3a3.25 3.25 0 0 1 0 5.9M17.5 14.8c1.9.6 3.2 2.1 3.5 4.2',
  link: 'M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7l1.1-1.1',
  invite:
    'M10 11.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5ZM4 19c.5-3 3-4.7 6-4.7 1.5 0 2.9.4 4 1.2M18 14v6M15 17h6',
  leave: 'M3.5 13.8c4.7-4.6 12.3-4.6 17 0l-2 2.4-3.5-1.2v-2.6a11 11 0 0 0-6 0V15l-3.5 1.2Z',
  end: 'M12 3.5v8M7 6.3a8 8 0 1 0 10 0',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  plus: 'M12 5v14M5 12h14',
  copy: 'M9 9h10.5v10.5H9ZM15 9V4.5H4.5V15H9',
  keyboard: 'M3 6.5h18v11H3ZM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8',
  'picture-in-picture': 'M4 5h16v14H4ZM12 12h5v4h-5Z',
  fullscreen: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  'fullscreen-exit': 'M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5',
  settings:
    'M4 7.5h9M17 7.5h3M15 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM4 16.5h3M11 16.5h9M9 19a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  remove: 'M10 11.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5ZM4 19c.5-3 3-4.7 6-4.7 1.5 0 2.9.4 4 1.2M16 17h5',
  send: 'M4.5 12 20 4.5 15.5 20l-3.5-6.5ZM12 13.5 20 4.5',
  alert: 'M12 4 2.8 19.5h18.4ZM12 10v4.5M12 17h.01',
  info: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 11.5V16M12 8h.01',
  lock: 'M6 10.5h12V20H6ZM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5',
  user: 'M12 12a3.75 3.75 0 1 0 0-7.5 3.75 3.75 0 0 0 0 7.5ZM4.5 20c.7-3.6 3.7-5.5 7.5-5.5s6.8 1.9 7.5 5.5',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  back: 'M19 12H5M11 6l-6 6 6 6',
  key: 'M8.5 13.5a4.25 4.25 0 1 0 0-8.5 4.25 4.25 0 0 0 0 8.5ZM11.6 12.3 19.5 20.2M16 16.7l2-2',
} as const

export type IconName = keyof typeof ICONS

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  )
}
